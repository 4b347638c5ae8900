/** How a case is stored in `cases`, and how the two branches a partition left of one become one again. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import { fold, headOf } from '@sanji/sync/domain/fold';
import { merge } from '@sanji/sync/domain/merge';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { isDeepStrictEqual } from 'node:util';
import type { Read, StoredDocument } from './store.ts';

export type StoredCase = Omit<MasterCase, 'rev'> & StoredDocument;

export function toStored({ rev, ...doc }: MasterCase): StoredCase {
  return rev === undefined ? doc : { ...doc, _rev: rev };
}

export function toMaster({ _rev, ...doc }: Read<StoredCase>): MasterCase {
  return { ...doc, rev: _rev };
}

/**
 * Trap (h): the union of all branches. A ruling that was given stays as it was given, so that stations which have it converge by their
 * own union; `n` passes every branch that lacked something, so that the feeds carry the result to them.
 */
export function reconcileCases(winner: StoredCase, rivals: StoredCase[]): StoredCase {
  const branches = [winner, ...rivals];
  const union = branches.map(logOf).reduce(merge);
  const n = Math.max(
    Object.keys(union.rulings).length,
    ...branches.map((branch) => (isDeepStrictEqual(branch.rulings, union.rulings) ? branch.n : branch.n + 1)),
  );
  const whole = { ...union, n };
  return { ...whole, head: headOf(fold(whole)) };
}

function logOf({ _id, n, actions, rulings }: StoredCase): CaseDocument {
  return { _id, n, actions, rulings };
}
