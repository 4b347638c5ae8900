/** A masked value was shown: logged here at once, at the hub when there is a line. */
import { refused, type Result } from '@sanji/sync/domain/problem';
import { reportReveal } from '#lib/hub/staff-session.ts';
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';

export async function logReveal(reveal: {
  caseId: string;
  field: string;
  reason: string;
}): Promise<Result<void>> {
  const { staff } = session;
  if (staff === undefined) return refused('login-required');
  const { database, seal } = await openStation();
  const reason = await seal.seal(reveal.reason, reveal.caseId);
  await database.reveals.add({ ...reveal, reason, staffId: staff.staffId, at: Date.now() });
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
    for (const { id, staffId, ...reveal } of await database.reveals.toArray()) {
      if (staffId !== session.staff?.staffId) continue;
      const reason = await seal.unseal(reveal.reason, reveal.caseId);
      const answer = await reportReveal({ ...reveal, reason });
      if (!answer.ok) return;
      if (id !== undefined) await database.reveals.delete(id);
    }
  });
}
