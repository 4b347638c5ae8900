/**
 * What people do at a counter: mostly what the rules offer them as far as their station knows, now and then a note, now and then what the
 * rules would not have. Checked before it is signed as the station's own commands check it.
 */
import type {
  ActionKind,
  AnyActionBody,
  Author,
  CaseDocument,
  MaterialEntry,
  MatterPin,
} from '@sanji/sync/domain/action';
import { whyNot } from '@sanji/sync/domain/allowed-actions';
import { addDays, dayOf } from '@sanji/sync/domain/calendar';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import type { Catalog, DeviceKey, MaterialRow } from '@sanji/sync/domain/catalog';
import { noticeDueOf } from '@sanji/sync/domain/deadlines';
import { decide } from '@sanji/sync/domain/decide';
import { fold } from '@sanji/sync/domain/fold';
import { assignees, forwardTargets, returnTargets } from '@sanji/sync/domain/payload-rules';
import type { Problem } from '@sanji/sync/domain/problem';
import type { Actor, CaseState } from '@sanji/sync/domain/state';
import { matterVersionOn } from '@sanji/sync/domain/tier-rules';
import type { ActionDraft } from '@sanji/sync/replication/append';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';

/** Where a clerk sits, and what she has before her. */
export interface Desk {
  device: DeviceKey;
  by: Author;
  catalog: Catalog;
  /** The station's clock as corrected, and as it stands. */
  now: number;
  at: number;
  random: SeededRandom;
}

const APPLICANT = { kind: 'person' as const, name: '张三', idNumber: '11010519491231002X' };
const MATERIALS: MaterialEntry[] = [{ code: 'id-card', name: '身份证', state: 'received' }];

/** What fits a status, the frequent more often. */
const NEXT: Partial<Record<CaseState['status'], ActionKind[]>> = {
  draft: ['receive', 'receive', 'receive', 'submit', 'submit', 'withdraw'],
  submitted: ['preReviewPass', 'preReviewPass', 'preReviewReturn'],
  returnedToApplicant: ['withdraw', 'terminate'],
  preReviewed: ['receive'],
  received: ['accept', 'accept', 'accept', 'oneTimeNotice', 'refuse', 'withdraw'],
  correction: ['supplement', 'supplement', 'withdraw'],
  accepted: [
    'forward',
    'forward',
    'forward',
    'forward',
    'approve',
    'approve',
    'approve',
    'reject',
    'terminate',
    'assign',
    'supplyDeferred',
  ],
  reviewing: [
    'returnDown',
    'returnDown',
    'returnDown',
    'forward',
    'forward',
    'approve',
    'approve',
    'reject',
    'askSuspend',
    'askSuspend',
    'askSuspend',
    'askExtend',
    'askExtend',
    'askExtend',
    'extend',
    'assign',
    'supplyDeferred',
  ],
  suspended: ['resume', 'resume', 'note'],
  external: ['externalResult'],
  approved: ['conclude', 'supplyDeferred'],
  rejected: ['conclude'],
  concluded: ['certify', 'certify', 'deliver'],
  certified: ['deliver'],
  delivered: ['rate'],
};
/** What somebody was asked. */
const SUSPENSION_ASKED: ActionKind[] = ['suspend', 'suspend', 'suspend', 'note'];
const EXTENSION_ASKED: ActionKind[] = ['extend', 'refuseExtend', 'refuseExtend', 'refuseExtend', 'forward'];
const ANY: ActionKind[] = [
  'forward',
  'returnDown',
  'approve',
  'deliver',
  'accept',
  'withdraw',
  'certify',
  'assign',
  'conclude',
  'note',
];

/** What is stored is frozen, so its fold holds as long as it does. */
const folds = new WeakMap<CaseDocument, CaseState>();

export function stateOf(doc: CaseDocument): CaseState {
  const known = folds.get(doc);
  if (known !== undefined) return known;
  const state = fold(doc);
  if (Object.isFrozen(doc)) folds.set(doc, state);
  return state;
}

/** The kind of action that comes to mind on a case in this state: what the rules offer, if anything does within a few thoughts. */
export function whimOf(state: CaseState, desk: Desk): ActionKind {
  const { random } = desk;
  if (random.chance(0.2)) return 'note';
  if (random.chance(0.08)) return random.pick(ANY) ?? 'note';
  for (let thought = 0; thought < 3; thought++) {
    const kind = random.pick(nextOf(state)) ?? 'note';
    if (isOffered(state, kind, desk)) return kind;
  }
  return 'note';
}

function nextOf({ status, suspensionAsked, extensionAsked }: CaseState): ActionKind[] {
  if (status === 'reviewing' && suspensionAsked !== undefined) return SUSPENSION_ASKED;
  if (status === 'reviewing' && extensionAsked !== undefined) return EXTENSION_ASKED;
  return NEXT[status] ?? [];
}

/** The series a kind takes a number from. */
export function seriesOf(kind: ActionKind | 'intake', desk: Desk): string | undefined {
  if (kind === 'intake' || kind === 'receive')
    return `caseNo:${dayOf(desk.now).slice(2).replaceAll('-', '')}`;
  return kind === 'certify' ? 'certificate' : undefined;
}

/** What one click at the counter writes into a new case: a draft alone that somebody goes on with later, or more. */
export type Intake = 'draft' | 'receive' | 'accept' | 'forward';

export function intakeOf(desk: Desk, counter: number, upTo: Intake): ActionDraft[] {
  const { device, catalog, now } = desk;
  const matter = pinOf(desk);
  const drafts: ActionDraft[] = [{ kind: 'draft', payload: { matter, applicant: APPLICANT, form: {} } }];
  if (upTo === 'draft') return drafts;
  const materials = MATERIALS.filter(() => desk.random.chance(0.6));
  drafts.push(receiptOf(desk, counter, { matter, materials }));
  if (upTo === 'receive') return drafts;
  const deferred = deferrable(desk, matter)
    .filter(({ code }) => !materials.some((entry) => entry.code === code))
    .map(({ code }) => ({ code, due: addDays(dayOf(now), 10) }));
  drafts.push({ kind: 'accept', payload: { deferred } });
  const above = catalog.units.get(device.unit)?.parent;
  if (upTo === 'forward' && above !== null && above !== undefined)
    drafts.push({ kind: 'forward', payload: { to: above } });
  return drafts;
}

function pinOf({ catalog, now, random }: Desk): MatterPin {
  const matterId = random.pick([...catalog.matters.keys()]) ?? '';
  const version = matterVersionOn(catalog, matterId, dayOf(now))?.version ?? 1;
  return { matterId, version, rules: catalog.publications.at(-1)?.seq ?? 0 };
}

function receiptOf(
  { device, catalog, now }: Desk,
  counter: number,
  { matter, materials }: { matter: MatterPin; materials: MaterialEntry[] },
): ActionDraft {
  const caseNo = formatCaseNo({ unit: device.unit, day: dayOf(now), terminal: device.terminal, counter });
  const printed = { noticeDue: noticeDueOf(catalog, now).due };
  return {
    kind: 'receive',
    payload: { caseNo, matter, applicant: APPLICANT, form: {}, materials, printed },
  };
}

function deferrable({ catalog }: Desk, { matterId, version }: MatterPin): readonly MaterialRow[] {
  const found = catalog.matters.get(matterId)?.find((each) => each.version === version);
  return (found?.materials ?? []).filter(({ need }) => need === 'deferrable');
}

/** What one click writes into a case that is here. */
export function draftsOf(kind: ActionKind, doc: CaseDocument, desk: Desk, number: number): ActionDraft[] {
  const note: ActionDraft = { kind: 'note', payload: { text: `note ${String(desk.random.below(1_000))}` } };
  const draft = draftOf(kind, doc, desk, number) ?? note;
  return draft.kind !== 'note' && desk.random.chance(0.15) ? [draft, note] : [draft];
}

function draftOf(kind: ActionKind, doc: CaseDocument, desk: Desk, number: number): ActionDraft | undefined {
  const state = stateOf(doc);
  const { catalog, random, now } = desk;
  switch (kind) {
    case 'receive':
      return receiptOf(desk, number, { matter: state.matter ?? pinOf(desk), materials: MATERIALS });
    case 'accept': {
      const gaps = state.matter === undefined ? [] : deferrable(desk, state.matter);
      const open = gaps.filter(({ code }) => !state.materials.some((entry) => entry.code === code));
      return {
        kind,
        payload: { deferred: open.map(({ code }) => ({ code, due: addDays(dayOf(now), 10) })) },
      };
    }
    case 'forward': {
      const to = random.pick(forwardTargets(state, catalog)) ?? catalog.settings.district;
      // Without a catalog there is nowhere to send anything.
      return to === '' ? undefined : { kind, payload: { to } };
    }
    case 'returnDown': {
      const to = random.pick(returnTargets(state, catalog)) ?? desk.by.unit;
      return { kind, payload: { to, reason: 'papers missing' } };
    }
    case 'preReviewReturn':
    case 'oneTimeNotice':
      return { kind, payload: { defects: ['no copy of the card'] } };
    case 'supplement':
      return { kind, payload: { materials: MATERIALS } };
    case 'supplyDeferred':
      return { kind, payload: { materials: MATERIALS.filter(({ code }) => isOwed(state, code)) } };
    case 'refuse':
    case 'withdraw':
    case 'terminate':
    case 'reject':
      return { kind, payload: { reason: 'as told' } };
    case 'askSuspend':
    case 'suspend': {
      const plannedEnd = addDays(dayOf(now), 1 + random.below(9));
      return { kind, payload: { kind: 'hearing', reason: 'a hearing', plannedEnd } };
    }
    case 'submit':
    case 'preReviewPass':
    case 'resume':
    case 'approve':
    case 'conclude':
      return { kind, payload: {} };
    case 'askExtend':
    case 'extend':
      return { kind, payload: { days: 10, reason: 'intricate' } };
    case 'refuseExtend':
      return { kind, payload: { reason: 'in time' } };
    case 'assign': {
      const to = random.pick(assignees(state, catalog))?.staffId;
      return to === undefined ? undefined : { kind, payload: { to, reason: 'on leave' } };
    }
    case 'externalResult':
      return { kind, payload: { correlationId: state.correlationId ?? '', text: 'as registered' } };
    case 'certify': {
      const { unit, terminal } = desk.device;
      return { kind, payload: { certificateNo: `Z${unit.slice(6)}${terminal}-${String(number)}` } };
    }
    case 'deliver':
      return { kind, payload: { method: 'window', recipient: '张三' } };
    case 'rate':
      return { kind, payload: { level: random.pick([1, 2, 3, 4, 5] as const) ?? 5 } };
    // A new case begins with it; the others are the hub's alone.
    case 'draft':
    case 'deemAccept':
    case 'mergeUnit':
    case 'handOff':
    case 'archive':
    case 'note':
      return undefined;
  }
}

function isOwed({ outstanding }: CaseState, code: string): boolean {
  return outstanding.some((gap) => gap.code === code);
}

export function actorOf({ by, catalog }: Desk): Actor {
  const { staffId, unit } = by;
  const tier = catalog.units.get(unit)?.tier ?? 'community';
  return { staffId, unit, tier, roles: catalog.staff.get(staffId)?.roles ?? [] };
}

/** True when the button would be there. */
export function isOffered(state: CaseState, kind: ActionKind, desk: Desk): boolean {
  return whyNot(state, kind, { actor: actorOf(desk), now: desk.now, catalog: desk.catalog }) === undefined;
}

/** Each draft decided on the state the earlier ones leave, as the hub will: the first refusal. */
export function firstProblem(doc: CaseDocument, drafts: ActionDraft[], desk: Desk): Problem | undefined {
  const { by, at, now, catalog } = desk;
  const actions = { ...doc.actions };
  let after = Object.keys(doc.actions).sort();
  for (const [i, draft] of drafts.entries()) {
    const id = `trial.${String(i + 1)}`;
    const offsetMs = now - at;
    const body: AnyActionBody = { v: 1, id, caseId: doc._id, ...draft, by, at, offsetMs, after, prev: null };
    const state = i === 0 ? stateOf(doc) : fold({ ...doc, actions });
    const decision = decide(state, body, { actor: actorOf(desk), now, catalog });
    if (!decision.ok) return decision.problem;
    actions[id] = { body, hash: '', sig: '' };
    after = [id];
  }
  return undefined;
}
