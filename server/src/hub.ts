/**
 * A running hub: opens the store, seeds it at first, routes, keeps its agenda, and listens. `stop` ends in an order that loses nothing:
 * no new requests, those under way answered, routes and acts finished, the store closed.
 */
import type { Catalog } from '@sanji/sync/domain/catalog';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import type { Clock } from '@sanji/sync/replication/ports';
import type { Config } from './config.ts';
import { openContainer, type Container } from './container.ts';
import { createApp, endpointsOf } from './http/app.ts';
import { PATIENCE, type Patience } from './http/patience.ts';
import { serve, type Served } from './http/serve.ts';
import { BEAT_MS } from './hub/hub-life.ts';
import { casesOfUnit } from './hub/open-work.ts';
import { MACHINE_CLOCK } from './machine-time.ts';
import { seedSampleDistrict } from './hub/seed-hub.ts';
import { startErrorOf } from './store/store-error.ts';

const TICK_MS = 30_000;
/** Sessions end by their own dates; sweeping only tidies up. */
const SWEEP_MS = 3_600_000;

export interface HubOptions {
  config: Config;
  /** Default: the machine's. */
  clock?: Clock;
  /** With slow callers. */
  patience?: Patience;
  /** The store was put back under the running hub: it has stopped, and must be started anew. */
  onOverthrown?: () => void;
}
export interface Hub {
  url: string;
  /** True when this start put the sample district into an empty store. */
  seeded: boolean;
  container: Container;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Rejects with StoreStartError, SampleFileError or the error of listening; nothing is left open then. */
export async function startHub({
  config,
  clock = MACHINE_CLOCK,
  patience = PATIENCE,
  onOverthrown,
}: HubOptions): Promise<Hub> {
  const container = await openContainer(config, clock);
  try {
    const seeded = await prepare(container);
    const stopping = new AbortController();
    let overthrown = (): void => undefined;
    const background = startBackground(container, stopping.signal, () => {
      overthrown();
    });
    const parts = { ground: container, endpoints: endpointsOf(container), stopping: stopping.signal };
    let served: Served;
    try {
      served = await serve(createApp({ ...parts, patience }), { ...config, patience });
    } catch (error) {
      stopping.abort();
      container.pace.close();
      await background.ended();
      throw error;
    }
    const { url, port } = served;
    container.log.info({ port, store: container.stores.store.kind }, 'listening');
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopAll({ container, served, stopping, background }));
    overthrown = () => {
      container.log.fatal('the store was put back under the running hub');
      void stop().finally(onOverthrown);
    };
    return { url, seeded, container, stop };
  } catch (error) {
    container.pace.close();
    container.snapshots.close();
    await container.stores.store.close();
    throw startErrorOf(error);
  }
}

async function prepare(container: Container): Promise<boolean> {
  const { catalog, config, hubDevice } = container;
  const seeded = config.seed === 'sample' && catalog.isEmpty();
  if (seeded) await seedSampleDistrict(container);
  const { district } = catalog.current().settings;
  if (district !== '') await catalog.put([{ kind: 'device', device: hubDevice.keyFor(district) }]);
  return seeded;
}

interface Background {
  /** Resolves when every loop has ended. */
  ended(): Promise<void>;
}

function startBackground(container: Container, signal: AbortSignal, onOverthrown: () => void): Background {
  const { agenda, catalog, judge, lasting, life, openCases, pace, router, sessions, unitChanges, onFault } =
    container;
  const guarded = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => void onFault(error),
    );
  const datesBy = ({ calendars, settings: { security: _noDate, ...settings } }: Catalog) =>
    JSON.stringify([[...calendars], settings]);
  let dates = datesBy(catalog.current());
  catalog.onChange(() => {
    const next = datesBy(catalog.current());
    if (next === dates) return;
    dates = next;
    void lasting.keep('dates', signal, () => agenda.recompute());
  });
  const mergersIn = ({ units }: Catalog) => [...units.values()].filter(({ mergedInto }) => mergedInto).length;
  let mergers = 0;
  const followMergers = () => {
    const next = mergersIn(catalog.current());
    if (next === mergers) return;
    mergers = next;
    void lasting.keep('mergers', signal, () => moveMergedWork(container));
  };
  catalog.onChange(followMergers);
  followMergers();
  const loops = [
    lasting.keep('catalog', signal, () => catalog.follow(signal)),
    lasting.keep('agenda', signal, () => agenda.follow(signal)),
    // The backstop behind the pokes of the push path: what another process wrote is routed too.
    lasting.keep('routing', signal, () => followRouter(container, signal)),
    lasting.keep('open cases', signal, () => openCases.warm(() => pace.calm(), signal)),
  ];
  let ticking: Promise<unknown> = Promise.resolve();
  const tick = setInterval(() => {
    ticking = Promise.all([guarded(agenda.tick()), guarded(auditChains(judge)), guarded(unitChanges.tick())]);
  }, TICK_MS);
  let beating: Promise<void> = guarded(life.beat());
  const pulse = setInterval(() => {
    beating = guarded(
      life.beat().then((isOurs) => {
        if (!isOurs) onOverthrown();
      }),
    );
  }, BEAT_MS);
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = setInterval(() => {
    sweeping = guarded(sessions.sweep());
  }, SWEEP_MS);
  return {
    async ended() {
      clearInterval(tick);
      clearInterval(sweep);
      clearInterval(pulse);
      await Promise.all([...loops, ticking, sweeping, beating]);
      await router.poke();
      await router.stop();
      await guarded(agenda.save());
      await guarded(life.beat());
    },
  };
}

/** Open cases of units that were merged, before this start too; those that come in later are seen as they change. */
async function moveMergedWork({ agenda, catalog, stores }: Container): Promise<void> {
  for (const { code, mergedInto } of catalog.current().units.values())
    if (mergedInto !== undefined) for await (const ids of casesOfUnit(stores, code)) await agenda.attend(ids);
}

async function followRouter(
  { router, checkpoint, pace, stores }: Container,
  signal: AbortSignal,
): Promise<void> {
  await router.poke();
  if (stores.store.kind === 'embedded') return;
  for await (const page of stores.master.follow(await checkpoint.read(), signal)) {
    await pace.calm();
    if (page.ids.length > 0) await router.poke();
  }
}

interface Running {
  container: Container;
  served: Served;
  stopping: AbortController;
  background: Background;
}

async function stopAll({ container, served, stopping, background }: Running): Promise<void> {
  const closed = served.close();
  stopping.abort();
  await closed;
  container.pace.close();
  await background.ended();
  await container.presence.settled();
  container.snapshots.close();
  await container.stores.store.close();
  container.log.info('stopped');
}
