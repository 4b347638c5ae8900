/**
 * From the log to the state. Total: any log folds. Applies the hub's verdicts and never decides again; pending actions count where
 * they fit, so that a station sees its own work at once.
 */
import type { AnyActionBody, CaseDocument, Ruling } from './action.ts';
import { effectiveTime, evolve } from './evolve.ts';
import { transitionOf } from './lifecycle.ts';
import { order } from './order.ts';
import type { LogEntry } from './order.ts';
import type { CaseHead, CaseState } from './state.ts';

export function fold(doc: CaseDocument): CaseState {
  let state = newCase(doc._id, doc.n);
  for (const { id, action, ruling } of order(doc)) {
    if (ruling === undefined) {
      const next = isCounted(doc, state, action.body)
        ? evolve(state, action.body, effectiveTime(action.body, undefined))
        : state;
      state = { ...next, pending: [...next.pending, id] };
    } else {
      state = foldRuled(state, action.body, ruling);
    }
  }
  return state;
}

export interface Step {
  entry: LogEntry;
  /** As the action left it, without the lists of what is pending and rejected. */
  state: CaseState;
}

/** The actions that made the state, in its order: those the hub accepted, and the pending ones that count. */
export function stepsOf(doc: CaseDocument): Step[] {
  const steps: Step[] = [];
  let state = newCase(doc._id, doc.n);
  for (const entry of order(doc)) {
    const { action, ruling } = entry;
    const counts = ruling === undefined ? isCounted(doc, state, action.body) : ruling.verdict === 'accepted';
    if (!counts) continue;
    state = evolve(state, action.body, effectiveTime(action.body, ruling?.receivedAt));
    steps.push({ entry, state });
  }
  return steps;
}

/** One step of the fold: the state of a log without pending actions, and the action that was ruled next. `n` is left to the caller. */
export function foldRuled(state: CaseState, body: AnyActionBody, ruling: Ruling): CaseState {
  return ruling.verdict === 'rejected'
    ? { ...state, rejected: [...state.rejected, body.id] }
    : evolve(state, body, effectiveTime(body, ruling.receivedAt));
}

/** The state of a case without any action. */
export function newCase(caseId: string, n = 0): CaseState {
  return {
    caseId,
    status: 'new',
    n,
    pending: [],
    rejected: [],
    path: [],
    ever: [],
    parties: [],
    form: {},
    materials: [],
    outstanding: [],
    deemed: false,
    suspensions: [],
    extendedDays: 0,
  };
}

export function headOf(state: CaseState): CaseHead {
  const { status, caseNo, matter, origin, holder, ever, parties, receivedAt, suspensions } = state;
  const plannedEnd = suspensions.find((span) => span.to === undefined)?.plannedEnd;
  return {
    status,
    ever,
    parties,
    ...(caseNo === undefined ? {} : { caseNo }),
    ...(matter === undefined ? {} : { matter }),
    ...(origin === undefined ? {} : { origin }),
    ...(holder === undefined ? {} : { holder }),
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(plannedEnd === undefined ? {} : { plannedEnd }),
  };
}

/** Whether a pending action is shown as done. What was rejected before a restore is not, until the hub says otherwise. */
function isCounted(doc: CaseDocument, state: CaseState, body: AnyActionBody): boolean {
  return doc.former?.[body.id]?.verdict !== 'rejected' && fits(state, body);
}

/** Structure only: the table's status, and the acting unit's place. Roles and rules are `decide`'s. */
function fits(state: CaseState, { kind, by }: AnyActionBody): boolean {
  const { from, holder, roles } = transitionOf(kind);
  if (!from.includes(state.status)) return false;
  if (holder === 'anyone' || (roles !== 'staff' && roles.includes('hub') && by.staffId === 'hub'))
    return true;
  return holder === 'holder' ? state.holder === by.unit : state.parties.includes(by.unit);
}
