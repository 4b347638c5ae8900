/** What an action says, held against the case and the catalog: words that must be there, targets, codes. Shapes are `parse-action`'s. */
import { deviceOf } from './action.ts';
import type { ActionBody, AnyActionBody, MaterialEntry, Role } from './action.ts';
import { dayOf } from './calendar.ts';
import { parseCaseNo } from './case-number.ts';
import type { Catalog, MaterialRow, Staff } from './catalog.ts';
import { successorOf } from './catalog-index.ts';
import { checklistOf } from './checklist.ts';
import { isDay } from './dates.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { transitionOf } from './lifecycle.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Actor, CaseState } from './state.ts';
import { pathOf, tierRank } from './tier-rules.ts';

/** Longer words belong into an attached paper. */
export const MAX_TEXT = 2_000;
/** The law's lists are short; a longer one is a mistake or an attack. */
export const MAX_LIST = 100;

/** Roles in which people have cases in hand; administrators and supervisors have none. */
const DESK_ROLES: readonly Role[] = ['clerk', 'preReviewer', 'reviewer', 'approver', 'leader', 'issuer'];

interface Context {
  actor: Actor;
  /** Effective time of the action. */
  now: number;
  catalog: Catalog;
}

export function contentProblem(state: CaseState, body: AnyActionBody, context: Context): Problem | undefined {
  return wordsProblem(body) ?? ownProblem(state, body, context);
}

/** Every text within its limit, and the mandatory one not blank. */
function wordsProblem({ kind, payload }: AnyActionBody): Problem | undefined {
  const { reason } = transitionOf(kind);
  for (const [field, value] of Object.entries(payload)) {
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    for (const text of texts) {
      if (typeof text === 'string' && text.length > MAX_TEXT) {
        return problem('field-too-long', { field, max: MAX_TEXT, length: text.length });
      }
      if (field === reason && (typeof text !== 'string' || isBlank(text))) {
        return problem('field-required', { field });
      }
    }
    if (field === reason && texts.length === 0) return problem('field-required', { field });
  }
  return reason === undefined || Object.hasOwn(payload, reason)
    ? undefined
    : problem('field-required', { field: reason });
}

function ownProblem(state: CaseState, body: AnyActionBody, context: Context): Problem | undefined {
  switch (body.kind) {
    case 'draft':
      return undefined;
    case 'receive':
      return receiveProblem(body, context.catalog);
    case 'supplement':
      return body.payload.materials.length === 0
        ? problem('field-required', { field: 'materials' })
        : undefined;
    case 'accept':
      return acceptProblem(state, body.payload.deferred, context);
    case 'forward':
      return forwardProblem(state, body.payload.to, context.catalog);
    case 'returnDown':
      return returnProblem(state, body.payload.to, context.catalog);
    case 'askSuspend':
    case 'suspend':
      if (isBlank(body.payload.kind)) return problem('field-required', { field: 'kind' });
      return dayProblem('plannedEnd', body.payload.plannedEnd, dayOf(context.now));
    case 'askExtend':
    case 'extend': {
      const { days } = body.payload;
      const isCount = Number.isInteger(days) && days > 0;
      return isCount ? undefined : problem('field-invalid', { field: 'days', expected: 'positive' });
    }
    case 'assign': {
      const { to } = body.payload;
      return assignees(state, context.catalog).some(({ staffId }) => staffId === to)
        ? undefined
        : problem('not-a-colleague', { staffId: to });
    }
    case 'handOff':
      return required({ system: body.payload.system, correlationId: body.payload.correlationId });
    case 'externalResult':
      return body.payload.correlationId === state.correlationId
        ? undefined
        : problem('field-invalid', { field: 'correlationId', expected: state.correlationId ?? '' });
    case 'certify':
      return required({ certificateNo: body.payload.certificateNo });
    case 'deliver':
      return required({ recipient: body.payload.recipient });
    case 'archive':
      return required({ retention: body.payload.retention });
    case 'supplyDeferred':
      return suppliedProblem(state, body.payload.materials);
    case 'mergeUnit':
      return mergerProblem(state, body.payload, context.catalog);
    case 'submit':
    case 'preReviewPass':
    case 'preReviewReturn':
    case 'oneTimeNotice':
    case 'refuse':
    case 'deemAccept':
    case 'resume':
    case 'approve':
    case 'reject':
    case 'conclude':
    case 'rate':
    case 'withdraw':
    case 'terminate':
    case 'note':
    case 'refuseExtend':
      return undefined;
  }
}

/** The number's own day is not asked: a terminal whose clock was corrected has already handed out the paper. */
function receiveProblem(body: ActionBody<'receive'>, catalog: Catalog): Problem | undefined {
  const { caseNo, applicant } = body.payload;
  const parts = parseCaseNo(caseNo);
  const terminal = catalog.devices.get(deviceOf({ body }))?.terminal;
  const isOwn =
    parts?.unitPart === body.by.unit.slice(6) && (terminal === undefined || parts.terminal === terminal);
  if (!isOwn) return problem('case-number-invalid', { caseNo });
  return required({ 'applicant.name': applicant.name, 'applicant.idNumber': applicant.idNumber });
}

/** Required papers are there; of the deferrable ones those not there have a due date; nothing else can be deferred. */
function acceptProblem(
  state: CaseState,
  deferred: { code: string; due: Day }[],
  { catalog, now }: Context,
): Problem | undefined {
  const rows = rowsOf(state, catalog);
  const promised = new Set(deferred.map((gap) => gap.code));
  const gaps = rows.filter((row) => !has(state.materials, row.code));
  const missing = gaps.filter(
    (row) => row.need === 'required' || (row.need === 'deferrable' && !promised.has(row.code)),
  );
  if (missing.length > 0) {
    return problem('material-missing', { codes: missing.map((row) => row.code).join(',') });
  }
  for (const { code, due } of deferred) {
    const isGap = gaps.some((row) => row.code === code && row.need === 'deferrable');
    if (!isGap) return problem('field-invalid', { field: `deferred.${code}`, expected: 'deferrable' });
    const late = dayProblem(`deferred.${code}`, due, dayOf(now));
    if (late !== undefined) return late;
  }
  return undefined;
}

function rowsOf({ matter, applicant, form }: CaseState, catalog: Catalog): readonly MaterialRow[] {
  const version = catalog.matters
    .get(matter?.matterId ?? '')
    ?.find((item) => item.version === matter?.version);
  if (version === undefined || applicant === undefined) return [];
  return checklistOf(version, applicant, form);
}

function has(materials: readonly MaterialEntry[], code: string): boolean {
  return materials.some((material) => material.code === code && material.state === 'received');
}

/** Up the unit's own path only: community → its street or the district, street → the district. */
function forwardProblem(state: CaseState, to: UnitCode, catalog: Catalog): Problem | undefined {
  const isAbove = forwardTargets(state, catalog).includes(to);
  return isAbove ? undefined : problem('bad-target', { to });
}

/** The active units above the holder, the next tier first. */
export function forwardTargets({ holder }: CaseState, catalog: Catalog): UnitCode[] {
  if (holder === undefined) return [];
  return pathOf(catalog, holder)
    .slice(1)
    .filter((unit) => unit.active)
    .map((unit) => unit.code);
}

/** Only what the catalog says, and only for a unit the case came through. */
function mergerProblem(
  { path }: CaseState,
  { from, to }: { from: UnitCode; to: UnitCode },
  catalog: Catalog,
): Problem | undefined {
  const isMerged = from !== to && successorOf(catalog, from) === to;
  return isMerged && path.includes(from) ? undefined : problem('bad-target', { to });
}

/** Who at the holding unit may be given the case: works on cases there, and does not have it already. */
export function assignees({ holder, assignedTo }: CaseState, catalog: Catalog): Staff[] {
  return [...catalog.staff.values()].filter(
    ({ staffId, unit, active, roles }) =>
      active && unit === holder && staffId !== assignedTo && roles.some((role) => DESK_ROLES.includes(role)),
  );
}

function returnProblem(state: CaseState, to: UnitCode, catalog: Catalog): Problem | undefined {
  return returnTargets(state, catalog).includes(to) ? undefined : problem('bad-target', { to });
}

/** The lower units the case came through, the last one first. */
export function returnTargets({ path, holder }: CaseState, catalog: Catalog): UnitCode[] {
  const rank = rankOf(holder, catalog);
  return path
    .slice(0, -1)
    .filter((unit) => rankOf(unit, catalog) < rank)
    .reverse();
}

function rankOf(code: UnitCode | undefined, catalog: Catalog): number {
  const unit = catalog.units.get(code ?? '');
  return unit === undefined ? Number.POSITIVE_INFINITY : tierRank(unit.tier);
}

function suppliedProblem(state: CaseState, materials: MaterialEntry[]): Problem | undefined {
  if (materials.length === 0) return problem('field-required', { field: 'materials' });
  const owed = new Set(state.outstanding.map((gap) => gap.code));
  const wrong = materials.find((material) => !owed.has(material.code) || material.state !== 'received');
  return wrong === undefined
    ? undefined
    : problem('field-invalid', { field: `materials.${wrong.code}`, expected: 'outstanding' });
}

function dayProblem(field: string, day: Day, today: Day): Problem | undefined {
  if (!isDay(day)) return problem('date-invalid', { field });
  return day < today ? problem('date-in-past', { day }) : undefined;
}

function required(fields: Record<string, string>): Problem | undefined {
  const blank = Object.entries(fields).find(([, text]) => isBlank(text));
  return blank === undefined ? undefined : problem('field-required', { field: blank[0] });
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
