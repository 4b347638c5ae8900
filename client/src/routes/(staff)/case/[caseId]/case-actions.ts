/**
 * What this person may do now: one expected action, the others beside it, and why the expected one is missing. Asks `gate`, the same
 * rules by which the hub will judge.
 */
import type { ActionKind } from '@sanji/sync/domain/action';
import { gate, type DecideContext } from '@sanji/sync/domain/decide';
import type { Problem } from '@sanji/sync/domain/problem';
import type { CaseState } from '@sanji/sync/domain/state';
import { forwardTargets, returnTargets } from '@sanji/sync/domain/payload-rules';

/** What a person does on the case page; receiving is the intake's, and the hub and the applicant act elsewhere. */
export const PERSONAL = [
  'accept',
  'supplement',
  'approve',
  'forward',
  'conclude',
  'certify',
  'deliver',
  'suspend',
  'resume',
  'externalResult',
  'oneTimeNotice',
  'refuse',
  'returnDown',
  'askSuspend',
  'extend',
  'reject',
  'supplyDeferred',
  'note',
  'withdraw',
  'terminate',
] as const satisfies ActionKind[];
export type PersonalKind = (typeof PERSONAL)[number];

export interface ActionPlan {
  /** The one filled button. */
  expected?: PersonalKind;
  others: PersonalKind[];
  /** The step the case is waiting for, and why it is not offered here. */
  missing?: { kind: PersonalKind; problem: Problem };
}

/** The next step of a case in each status, best first: the first one allowed is the filled button. */
const NEXT: Partial<Record<CaseState['status'], readonly PersonalKind[]>> = {
  received: ['accept'],
  correction: ['supplement'],
  accepted: ['approve', 'forward'],
  reviewing: ['approve', 'forward', 'suspend'],
  suspended: ['resume'],
  external: ['externalResult'],
  approved: ['conclude', 'supplyDeferred'],
  rejected: ['conclude'],
  concluded: ['certify', 'deliver'],
  certified: ['deliver'],
};

export function planOf(state: CaseState, context: DecideContext): ActionPlan {
  const allowed = PERSONAL.filter((kind) => isOffered(state, kind, context));
  const next = NEXT[state.status] ?? [];
  const asked = state.suspensionAsked === undefined ? next : (['suspend', ...next] as const);
  const expected = asked.find((kind) => allowed.includes(kind));
  const others = allowed.filter((kind) => kind !== expected);
  const [wished] = next;
  const problem = wished === undefined || wished === expected ? undefined : gate(state, wished, context);
  return {
    others,
    ...(expected !== undefined && { expected }),
    ...(wished !== undefined && problem !== undefined && { missing: { kind: wished, problem } }),
  };
}

function isOffered(state: CaseState, kind: PersonalKind, context: DecideContext): boolean {
  if (gate(state, kind, context) !== undefined) return false;
  if (kind === 'forward') return forwardTargets(state, context.catalog).length > 0;
  return kind !== 'returnDown' || returnTargets(state, context.catalog).length > 0;
}

/** The keys of the action card; F9 is the expected one. */
export const ACTION_KEYS: Partial<Record<PersonalKind, string>> = {
  returnDown: 'B',
  note: 'A',
  askSuspend: 'H',
  supplyDeferred: 'M',
};
