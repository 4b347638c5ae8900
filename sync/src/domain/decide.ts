/**
 * May this action be? Pure, and the same on station, relay and hub: the station offers only what will be accepted, the hub rules by it.
 * `gate` asks what can be asked before anything is filled in; `contentProblem` (payload-rules.ts) judges what was filled in.
 */
import type { ActionBody, ActionKind, AnyActionBody, MatterPin } from './action.ts';
import { dayOf } from './calendar.ts';
import type { Catalog, MatterVersion } from './catalog.ts';
import { receiptProblem, unitProblem } from './conditions.ts';
import { noticeDueOf } from './deadlines.ts';
import { effectiveTime } from './evolve.ts';
import type { Tier } from './identifiers.ts';
import { transitionOf } from './lifecycle.ts';
import type { Transition } from './lifecycle.ts';
import { contentProblem } from './payload-rules.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Actor, CaseState } from './state.ts';
import { effectiveRule, modeRank, tierRank } from './tier-rules.ts';
import type { EffectiveRule } from './tier-rules.ts';

export interface DecideContext {
  actor: Actor;
  /** Milliseconds since the epoch: the hub's clock, or the station's corrected by its offset. */
  now: number;
  catalog: Catalog;
}

export type Decision = { ok: true } | { ok: false; problem: Problem };

export function decide(state: CaseState, body: AnyActionBody, context: DecideContext): Decision {
  const found = authorProblem(state, body, context) ?? actionProblem(state, body, context);
  return found === undefined ? { ok: true } : { ok: false, problem: found };
}

function actionProblem(state: CaseState, body: AnyActionBody, context: DecideContext): Problem | undefined {
  const at = effectiveTime(body, context.now);
  // A draft and a receipt bring their own pin; everything later stands on the pin of the receipt.
  const pin = body.kind === 'draft' || body.kind === 'receive' ? body.payload.matter : state.matter;
  return (
    gate(state, body.kind, { ...context, now: at, ...(pin === undefined ? {} : { pin }) }) ??
    contentProblem(state, body, { ...context, now: at }) ??
    (body.kind === 'receive' ? conditionsProblem(body, { ...context, now: at }) : undefined)
  );
}

function conditionsProblem(
  { payload }: ActionBody<'receive'>,
  { actor, catalog, now }: DecideContext,
): Problem | undefined {
  const { matterId, rules } = payload.matter;
  const rule = effectiveRule(catalog, { unit: actor.unit, matterId, day: dayOf(now), asOf: rules });
  return receiptProblem({ rule, matter: findVersion(catalog, payload.matter), actor, payload });
}

function authorProblem(
  { caseId }: CaseState,
  body: AnyActionBody,
  { actor }: DecideContext,
): Problem | undefined {
  if (body.caseId !== caseId) return problem('malformed', { where: 'caseId' });
  if (body.by.unit !== actor.unit || body.by.staffId !== actor.staffId) {
    return problem('out-of-scope', { unit: body.by.unit });
  }
  return undefined;
}

export interface GateContext extends DecideContext {
  pin?: MatterPin;
}

/** Status, holder, role, mode, and what the case's own past forbids: in that order, so that «somebody was faster» is said first. */
export function gate(state: CaseState, kind: ActionKind, context: GateContext): Problem | undefined {
  const row = transitionOf(kind);
  return (
    statusProblem(state, kind, row) ??
    placeProblem(state, row, context.actor) ??
    roleProblem(row, context.actor) ??
    ruleProblem(state, kind, row, context) ??
    pastProblem(state, kind, context)
  );
}

function statusProblem(state: CaseState, kind: ActionKind, row: Transition): Problem | undefined {
  const { status } = state;
  // A rejected application has nothing to certify, though its case is concluded like any other.
  const isFit = row.from.includes(status) && !(kind === 'certify' && state.decision === 'rejected');
  return isFit ? undefined : problem('wrong-status', { status, kind, ...whoMoved(state) });
}

function placeProblem(state: CaseState, row: Transition, actor: Actor): Problem | undefined {
  if (row.holder === 'anyone' || actsAsHub(row, actor)) return undefined;
  if (!state.parties.includes(actor.unit) && row.holder === 'party') {
    return problem('not-a-party', { unit: actor.unit });
  }
  if (state.holder !== actor.unit && row.holder === 'holder') {
    return problem('not-holder', { holder: state.holder ?? '', ...whoMoved(state) });
  }
  return undefined;
}

function roleProblem({ roles }: Transition, actor: Actor): Problem | undefined {
  if (roles === 'staff' || roles.some((role) => actor.roles.includes(role))) return undefined;
  return problem('role-missing', { roles: roles.join(',') });
}

function actsAsHub({ roles }: Transition, actor: Actor): boolean {
  return roles !== 'staff' && roles.includes('hub') && actor.roles.includes('hub');
}

/** The ruling that moved the case before, for the clerk whose action came second. */
function whoMoved({ lastMove }: CaseState): { byAction?: string; byName?: string } {
  return lastMove === undefined ? {} : { byAction: lastMove.actionId, byName: lastMove.name };
}

function ruleProblem(
  state: CaseState,
  kind: ActionKind,
  row: Transition,
  context: GateContext,
): Problem | undefined {
  const pin = context.pin ?? state.matter;
  if (kind === 'forward' && actsAsHub(row, context.actor)) return autoForwardProblem(state, context);
  if (row.mode === undefined || pin === undefined) return undefined;
  const { unit, tier } = context.actor;
  const day = dayOf(state.receivedAt ?? context.now);
  const unpublished = pinProblem(context.catalog, pin, kind === 'receive' ? day : undefined);
  if (unpublished !== undefined) return unpublished;
  const closed = kind === 'receive' ? unitProblem(context.catalog, unit, day) : undefined;
  if (closed !== undefined) return closed;
  const rule = effectiveRule(context.catalog, { unit, matterId: pin.matterId, day, asOf: pin.rules });
  const reaches = row.mode === 'decide' ? mayDecide(rule, tier) : modeRank(rule.mode) >= modeRank(row.mode);
  return reaches ? undefined : problem('mode-too-low', { mode: rule.mode, needed: row.mode, unit });
}

export function mayDecide(rule: EffectiveRule, tier: Tier): boolean {
  return rule.mode === 'decide' && tierRank(tier) >= tierRank(rule.decideAt);
}

/** The hub forwards by itself only where the matter's rule for the holding unit says so. */
function autoForwardProblem(state: CaseState, { catalog, now }: GateContext): Problem | undefined {
  const rule = ruleOfHolder(state, catalog, now);
  return rule?.autoForward === true ? undefined : problem('role-missing', { roles: 'clerk,reviewer' });
}

/** The rule a case stands on at the unit that holds it: as pinned, of the day of receipt. */
export function ruleOfHolder(state: CaseState, catalog: Catalog, now: number): EffectiveRule | undefined {
  const { matter, holder } = state;
  if (matter === undefined || holder === undefined) return undefined;
  const day = dayOf(state.receivedAt ?? now);
  return effectiveRule(catalog, { unit: holder, matterId: matter.matterId, day, asOf: matter.rules });
}

export function findVersion(catalog: Catalog, pin: MatterPin | undefined): MatterVersion | undefined {
  return catalog.matters.get(pin?.matterId ?? '')?.find((matter) => matter.version === pin?.version);
}

/** @param day of receipt; without it being in force is not asked */
function pinProblem(catalog: Catalog, pin: MatterPin, day: string | undefined): Problem | undefined {
  const { matterId, version } = pin;
  const found = findVersion(catalog, pin);
  // A pin ahead of everything published would let a terminal choose its own rules.
  if (found === undefined || pin.rules > (catalog.publications.at(-1)?.seq ?? 0)) {
    return problem('matter-unknown', { matterId, version });
  }
  if (day === undefined) return undefined;
  const inForce = found.effectiveFrom <= day && (found.effectiveTo === undefined || day <= found.effectiveTo);
  return inForce ? undefined : problem('matter-not-in-force', { matterId, version, day });
}

function pastProblem(state: CaseState, kind: ActionKind, context: GateContext): Problem | undefined {
  const { actor, now, catalog } = context;
  switch (kind) {
    case 'oneTimeNotice':
      // «One-time»: the list is complete the first time, and late is the same as silent.
      if (state.noticedAt !== undefined) return problem('already-there');
      return isNoticeOverdue(state, catalog, now)
        ? problem('too-late', { due: noticeDue(state, catalog) })
        : undefined;
    case 'deemAccept': {
      const isSilent = state.noticedAt === undefined && isNoticeOverdue(state, catalog, now);
      return isSilent ? undefined : problem('not-due', { due: noticeDue(state, catalog) });
    }
    case 'askSuspend':
      return state.suspensionAsked === undefined ? undefined : problem('already-there');
    case 'suspend':
      if (state.suspensionAsked === undefined) return problem('no-request');
      return state.suspensionAsked.by === actor.staffId ? problem('same-person') : undefined;
    case 'resume': {
      const plannedEnd = state.suspensions.find((span) => span.to === undefined)?.plannedEnd ?? '';
      const tooEarly = !actor.roles.includes('reviewer') && dayOf(now) < plannedEnd;
      return tooEarly ? problem('not-due', { due: plannedEnd }) : undefined;
    }
    case 'askExtend':
      if (state.extendedDays > 0) return problem('already-extended');
      return state.extensionAsked === undefined ? undefined : problem('already-there');
    case 'extend':
      if (state.extendedDays > 0) return problem('already-extended');
      return state.extensionAsked?.by === actor.staffId ? problem('same-person') : undefined;
    case 'refuseExtend':
      if (state.extensionAsked === undefined) return problem('no-request');
      return state.extensionAsked.by === actor.staffId ? problem('same-person') : undefined;
    case 'approve':
    case 'reject':
      return acceptorProblem(state, context);
    case 'conclude':
      return state.outstanding.length === 0
        ? undefined
        : problem('deferral-outstanding', { codes: state.outstanding.map((gap) => gap.code).join(',') });
    case 'supplyDeferred':
      return state.outstanding.length > 0 ? undefined : problem('already-there');
    case 'mergeUnit':
    case 'forward':
    case 'returnDown':
    case 'draft':
    case 'submit':
    case 'preReviewPass':
    case 'preReviewReturn':
    case 'receive':
    case 'supplement':
    case 'accept':
    case 'refuse':
    case 'handOff':
    case 'externalResult':
    case 'certify':
    case 'deliver':
    case 'rate':
    case 'archive':
    case 'withdraw':
    case 'terminate':
    case 'note':
    case 'assign':
      return undefined;
  }
}

/** Who accepts does not approve 受审分离, but for instant matters where the unit's own mode is decide. */
function acceptorProblem(state: CaseState, { actor, catalog, now }: GateContext): Problem | undefined {
  if (state.acceptedBy !== actor.staffId) return undefined;
  const isInstant = findVersion(catalog, state.matter)?.instant === true;
  return isInstant && ruleOfHolder(state, catalog, now)?.mode === 'decide'
    ? undefined
    : problem('acceptor-approves');
}

function isNoticeOverdue(state: CaseState, catalog: Catalog, now: number): boolean {
  return state.receivedAt !== undefined && now > noticeDueOf(catalog, state.receivedAt).dueMs;
}

function noticeDue(state: CaseState, catalog: Catalog): string {
  return state.receivedAt === undefined ? '' : noticeDueOf(catalog, state.receivedAt).due;
}
