/** What a person may do with a case now, which step comes next, and why an expected one is missing. The screens read only this. */
import type { ActionKind, CaseStatus } from './action.ts';
import { gate, mayDecide, ruleOfHolder } from './decide.ts';
import type { DecideContext } from './decide.ts';
import type { UnitCode } from './identifiers.ts';
import { ACTION_KINDS } from './lifecycle.ts';
import { assignees, forwardTargets, returnTargets } from './payload-rules.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { CaseState } from './state.ts';

export interface Offers {
  /** In the order of the lifecycle table. */
  kinds: ActionKind[];
  /** Where `forward` may go, the next tier first. */
  forwardTo: UnitCode[];
  returnTo: UnitCode[];
  /** The one step that leads on: the big button. Absent when there is none for anybody. */
  primary?: ActionKind;
  /** Why `primary` is not among `kinds`. */
  missing?: Problem;
}

export function allowedActions(state: CaseState, context: DecideContext): Offers {
  const forwardTo = forwardTargets(state, context.catalog);
  const returnTo = returnTargets(state, context.catalog);
  const kinds = ACTION_KINDS.filter((kind) => whyNot(state, kind, context) === undefined);
  const primary = nextStep(state, context);
  const missing = primary === undefined ? undefined : whyNot(state, primary, context);
  return {
    kinds,
    forwardTo: kinds.includes('forward') ? forwardTo : [],
    returnTo: kinds.includes('returnDown') ? returnTo : [],
    ...(primary === undefined ? {} : { primary }),
    ...(missing === undefined ? {} : { missing }),
  };
}

/** The step that leads on, where this person may take it: `allowedActions` for a list, which asks for nothing else. */
export function nextAllowed(state: CaseState, context: DecideContext): ActionKind | undefined {
  const primary = nextStep(state, context);
  return primary !== undefined && whyNot(state, primary, context) === undefined ? primary : undefined;
}

/** What a leader who was asked for it answers before anything else: who asked waits until then. Undefined for everybody else. */
export function answerDue(state: CaseState, context: DecideContext): 'suspend' | 'extend' | undefined {
  if (state.suspensionAsked !== undefined && whyNot(state, 'suspend', context) === undefined)
    return 'suspend';
  return state.extensionAsked !== undefined && whyNot(state, 'extend', context) === undefined
    ? 'extend'
    : undefined;
}

/** Why this person cannot do this now; undefined when they can. Says nothing of what has yet to be filled in. */
export function whyNot(state: CaseState, kind: ActionKind, context: DecideContext): Problem | undefined {
  const refusal = gate(state, kind, context);
  if (refusal !== undefined) return refusal;
  const targets =
    kind === 'forward'
      ? forwardTargets(state, context.catalog)
      : kind === 'returnDown'
        ? returnTargets(state, context.catalog)
        : kind === 'assign'
          ? assignees(state, context.catalog)
          : undefined;
  return targets?.length === 0 ? problem('bad-target', { to: '' }) : undefined;
}

const NEXT: Partial<Record<CaseStatus, ActionKind>> = {
  new: 'draft',
  draft: 'receive',
  submitted: 'preReviewPass',
  preReviewed: 'receive',
  received: 'accept',
  correction: 'supplement',
  suspended: 'resume',
  external: 'externalResult',
  approved: 'conclude',
  rejected: 'conclude',
  certified: 'deliver',
  delivered: 'rate',
};

/** What the case waits for, whoever has to do it. */
function nextStep(state: CaseState, context: DecideContext): ActionKind | undefined {
  switch (state.status) {
    case 'accepted':
    case 'reviewing':
      return decisionEndsHere(state, context) ? 'approve' : 'forward';
    case 'approved':
      return state.outstanding.length > 0 ? 'supplyDeferred' : 'conclude';
    case 'concluded':
      return state.decision === 'rejected' ? 'deliver' : 'certify';
    case 'new':
    case 'draft':
    case 'submitted':
    case 'preReviewed':
    case 'returnedToApplicant':
    case 'received':
    case 'correction':
    case 'refused':
    case 'suspended':
    case 'external':
    case 'rejected':
    case 'certified':
    case 'delivered':
    case 'rated':
    case 'archived':
    case 'withdrawn':
    case 'terminated':
      return NEXT[state.status];
  }
}

function decisionEndsHere(state: CaseState, { catalog, now }: DecideContext): boolean {
  const rule = ruleOfHolder(state, catalog, now);
  return rule !== undefined && mayDecide(rule, rule.tier);
}
