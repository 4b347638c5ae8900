/** Wires the station's loop to this terminal's store, the hub and the badge. One tab of the profile drives it, the others listen. */
import { feedOf } from '@sanji/sync/domain/identifiers';
import { StationLoop, type LoopStatus } from '@sanji/sync/replication/station-loop';
import { sendPrints } from '#lib/commands/log-print.ts';
import { sendReveals } from '#lib/commands/log-reveal.ts';
import { DeviceSession } from '#lib/hub/device-session.ts';
import { listen } from '#lib/hub/events.ts';
import { HttpHub } from '#lib/hub/http-hub.ts';
import type { SealKey } from '#lib/local/seal.ts';
import type { DeviceRecord } from '#lib/local/station-database.ts';
import type { Station } from '#lib/local/station.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { storeTrouble } from '#lib/state/store-trouble.svelte.ts';
import { syncStatus } from '#lib/state/sync-status.svelte.ts';
import { Reconnect } from './reconnect.ts';
import { retire, watchRetirement } from './retire.ts';

interface Told {
  line: typeof syncStatus.line;
  isFirstLoad: boolean;
  lastContact: number | undefined;
  offlineSince: number | undefined;
  offsetMs: number;
}
type Message = { told: Told } | { poke: true } | { key: SealKey } | { keyWanted: true };

/** An offset is saved again when it has moved by more than this: a write a round would be a write too many. */
const OFFSET_STEP_MS = 500;
/** And when the last contact kept for the next start is older than this. */
const CONTACT_STEP_MS = 60_000;

/** Never rejects and never ends: to be called once a page. */
export function runSync(station: Station, device: DeviceRecord): void {
  const channel = new BroadcastChannel('sanji-sync');
  clock.offsetMs = device.offsetMs;
  syncStatus.lastContact = device.offsetAt;
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if ('told' in data) follow(data.told);
    // One tab of the profile drives the line, perhaps one that is locked: what another has unlocked must go out all the same.
    else if ('keyWanted' in data) shareKey(station, channel);
    else if ('key' in data) session.unseal(data.key);
  };
  session.onUnsealed = () => {
    shareKey(station, channel);
    syncStatus.retry();
  };
  if (station.seal.isOpen) shareKey(station, channel);
  else channel.postMessage({ keyWanted: true } satisfies Message);
  syncStatus.retry = () => {
    channel.postMessage({ poke: true } satisfies Message);
  };
  watchRetirement();
  void navigator.locks.request('sanji-sync', () => lead(station, device, channel));
}

function follow({ line, isFirstLoad, lastContact, offlineSince, offsetMs }: Told): void {
  syncStatus.line = line;
  syncStatus.isFirstLoad = isFirstLoad;
  syncStatus.lastContact = lastContact;
  syncStatus.offlineSince = offlineSince;
  clock.offsetMs = offsetMs;
}

function shareKey({ seal: { key } }: Station, channel: BroadcastChannel): void {
  if (key !== undefined) channel.postMessage({ key } satisfies Message);
}

async function lead(station: Station, device: DeviceRecord, channel: BroadcastChannel): Promise<never> {
  const hubSession = new DeviceSession(device);
  let saved = device.offsetMs;
  let savedAt = 0;
  const loop = new StationLoop({
    hub: new HttpHub(hubSession),
    local: station.store,
    clock: { now: () => clock.read() },
    timer: {
      after(ms, task) {
        const timer = setTimeout(task, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    deviceId: device.deviceId,
    unit: device.unit,
    counts: () => station.store.counts(),
    isUnsealed: () => session.isReadable,
    onOffset(offsetMs) {
      clock.offsetMs = offsetMs;
      const now = clock.read();
      if (Math.abs(offsetMs - saved) < OFFSET_STEP_MS && now - savedAt < CONTACT_STEP_MS) return;
      saved = offsetMs;
      savedAt = now;
      void station.device.saveOffset(offsetMs, now);
    },
    onFault: (error) => {
      storeTrouble.note(error);
    },
  });
  const reconnect = new Reconnect();
  syncStatus.retry = () => {
    reconnect.now();
    void loop.poke();
  };
  const feed = feedOf(device.unit);
  const tell = (): void => {
    const { line, isFirstLoad, lastContact, offlineSince } = syncStatus;
    channel.postMessage({
      told: { line, isFirstLoad, lastContact, offlineSince, offsetMs: clock.offsetMs },
    } satisfies Message);
  };
  const lookForFirstLoad = async (): Promise<void> => {
    syncStatus.isFirstLoad = (await station.store.checkpoint(feed)) === null;
  };
  await lookForFirstLoad();
  loop.subscribe((status) => {
    show(status);
    if (status.problem?.code === 'device-revoked') void retire(station);
    if (status.state === 'idle' && syncStatus.isFirstLoad) void lookForFirstLoad().then(tell);
    tell();
  });
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if ('poke' in data) syncStatus.retry();
  });
  addEventListener('online', () => {
    syncStatus.retry();
  });
  addEventListener('offline', () => {
    syncStatus.lost();
  });
  const feeds = new Set(['catalog', feed]);
  await loop.poke();
  for (;;) {
    await listen(hubSession, {
      connected() {
        reconnect.succeeded();
        void loop.poke();
        void sendReveals();
        void sendPrints();
      },
      moved(feed) {
        if (feeds.has(feed)) void loop.poke();
      },
    });
    // The stream is gone: whether the line is, the next round finds out.
    await loop.poke();
    await reconnect.wait();
  }
}

function show(status: LoopStatus): void {
  syncStatus.problem = status.state === 'faulty' ? storeTrouble.problem : status.problem;
  if (status.lastContact !== undefined) syncStatus.lastContact = status.lastContact;
  if (status.state === 'idle' || status.state === 'blocked') syncStatus.reached();
  else if (status.state === 'offline') syncStatus.lost();
}
