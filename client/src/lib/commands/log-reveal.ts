/** A masked value was shown: logged here at once, at the hub when there is a line. */
import type { CaseId, StaffId } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { reportReveal } from '#lib/hub/staff-session.ts';
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';

interface Reveal {
  staffId: StaffId;
  caseId: CaseId;
  field: string;
  reason: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export async function logReveal(shown: Omit<Reveal, 'staffId' | 'at'>): Promise<Result<void>> {
  const { staff } = session;
  if (staff === undefined) return refused('login-required');
  const { database, seal } = await openStation();
  const { staffId } = staff;
  const label = `reveal.${crypto.randomUUID().replaceAll('-', '')}`;
  // Whole, so that a terminal that is locked can hand it over without reading it.
  const reveal: Reveal = { staffId, ...shown, at: Date.now() };
  await database.reveals.add({ staffId, label, sealed: await seal.seal(JSON.stringify(reveal), label) });
  void sendReveals();
  return { ok: true, value: undefined };
}

/**
 * Sends what this person left waiting, oldest first; stops at the first that the hub does not take. What others left waits for them: the
 * hub writes down whose session it came in.
 */
export async function sendReveals(): Promise<void> {
  const { database, seal } = await openStation();
  await navigator.locks.request('sanji-reveals', async () => {
    for (const { id, staffId, label, sealed } of await database.reveals.toArray()) {
      if (staffId !== session.staff?.staffId) continue;
      const { staffId: _who, ...reveal } = JSON.parse(await seal.unseal(sealed, label)) as Reveal;
      const answer = await reportReveal(reveal);
      if (!answer.ok) return;
      if (id !== undefined) await database.reveals.delete(id);
    }
  });
}
