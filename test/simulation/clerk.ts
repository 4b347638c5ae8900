/**
 * What people do at a counter: mostly what the rules offer them as far as their station knows, now and then a note, now and then what the
 * rules would not have. Checked before it is signed as the station's own commands check it.
 */
import type { ActionKind, AnyActionBody, Author, CaseDocument } from '@sanji/sync/domain/action';
import { whyNot } from '@sanji/sync/domain/allowed-actions';
import { addDays, dayOf } from '@sanji/sync/domain/calendar';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import type { Catalog, DeviceKey } from '@sanji/sync/domain/catalog';
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
const MATERIALS = [{ code: 'id-card', name: '身份证', state: 'received' as const }];

/** What fits a status, the frequent first. */
const NEXT: Partial<Record<CaseState['status'], ActionKind[]>> = {
  draft: ['receive'],
  received: ['accept', 'accept', 'accept', 'oneTimeNotice', 'refuse'],
  correction: ['supplement', 'supplement', 'withdraw'],
  accepted: ['forward', 'forward', 'forward', 'approve', 'terminate'],
  reviewing: [
    'returnDown',
    'returnDown',
    'returnDown',
    'forward',
    'forward',
    'approve',
    'reject',
    'askSuspend',
    'suspend',
    'extend',
  ],
  suspended: ['resume'],
  concluded: ['certify', 'certify', 'deliver'],
  certified: ['deliver'],
};
const ANY: ActionKind[] = [
  'forward',
  'returnDown',
  'approve',
  'deliver',
  'accept',
  'withdraw',
  'certify',
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

/** The kind of action that comes to mind on a case in this state. */
export function whimOf(state: CaseState, random: SeededRandom): ActionKind {
  if (random.chance(0.25)) return 'note';
  if (random.chance(0.08)) return random.pick(ANY) ?? 'note';
  return random.pick(NEXT[state.status] ?? []) ?? 'note';
}

/** The series a kind takes a number from. */
export function seriesOf(kind: ActionKind | 'intake', desk: Desk): string | undefined {
  if (kind === 'intake') return `caseNo:${dayOf(desk.now).slice(2).replaceAll('-', '')}`;
  return kind === 'certify' ? 'certificate' : undefined;
}

/** What one click at the counter writes into a new case. */
export function intakeOf(desk: Desk, counter: number, then: 'nothing' | 'accept' | 'forward'): ActionDraft[] {
  const { device, catalog, now } = desk;
  const day = dayOf(now);
  const matterId = desk.random.pick([...catalog.matters.keys()]) ?? '';
  const version = matterVersionOn(catalog, matterId, day)?.version ?? 1;
  const matter = { matterId, version, rules: catalog.publications.at(-1)?.seq ?? 0 };
  const caseNo = formatCaseNo({ unit: device.unit, day, terminal: device.terminal, counter });
  const printed = { noticeDue: noticeDueOf(catalog, now).due };
  const receive = { caseNo, matter, applicant: APPLICANT, form: {}, materials: MATERIALS, printed };
  const drafts: ActionDraft[] = [
    { kind: 'draft', payload: { matter, applicant: APPLICANT, form: {} } },
    { kind: 'receive', payload: receive },
  ];
  if (then !== 'nothing') drafts.push({ kind: 'accept', payload: { deferred: [] } });
  const above = catalog.units.get(device.unit)?.parent;
  if (then === 'forward' && above !== null && above !== undefined)
    drafts.push({ kind: 'forward', payload: { to: above } });
  return drafts;
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
    case 'accept':
      return { kind: 'accept', payload: { deferred: [] } };
    case 'forward': {
      const to = random.pick(forwardTargets(state, catalog)) ?? catalog.settings.district;
      // Without a catalog there is nowhere to send anything.
      return to === '' ? undefined : { kind, payload: { to } };
    }
    case 'returnDown': {
      const to = random.pick(returnTargets(state, catalog)) ?? desk.by.unit;
      return { kind, payload: { to, reason: 'papers missing' } };
    }
    case 'oneTimeNotice':
      return { kind, payload: { defects: ['no copy of the card'] } };
    case 'supplement':
      return { kind, payload: { materials: MATERIALS } };
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
    case 'resume':
    case 'approve':
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
    case 'certify': {
      const { unit, terminal } = desk.device;
      return { kind, payload: { certificateNo: `Z${unit.slice(6)}${terminal}-${String(number)}` } };
    }
    case 'deliver':
      return { kind, payload: { method: 'window', recipient: '张三' } };
    case 'draft':
    case 'submit':
    case 'preReviewPass':
    case 'preReviewReturn':
    case 'deemAccept':
    case 'mergeUnit':
    case 'handOff':
    case 'externalResult':
    case 'conclude':
    case 'rate':
    case 'archive':
    case 'note':
    case 'supplyDeferred':
      return undefined;
  }
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
