/** What may be done with several cases in one go: only what all of them allow, and what is not owed a look at each by itself. */
import type { ActionPayloads } from '@sanji/sync/domain/action';
import type { Catalog, Staff } from '@sanji/sync/domain/catalog';
import { whyNot } from '@sanji/sync/domain/allowed-actions';
import type { DecideContext } from '@sanji/sync/domain/decide';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { assignees, forwardTargets, returnTargets } from '@sanji/sync/domain/payload-rules';
import type { CaseState } from '@sanji/sync/domain/state';
import {
  entryFor,
  fieldName,
  payloadOf,
  type ActionEntry,
  type EntryContext,
  type EntryField,
} from '../case/[caseId]/action-entry.ts';

/**
 * With what is asked once for all. A defect list, a refusal, a rejection or a certificate's number belongs to one case alone, so those
 * are not here; nor is what ends a case for good.
 */
export const BATCH_FIELDS = {
  accept: [],
  forward: ['to', 'text'],
  approve: ['text'],
  conclude: ['text'],
  deliver: ['method', 'proof'],
  suspend: ['evidence'],
  resume: ['text'],
  returnDown: ['to', 'reason*'],
  askSuspend: ['spanKind', 'reason*', 'plannedEnd*'],
  askExtend: ['days*', 'reason*'],
  extend: ['days*', 'reason*'],
  refuseExtend: ['reason*'],
  assign: ['staffId*', 'reason*'],
  note: ['text*'],
} as const satisfies Partial<Record<keyof ActionPayloads, readonly (EntryField | `${EntryField}*`)[]>>;
export type BatchKind = keyof typeof BATCH_FIELDS;
export const BATCH_KINDS = Object.keys(BATCH_FIELDS) as BatchKind[];

/** More at once is not looked through by anybody. */
export const MAX_BATCH = 200;

/** Which of them every case allows this person; none for no case. */
export function batchKinds(states: readonly CaseState[], context: DecideContext): BatchKind[] {
  if (states.length === 0) return [];
  return BATCH_KINDS.filter((kind) => states.every((state) => whyNot(state, kind, context) === undefined));
}

/** Units that all of them may go to, the nearest first. */
export function commonTargets(kind: BatchKind, states: readonly CaseState[], catalog: Catalog): UnitCode[] {
  if (kind !== 'forward' && kind !== 'returnDown') return [];
  const targetsOf = kind === 'forward' ? forwardTargets : returnTargets;
  const [first, ...others] = states.map((state) => targetsOf(state, catalog));
  return (first ?? []).filter((unit) => others.every((targets) => targets.includes(unit)));
}

/** Whom all of them may be given to. */
export function commonColleagues(kind: BatchKind, states: readonly CaseState[], catalog: Catalog): Staff[] {
  if (kind !== 'assign') return [];
  const [first, ...others] = states.map((state) => assignees(state, catalog));
  return (first ?? []).filter((staff) => others.every((colleagues) => colleagues.includes(staff)));
}

/** What is asked once, with what each case brings itself: the nearest unit, the recipient, what was asked for. */
export function batchPayload<K extends BatchKind>(
  kind: K,
  shared: ActionEntry,
  context: EntryContext,
): ActionPayloads[K] {
  const own = entryFor(kind, context.state, context.catalog);
  const asked = BATCH_FIELDS[kind].map(fieldName).filter((field) => field !== 'to' || shared.to !== '');
  const said = Object.fromEntries(asked.map((field) => [field, shared[field]]));
  return payloadOf(kind, { ...own, ...said }, context);
}
