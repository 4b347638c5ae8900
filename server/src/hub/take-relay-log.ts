/**
 * What a street relay wrote down while it stood in for the hub, taken into the district's log: each entry once, whatever is cut off half way.
 * An entry bears the time at which it came here; when it happened is among its details, as the relay tells it.
 */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { Container } from '../container.ts';
import type { DirectoryStore } from '../store/directory-store.ts';

export interface RelayLogEntry {
  /** Its number in the relay's own log. */
  seq: number;
  at: number;
  kind: 'login' | 'login-failed' | 'logout';
  staffId: string;
  object: string;
  result: 'ok' | 'refused';
  /** Why not. */
  code?: string;
}

export interface RelayLogRequest {
  /** The number of the last entry that the relay believes to be here. */
  after: number;
  /** What follows, without a gap. */
  entries: RelayLogEntry[];
}

interface Taken {
  /** Everything up to this number is in the log. */
  taken: number;
  /** Being written since; some of it may be there already. */
  taking?: number;
}

export type RelayLogDeps = Pick<Container, 'audit' | 'clock'> & {
  directory: DirectoryStore;
  log: Pick<Container['stores']['audit'], 'search'>;
};

/** Writing a page takes far less: who is still at it after so long was cut off. */
export const TAKING_MS = 60_000;
/** Two pages: more cannot have been begun and not noted. */
const LOOK_BACK = 1_000;

/** Resolves with the number up to which everything is here. Problems: `unavailable` while somebody else is at it. */
export async function takeRelayLog(
  deps: RelayLogDeps,
  relay: DeviceKey,
  { after, entries }: RelayLogRequest,
): Promise<Result<{ taken: number }>> {
  const { audit, clock, directory } = deps;
  const records = directory.documents<Taken>('relay-log');
  const found = await records.find(relay.deviceId);
  const taking = found?.value.taking;
  // Either way: the clock may have been ahead when it was begun.
  const isBusy = taking !== undefined && Math.abs(clock.now() - taking) < TAKING_MS;
  if (isBusy) return refused('unavailable');
  const taken = await takenSoFar(deps, relay, found?.value);
  // A restored hub has forgotten some: they are asked for again.
  const fresh = after > taken ? [] : entries.filter(({ seq }) => seq > taken);
  if (fresh.length === 0) return { ok: true, value: { taken } };
  const begun = await records.put(relay.deviceId, { taken, taking: clock.now() }, found?.rev);
  if (begun === 'conflict') return refused('unavailable');
  for (const { seq, at, kind, staffId, object, result, code } of fresh) {
    const details = { relay: relay.deviceId, relaySeq: seq, at, ...(code !== undefined && { code }) };
    await audit({ kind, staffId, object, result, details });
  }
  const last = fresh.at(-1)?.seq ?? taken;
  const own = await records.find(relay.deviceId);
  await records.put(relay.deviceId, { taken: last }, own?.rev);
  return { ok: true, value: { taken: last } };
}

/** Where writing was cut off, the log itself tells how far it came. */
async function takenSoFar({ log }: RelayLogDeps, { deviceId }: DeviceKey, noted: Taken | undefined) {
  if (noted?.taking === undefined) return noted?.taken ?? 0;
  const written = await log.search({ from: noted.taking, text: deviceId, limit: LOOK_BACK });
  const numbers = written
    .filter(({ details }) => details?.['relay'] === deviceId)
    .map(({ details }) => Number(details?.['relaySeq']));
  return Math.max(noted.taken, ...numbers);
}
