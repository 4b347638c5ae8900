/** A masked value was shown: logged here at once, at the hub when there is a line. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { Result } from '@sanji/sync/domain/problem';
import { reportReveal } from '#lib/hub/staff-session.ts';
import { keepReport, sendReports, type Reported } from './kept-reports.ts';

interface Reveal extends Reported {
  caseId: CaseId;
  field: string;
  reason: string;
}

export async function logReveal(shown: Omit<Reveal, keyof Reported>): Promise<Result<void>> {
  const kept = await keepReport('reveal', shown);
  if (kept.ok) void sendReveals();
  return kept;
}

export async function sendReveals(): Promise<void> {
  await sendReports<Reveal>('reveal', reportReveal);
}
