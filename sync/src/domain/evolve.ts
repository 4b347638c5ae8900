/** The effect of one action on a case. Pure and without judgement: whether the action may be is `decide`'s. */
import type { AnyActionBody, MaterialEntry } from './action.ts';
import type { UnitCode } from './identifiers.ts';
import { isEnd, isMove, transitionOf } from './lifecycle.ts';
import type { CaseState } from './state.ts';

/** @param at effective time, milliseconds since the epoch (see `effectiveTime`) */
export function evolve(state: CaseState, body: AnyActionBody, at: number): CaseState {
  const { to } = transitionOf(body.kind);
  const moved: CaseState = isMove(body.kind)
    ? {
        ...state,
        ...(to === 'same' ? {} : { status: to }),
        ...(isEnd(to) ? { endedAt: at } : {}),
        suspensions: closeSpan(state, at),
        lastMove: { actionId: body.id, staffId: body.by.staffId, name: body.by.name },
      }
    : state;
  return withEffect(moved, body, at);
}

/** The station's corrected clock, never later than the hub's stamp: a clock that runs ahead gains nobody time. */
export function effectiveTime({ at, offsetMs }: AnyActionBody, receivedAt: number | undefined): number {
  return receivedAt === undefined ? at + offsetMs : Math.min(at + offsetMs, receivedAt);
}

function withEffect(state: CaseState, body: AnyActionBody, at: number): CaseState {
  switch (body.kind) {
    case 'draft': {
      const { matter, applicant, form } = body.payload;
      return { ...heldBy(state, [body.by.unit]), matter, applicant, form };
    }
    case 'receive': {
      const { caseNo, matter, applicant, form, materials } = body.payload;
      const held = heldBy(state, [body.by.unit]);
      return { ...held, origin: body.by.unit, caseNo, matter, applicant, form, materials, receivedAt: at };
    }
    case 'oneTimeNotice':
      return { ...state, noticedAt: at };
    case 'supplement':
      return { ...state, materials: united(state.materials, body.payload.materials) };
    case 'accept': {
      const outstanding = body.payload.deferred;
      return { ...state, acceptedAt: at, acceptedBy: body.by.staffId, outstanding };
    }
    case 'deemAccept':
      // The law counts from the day of receipt, not from the day somebody noticed.
      return { ...state, acceptedAt: state.receivedAt ?? at, deemed: true };
    case 'forward':
      return heldBy(state, [...state.path, body.payload.to]);
    case 'returnDown': {
      const index = state.path.indexOf(body.payload.to);
      return heldBy(state, index < 0 ? [body.payload.to] : state.path.slice(0, index + 1));
    }
    case 'askSuspend': {
      const { kind, reason, plannedEnd } = body.payload;
      return { ...state, suspensionAsked: { by: body.by.staffId, kind, reason, plannedEnd } };
    }
    case 'suspend': {
      const { kind, plannedEnd } = body.payload;
      const { suspensionAsked: _granted, ...rest } = state;
      return { ...rest, suspensions: [...state.suspensions, { from: at, kind, plannedEnd }] };
    }
    case 'askExtend': {
      const { days, reason } = body.payload;
      return { ...state, extensionAsked: { by: body.by.staffId, days, reason } };
    }
    case 'extend': {
      const { extensionAsked: _granted, ...rest } = state;
      return { ...rest, extendedDays: state.extendedDays + body.payload.days };
    }
    case 'refuseExtend': {
      const { extensionAsked: _refused, ...rest } = state;
      return rest;
    }
    case 'assign':
      return { ...state, assignedTo: body.payload.to };
    case 'handOff':
      return { ...state, correlationId: body.payload.correlationId };
    case 'approve':
      return { ...state, decidedAt: at, decidedBy: body.by.staffId, decision: 'approved' };
    case 'reject':
      // Nothing more is owed on a case that is turned down; what was would block its conclusion for good.
      return { ...state, decidedAt: at, decidedBy: body.by.staffId, decision: 'rejected', outstanding: [] };
    case 'conclude':
      return { ...state, concludedAt: at };
    case 'supplyDeferred': {
      const codes = new Set(body.payload.materials.map((material) => material.code));
      return {
        ...state,
        materials: united(state.materials, body.payload.materials),
        outstanding: state.outstanding.filter((gap) => !codes.has(gap.code)),
      };
    }
    case 'mergeUnit': {
      const { from, to } = body.payload;
      // Not `heldBy`: what was asked of the leader stays asked, it is the same desk under another name.
      const path = state.path.map((unit) => (unit === from ? to : unit));
      const holder = path.at(-1);
      return {
        ...state,
        path,
        parties: unique(path),
        ever: unique([...state.ever, ...path]),
        ...(holder !== undefined && { holder }),
      };
    }
    case 'submit':
    case 'preReviewPass':
    case 'preReviewReturn':
    case 'refuse':
    case 'resume':
    case 'externalResult':
    case 'certify':
    case 'deliver':
    case 'rate':
    case 'archive':
    case 'withdraw':
    case 'terminate':
    case 'note':
      return state;
  }
}

/** Requests, and whose desk it lies on, are one unit's affair: they do not travel with the case. */
function heldBy(state: CaseState, path: UnitCode[]): CaseState {
  const { suspensionAsked: _suspension, extensionAsked: _extension, assignedTo: _desk, ...rest } = state;
  const held: CaseState = { ...rest, path, parties: unique(path), ever: unique([...state.ever, ...path]) };
  const holder = path.at(-1);
  return holder === undefined ? held : { ...held, holder };
}

/** Any move ends an open suspension, so that its clock cannot stand still for ever. */
function closeSpan({ suspensions }: CaseState, at: number): CaseState['suspensions'] {
  return suspensions.map((span) => (span.to === undefined ? { ...span, to: at } : span));
}

function united(before: MaterialEntry[], added: MaterialEntry[]): MaterialEntry[] {
  return [...new Map([...before, ...added].map((material) => [material.code, material])).values()];
}

function unique(units: UnitCode[]): UnitCode[] {
  return [...new Set(units)].sort();
}
