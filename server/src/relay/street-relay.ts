/**
 * A running street relay: the same server in front of its own store. Enrols once, serves whether the district answers or not, and stops in
 * the order in which a hub does.
 */
import type { RequestListener } from 'node:http';
import type { Clock } from '@sanji/sync/replication/ports';
import type { Config } from '../config.ts';
import { createApp } from '../http/app.ts';
import { PATIENCE } from '../http/patience.ts';
import { serve, type Served } from '../http/serve.ts';
import { openRelayContainer, type RelayContainer } from './relay-container.ts';
import { relayEndpoints } from './relay-endpoints.ts';
import { passUp } from './pass-up.ts';

const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
const MENDED = 'mended';
/** Sessions end by their own dates; sweeping only tidies up. */
const SWEEP_MS = 3_600_000;

export interface StreetRelayOptions {
  config: Config;
  clock: Clock;
  /** The district has taken this relay out of service; it has stopped. Without: it goes on, and serves nobody. */
  onRevoked?: () => void;
}
export interface StreetRelay {
  url: string;
  container: RelayContainer;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Rejects with StoreStartError, ConfigError or the error of listening; nothing is left open then. */
export async function startRelay({ config, clock, onRevoked }: StreetRelayOptions): Promise<StreetRelay> {
  const container = await openRelayContainer(config, clock);
  const { relay, log, stores, identity } = container;
  const stopping = new AbortController();
  try {
    // Before the first contact there is nothing to serve.
    if (!relay.isReady) await relay.loop.poke();
    const served = await serve(appOf(container, stopping.signal), { ...config, patience: PATIENCE });
    log.info({ port: served.port, street: identity.street }, 'listening as a street relay');
    const background = startBackground(container, stopping.signal);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopAll({ container, served, stopping, background }));
    if (onRevoked !== undefined) void container.revoked.then(stop).finally(onRevoked);
    return { url: served.url, container, stop };
  } catch (error) {
    stopping.abort();
    await relay.stop();
    await stores.store.close();
    throw error;
  }
}

function appOf(container: RelayContainer, stopping: AbortSignal): RequestListener {
  const { config, sessions, logins, isLineUp, catchUp, onFault } = container;
  const { upstreamUrl = '' } = config;
  return createApp({
    ground: container,
    endpoints: relayEndpoints(container),
    stopping,
    elsewhere: passUp({ upstreamUrl, sessions, logins, isLineUp, onJoined: catchUp, onFault }),
  });
}

/** Resolves when every loop has ended. */
function startBackground({ relay, line, sessions, onFault }: RelayContainer, signal: AbortSignal) {
  const wake = new EventTarget();
  let wasUp = false;
  relay.loop.subscribe(({ state }) => {
    if (state === 'syncing') return;
    // A round has found the line mended before its time: listen at once.
    if (state === 'idle' && !wasUp) wake.dispatchEvent(new Event(MENDED));
    wasUp = state === 'idle';
  });
  const following = follow(() => line.listen(() => void relay.loop.poke(), signal), { signal, wake });
  void relay.loop.poke();
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = setInterval(() => {
    sweeping = sessions.sweep().catch((error: unknown) => void onFault(error));
  }, SWEEP_MS);
  return {
    async ended() {
      clearInterval(sweep);
      await Promise.all([following, sweeping]);
    },
  };
}

/** Listens again whenever the stream has ended; the longer it fails, the longer the pause. */
async function follow(
  listen: () => Promise<void>,
  { signal, wake }: { signal: AbortSignal; wake: EventTarget },
): Promise<void> {
  let pauseMs = MIN_PAUSE_MS;
  while (!signal.aborted) {
    const beganAt = performance.now();
    await listen();
    pauseMs = performance.now() - beganAt > MAX_PAUSE_MS ? MIN_PAUSE_MS : Math.min(pauseMs * 2, MAX_PAUSE_MS);
    // Half fixed, half chance: the relays of a district must not come back in step.
    await pause(pauseMs * (0.5 + Math.random() / 2), { signal, wake });
  }
}

function pause(ms: number, { signal, wake }: { signal: AbortSignal; wake: EventTarget }): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      wake.removeEventListener(MENDED, end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    wake.addEventListener(MENDED, end);
    if (signal.aborted) end();
  });
}

interface Running {
  container: RelayContainer;
  served: Served;
  stopping: AbortController;
  background: { ended(): Promise<void> };
}

async function stopAll({ container, served, stopping, background }: Running): Promise<void> {
  const { pace, relay, presence, stores, log } = container;
  const closed = served.close();
  stopping.abort();
  await closed;
  pace.close();
  await background.ended();
  await relay.stop();
  await presence.settled();
  await stores.store.close();
  log.info('stopped');
}
