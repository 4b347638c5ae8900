/** A paper was printed: logged here at once, at the hub when there is a line. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { PaperKind } from '@sanji/sync/domain/papers';
import type { Result } from '@sanji/sync/domain/problem';
import { reportPrint } from '#lib/hub/staff-session.ts';
import { keepReport, sendReports, type Reported } from './kept-reports.ts';

export interface LoggedPrint extends Reported {
  caseId: CaseId;
  paper: PaperKind;
  /** Which print of it at this terminal, from 1; 0 for a draft. */
  copy: number;
  language: 'zh-CN' | 'en';
  deviceId: string;
}

export async function logPrint(printed: Omit<LoggedPrint, keyof Reported>): Promise<Result<void>> {
  const kept = await keepReport('print', printed);
  if (kept.ok) void sendPrints();
  return kept;
}

export async function sendPrints(): Promise<void> {
  await sendReports<LoggedPrint>('print', reportPrint);
}
