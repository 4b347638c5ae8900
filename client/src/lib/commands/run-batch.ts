/** One action on several cases, each by itself: a refusal of one holds no other back. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { Result } from '@sanji/sync/domain/problem';

export interface BatchSteps<T> {
  /** Does it to one case. */
  act: (caseId: CaseId) => Promise<Result<T>>;
  told: (caseId: CaseId, result: Result<T>) => void;
  /** Asked before each row. */
  stopped: () => boolean;
}

/**
 * In the order given, one after another: actions of one device form one chain. Throws what `act` throws (a broken store); the rows after it
 * have not been touched, and those before are done.
 */
export async function runBatch<T>(
  cases: readonly CaseId[],
  { act, told, stopped }: BatchSteps<T>,
): Promise<void> {
  for (const caseId of cases) {
    if (stopped()) return;
    told(caseId, await act(caseId));
  }
}
