/** A masked value was shown: logged here at once, at the hub when there is a line. */
import type { Result } from '@sanji/sync/domain/problem';
import { reportReveal } from '#lib/hub/staff-session.ts';
import { openStation } from '#lib/local/station.ts';

export async function logReveal(reveal: {
  caseId: string;
  field: string;
  reason: string;
}): Promise<Result<void>> {
  const { database } = await openStation();
  await database.reveals.add({ ...reveal, at: Date.now() });
  void sendReveals();
  return { ok: true, value: undefined };
}

/** Sends what is waiting, oldest first; stops at the first that the hub does not take. */
export async function sendReveals(): Promise<void> {
  const { database } = await openStation();
  await navigator.locks.request('sanji-reveals', async () => {
    for (const { id, ...reveal } of await database.reveals.toArray()) {
      const answer = await reportReveal(reveal);
      if (!answer.ok) return;
      if (id !== undefined) await database.reveals.delete(id);
    }
  });
}
