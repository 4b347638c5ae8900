/** The case before and after, in the list one came from; a case opened otherwise stands in the queue. */
import type { CaseId } from '@sanji/sync/domain/identifiers';

export interface Neighbours {
  /** The list, for the next page to go on with. */
  list: readonly CaseId[];
  /** Counted from one. */
  position: number;
  previous?: CaseId;
  next?: CaseId;
}

/** Undefined where the case stands in neither list. */
export function neighboursOf(
  caseId: CaseId,
  { from, queue }: { from: readonly CaseId[]; queue: readonly CaseId[] },
): Neighbours | undefined {
  const list = [from, queue].find((one) => one.includes(caseId));
  if (list === undefined) return undefined;
  const at = list.indexOf(caseId);
  const previous = list[at - 1];
  const next = list[at + 1];
  return {
    list,
    position: at + 1,
    ...(previous !== undefined && { previous }),
    ...(next !== undefined && { next }),
  };
}
