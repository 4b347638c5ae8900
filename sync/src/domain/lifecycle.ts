/**
 * The life of a case: the one table that client, hub and tests read. One entry per kind of action; `row` is the row of the
 * specification's table. Statuses are compared nowhere else.
 */
import type { ActionKind, CaseStatus, Role } from './action.ts';
import type { Mode } from './catalog.ts';

/**
 * Whose unit may act. `anyone`: the case has no holder yet. `holder`: the one unit that holds the case. `party`: any unit the case
 * came through. The hub's own actions are exempt: it is no unit.
 */
export type HolderRule = 'anyone' | 'holder' | 'party';

export interface Transition {
  row: number;
  from: readonly CaseStatus[];
  /** `same`: the status stays. */
  to: CaseStatus | 'same';
  /** Any of them will do. `staff`: whoever works at the unit. */
  roles: readonly Role[] | 'staff';
  holder: HolderRule;
  /** The least mode the acting unit must have for the matter, by the rule the case is pinned to. */
  mode?: Exclude<Mode, 'none'>;
  /** The field that must hold words for the applicant or the file. */
  reason?: 'reason' | 'text' | 'defects';
}

/** Statuses in which a case is still being worked on. */
export const OPEN = [
  'draft',
  'submitted',
  'preReviewed',
  'returnedToApplicant',
  'received',
  'correction',
  'accepted',
  'reviewing',
  'suspended',
  'external',
  'approved',
  'rejected',
  'concluded',
  'certified',
] as const satisfies CaseStatus[];

/** Statuses that may be archived. `delivered` is one: an applicant need not rate. */
export const ENDS = [
  'refused',
  'delivered',
  'rated',
  'withdrawn',
  'terminated',
] as const satisfies CaseStatus[];

const BEFORE_DECISION = [
  'draft',
  'submitted',
  'preReviewed',
  'returnedToApplicant',
  'received',
  'correction',
  'accepted',
  'reviewing',
  'suspended',
  'external',
] as const satisfies CaseStatus[];

const MOVING = ['accepted', 'reviewing'] as const satisfies CaseStatus[];

export const LIFECYCLE = {
  draft: {
    row: 1,
    from: ['new'],
    to: 'draft',
    roles: ['applicant', 'clerk'],
    holder: 'anyone',
    mode: 'guide',
  },
  submit: { row: 2, from: ['draft'], to: 'submitted', roles: ['applicant'], holder: 'holder' },
  preReviewPass: {
    row: 3,
    from: ['submitted'],
    to: 'preReviewed',
    roles: ['preReviewer', 'approver'],
    holder: 'holder',
  },
  preReviewReturn: {
    row: 3,
    from: ['submitted'],
    to: 'returnedToApplicant',
    roles: ['preReviewer', 'approver'],
    holder: 'holder',
    reason: 'defects',
  },
  // A case starts with a draft, at the counter too: receiving one that was never drawn up is not in the table.
  receive: {
    row: 4,
    from: ['draft', 'preReviewed'],
    to: 'received',
    roles: ['clerk'],
    holder: 'holder',
    mode: 'accept',
  },
  oneTimeNotice: {
    row: 5,
    from: ['received'],
    to: 'correction',
    roles: ['clerk'],
    holder: 'holder',
    mode: 'accept',
    reason: 'defects',
  },
  supplement: {
    row: 6,
    from: ['correction'],
    to: 'received',
    roles: ['clerk'],
    holder: 'holder',
    mode: 'accept',
  },
  accept: { row: 7, from: ['received'], to: 'accepted', roles: ['clerk'], holder: 'holder', mode: 'accept' },
  refuse: {
    row: 8,
    from: ['received'],
    to: 'refused',
    roles: ['clerk'],
    holder: 'holder',
    mode: 'accept',
    reason: 'reason',
  },
  deemAccept: { row: 9, from: ['received'], to: 'accepted', roles: ['hub'], holder: 'holder' },
  forward: { row: 10, from: MOVING, to: 'reviewing', roles: ['clerk', 'reviewer', 'hub'], holder: 'holder' },
  returnDown: {
    row: 11,
    from: ['reviewing'],
    to: 'accepted',
    roles: ['reviewer'],
    holder: 'holder',
    reason: 'reason',
  },
  askSuspend: {
    row: 12,
    from: ['reviewing'],
    to: 'same',
    roles: ['reviewer'],
    holder: 'holder',
    reason: 'reason',
  },
  suspend: {
    row: 12,
    from: ['reviewing'],
    to: 'suspended',
    roles: ['leader'],
    holder: 'holder',
    reason: 'reason',
  },
  resume: { row: 13, from: ['suspended'], to: 'reviewing', roles: ['reviewer', 'hub'], holder: 'holder' },
  askExtend: {
    row: 14,
    from: ['reviewing'],
    to: 'same',
    roles: ['clerk', 'reviewer'],
    holder: 'holder',
    reason: 'reason',
  },
  extend: { row: 14, from: ['reviewing'], to: 'same', roles: ['leader'], holder: 'holder', reason: 'reason' },
  refuseExtend: {
    row: 14,
    from: ['reviewing'],
    to: 'same',
    roles: ['leader'],
    holder: 'holder',
    reason: 'reason',
  },
  handOff: { row: 15, from: ['reviewing'], to: 'external', roles: ['hub'], holder: 'holder' },
  // A callback comes through the hub, a result on paper through the reviewer.
  externalResult: {
    row: 15,
    from: ['external'],
    to: 'reviewing',
    roles: ['hub', 'reviewer'],
    holder: 'holder',
    reason: 'text',
  },
  approve: { row: 16, from: MOVING, to: 'approved', roles: ['approver'], holder: 'holder', mode: 'decide' },
  reject: {
    row: 16,
    from: MOVING,
    to: 'rejected',
    roles: ['approver'],
    holder: 'holder',
    mode: 'decide',
    reason: 'reason',
  },
  conclude: {
    row: 17,
    from: ['approved', 'rejected'],
    to: 'concluded',
    roles: ['hub', 'approver'],
    holder: 'holder',
  },
  certify: { row: 18, from: ['concluded'], to: 'certified', roles: ['issuer'], holder: 'holder' },
  deliver: {
    row: 19,
    from: ['concluded', 'certified'],
    to: 'delivered',
    roles: ['issuer', 'clerk'],
    holder: 'party',
  },
  rate: { row: 20, from: ['delivered'], to: 'rated', roles: ['applicant'], holder: 'party' },
  archive: { row: 21, from: ENDS, to: 'archived', roles: ['hub'], holder: 'holder' },
  withdraw: {
    row: 22,
    from: BEFORE_DECISION,
    to: 'withdrawn',
    roles: ['clerk'],
    holder: 'holder',
    reason: 'reason',
  },
  terminate: {
    row: 23,
    from: OPEN,
    to: 'terminated',
    roles: ['leader'],
    holder: 'holder',
    reason: 'reason',
  },
  note: { row: 24, from: OPEN, to: 'same', roles: 'staff', holder: 'party', reason: 'text' },
  supplyDeferred: {
    row: 25,
    from: ['accepted', 'reviewing', 'approved'],
    to: 'same',
    roles: ['clerk'],
    holder: 'party',
  },
  mergeUnit: { row: 26, from: OPEN, to: 'same', roles: ['hub'], holder: 'holder' },
  // Within the holding unit: whose desk it lies on, which is no move.
  assign: { row: 27, from: OPEN, to: 'same', roles: 'staff', holder: 'holder', reason: 'reason' },
} as const satisfies Record<ActionKind, Transition>;

export const ACTION_KINDS = Object.keys(LIFECYCLE) as ActionKind[];

/** The row of one kind, widened so that callers may compare freely. */
export function transitionOf(kind: ActionKind): Transition {
  return LIFECYCLE[kind];
}

export function isOpen(status: CaseStatus): boolean {
  return (OPEN as readonly CaseStatus[]).includes(status);
}

export function isEnd(status: CaseStatus | 'same'): boolean {
  return (ENDS as readonly string[]).includes(status);
}

/** A move changes the status or the holder; notes, late materials, requests and extensions do not. */
export function isMove(kind: ActionKind): boolean {
  return transitionOf(kind).to !== 'same';
}
