/** What the hub's audit log is to know of a person at this terminal: kept here at once, sealed, and sent when there is a line. */
import type { StaffId } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';

type Kind = 'reveal' | 'print';
const TABLES = { reveal: 'reveals', print: 'prints' } as const;

export interface Reported {
  staffId: StaffId;
  /** Milliseconds since the epoch. */
  at: number;
}

export async function keepReport(kind: Kind, what: object): Promise<Result<void>> {
  const { staff } = session;
  if (staff === undefined) return refused('login-required');
  const { database, seal } = await openStation();
  const { staffId } = staff;
  const label = `${kind}.${crypto.randomUUID().replaceAll('-', '')}`;
  // Whole, so that a terminal that is locked can hand it over without reading it.
  const report = { staffId, ...what, at: Date.now() };
  await database[TABLES[kind]].add({
    staffId,
    label,
    sealed: await seal.seal(JSON.stringify(report), label),
  });
  return { ok: true, value: undefined };
}

/**
 * Sends what this person left waiting, oldest first; stops at the first that the hub does not take. What others left waits for them: the
 * hub writes down whose session it came in.
 */
export async function sendReports<T extends Reported>(
  kind: Kind,
  send: (report: Omit<T, 'staffId'>) => Promise<Result<unknown>>,
): Promise<void> {
  const { database, seal } = await openStation();
  const table = database[TABLES[kind]];
  await navigator.locks.request(`sanji-${TABLES[kind]}`, async () => {
    for (const { id, staffId, label, sealed } of await table.toArray()) {
      if (staffId !== session.staff?.staffId) continue;
      const { staffId: _who, ...report } = JSON.parse(await seal.unseal(sealed, label)) as T;
      const answer = await send(report);
      if (!answer.ok) return;
      if (id !== undefined) await table.delete(id);
    }
  });
}
