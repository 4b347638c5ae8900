/** A case in the form in which a station stores it: what lists sort and filter by, and the log as one string. */
import type { CaseDocument } from '../domain/action.ts';
import type { CaseHead } from '../domain/state.ts';
import type { PackedCase } from './messages.ts';

/** @param head of the state that `log` folds to */
export function packCase(
  { status, holder, caseNo, matter, receivedAt }: Omit<CaseHead, 'ever' | 'parties'>,
  log: CaseDocument,
): PackedCase & Pick<CaseHead, 'status'> {
  return {
    caseId: log._id,
    n: log.n,
    status,
    holder: holder ?? '',
    caseNo: caseNo ?? '',
    matterId: matter?.matterId ?? '',
    receivedAt: receivedAt ?? 0,
    body: JSON.stringify(log),
  };
}

/**
 * Its index on a line, the document on the next. A document within JSON would be escaped, and taking that apart costs a station more than all
 * else of a first load.
 */
export function packedLines({ body, ...index }: PackedCase): string {
  return `${JSON.stringify(index)}\n${body}\n`;
}

/** @param index a line of `packedLines`, parsed; @param body the next, as it is */
export function unpackLines(index: object, body: string): PackedCase {
  return { ...(index as Omit<PackedCase, 'body'>), body };
}
