/** What this person may do now on the case page: one expected action, the others beside it, and why the expected one is missing. */
import type { ActionKind } from '@sanji/sync/domain/action';
import { allowedActions, answerDue, whyNot } from '@sanji/sync/domain/allowed-actions';
import type { DecideContext } from '@sanji/sync/domain/decide';
import type { Problem } from '@sanji/sync/domain/problem';
import type { CaseState } from '@sanji/sync/domain/state';

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
  'refuseExtend',
  'askExtend',
  'reject',
  'supplyDeferred',
  'note',
  'assign',
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

export function planOf(state: CaseState, context: DecideContext): ActionPlan {
  const offers = allowedActions(state, context);
  const allowed = PERSONAL.filter((kind) => offers.kinds.includes(kind));
  const primary = PERSONAL.find((kind) => kind === offers.primary);
  const wished = answerDue(state, context) ?? primary;
  const expected = allowed.find((kind) => kind === wished);
  const missing = missingOf(state, context, { primary, expected });
  return {
    others: allowed.filter((kind) => kind !== expected),
    ...(expected !== undefined && { expected }),
    ...(missing !== undefined && { missing }),
  };
}

/** The step the case waits for; or, where it is to be forwarded, the decision that people look for. */
function missingOf(
  state: CaseState,
  context: DecideContext,
  { primary, expected }: { primary: PersonalKind | undefined; expected: PersonalKind | undefined },
): ActionPlan['missing'] {
  const kind = primary === 'forward' && expected === 'forward' ? 'approve' : primary;
  if (kind === undefined || kind === expected) return undefined;
  const problem = whyNot(state, kind, context);
  return problem === undefined ? undefined : { kind, problem };
}

/** The keys of the action card; F9 is the expected one. */
export const ACTION_KEYS: Partial<Record<PersonalKind, string>> = {
  returnDown: 'B',
  note: 'A',
  askSuspend: 'H',
  askExtend: 'E',
  assign: 'T',
  supplyDeferred: 'M',
};
