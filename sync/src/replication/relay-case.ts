/**
 * What a street relay keeps of a case: the log as a hub has it, unruled actions in it, and what it still owes its stations. Pure.
 *
 *   a station's push ──►  log + unruled  ──► unit feeds of the street, by `turn`
 *   the district's word ─►  rulings      ──► the same feeds
 *
 * Invariants: no ruling is made here · an action leaves the log only when the district keeps it outside the case, or when the case has left
 * the street · a unit loses a case by a ruling only, never by what is pending.
 */
import type { CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import { inEpoch } from '../domain/epoch.ts';
import { fold, headOf } from '../domain/fold.ts';
import type { ActionId, CaseId, UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import type { CaseHead } from '../domain/state.ts';
import type { Aside, PullItem } from '../protocol/messages.ts';
import { isLater } from './apply.ts';
import type { FeedEntry, Gone, MasterCase } from './ports.ts';

export interface RelayNotes {
  /** Grows with every change. The relay's feeds are ordered by it: `n` is the district's, and stands still while its line is down. */
  turn: number;
  /** The canonical state in which no unit of the street is a party any more. */
  goneAt?: Gone;
  /** What was handed in here and the district keeps outside the case: whoever hands it in again is told. */
  aside: Aside[];
  /** Why the district cannot take the case as it is. */
  parked?: Problem;
  /** After the log has gone: what became of the street's own actions. */
  fates: Record<ActionId, Fate>;
}
export interface Fate {
  /** Of the content that was ruled on. */
  hash: string;
  /** A hub that was restored since knows nothing of it. */
  epoch: number;
  ruling: Ruling;
}
export interface RelayCase extends MasterCase {
  relay: RelayNotes;
}

const NO_HEAD: CaseHead = { status: 'new', ever: [], parties: [] };

export function newRelayCase(caseId: CaseId): RelayCase {
  const relay = { turn: 0, aside: [], fates: {} };
  return { _id: caseId, n: 0, actions: {}, rulings: {}, head: NO_HEAD, relay };
}

/** The log without what is the relay's own. */
export function logOf({ _id, epoch, n, actions, rulings, former }: CaseDocument): CaseDocument {
  return {
    _id,
    ...(epoch === undefined ? {} : { epoch }),
    n,
    actions,
    rulings,
    ...(former === undefined ? {} : { former }),
  };
}

/** True when nothing but a tombstone is left. */
export function isTombstone({ actions, relay }: RelayCase): boolean {
  return relay.goneAt !== undefined && Object.keys(actions).length === 0;
}

/** The case with this log in place of its own; the caller has made the union. */
export function withLog(known: RelayCase, log: CaseDocument): RelayCase {
  const { parked: _retried, goneAt, ...notes } = known.relay;
  const isStillGone = goneAt !== undefined && !isLater(log, { n: goneAt.n, ...inEpoch(goneAt.epoch) });
  return {
    ...logOf(log),
    ...revOf(known),
    head: headWith(known.head, log, isStillGone),
    relay: { ...notes, turn: notes.turn + 1, ...(isStillGone && { goneAt }) },
  };
}

/** The case with further actions of stations in it. */
export function withActions(
  known: RelayCase,
  added: SignedAction[],
  former: CaseDocument['former'],
): RelayCase {
  const actions = { ...known.actions };
  for (const action of added) actions[action.body.id] ??= action;
  const before = { ...known.former, ...former };
  const log: CaseDocument = { ...logOf(known), actions };
  return withLog(known, Object.keys(before).length === 0 ? log : { ...log, former: before });
}

/** What is left when the case has left the street: no content, only the fate of what the street's units did and of what waited here, whoever did it. */
export function buried(known: RelayCase, gone: Gone, street: ReadonlySet<UnitCode>): RelayCase {
  const { n, epoch } = gone;
  const rulings = { ...known.rulings, ...gone.rulings };
  const fates = { ...known.relay.fates };
  for (const { body, hash } of Object.values(known.actions)) {
    const ruling = rulings[body.id];
    const isTold = street.has(body.by.unit) || known.rulings[body.id] === undefined;
    if (ruling !== undefined && isTold) fates[body.id] = { hash, epoch, ruling };
  }
  const { turn, aside } = known.relay;
  return {
    _id: known._id,
    ...inEpoch(epoch),
    n,
    actions: {},
    rulings: {},
    ...revOf(known),
    head: { ...NO_HEAD, ever: known.head.ever.filter((unit) => street.has(unit)) },
    relay: { turn: turn + 1, goneAt: { n, epoch }, aside, fates },
  };
}

/** Without what a hub said before a restore: it has forgotten that, and the actions are to be handed up again. */
export function withFatesOf(known: RelayCase, epoch: number): RelayCase {
  const fates = Object.entries(known.relay.fates).filter(([, fate]) => fate.epoch === epoch);
  return { ...known, relay: { ...known.relay, fates: Object.fromEntries(fates) } };
}

/** Undefined when all of them are noted already. */
export function withAside(known: RelayCase, aside: Aside[]): RelayCase | undefined {
  const noted = new Set(known.relay.aside.map(({ hash }) => hash));
  const added = aside.filter(({ hash }) => !noted.has(hash));
  if (added.length === 0) return undefined;
  return {
    ...known,
    relay: { ...known.relay, turn: known.relay.turn + 1, aside: [...known.relay.aside, ...added] },
  };
}

export function withPark(known: RelayCase, parked: Problem): RelayCase {
  return { ...known, relay: { ...known.relay, turn: known.relay.turn + 1, parked } };
}

export function unruledOf({ actions, rulings }: Pick<CaseDocument, 'actions' | 'rulings'>): SignedAction[] {
  return Object.values(actions).filter(({ body }) => rulings[body.id] === undefined);
}

/** As stations get it: with the unruled actions that they need not hand in any more. */
export function servedLog(found: RelayCase): CaseDocument {
  const relayed = found.relay.parked === undefined ? unruledOf(found).map(({ body }) => body.id) : [];
  return { ...logOf(found), ...(relayed.length > 0 && { relayed: relayed.sort() }) };
}

/** What the feed of one unit says of a case; undefined while the relay knows no more of it than the actions that were handed in. */
export function relayItem(found: RelayCase, unit: UnitCode): PullItem | undefined {
  const { _id: caseId, n } = found;
  if (found.head.parties.includes(unit)) return { kind: 'case', caseId, n, doc: servedLog(found) };
  return hasLeft(found, unit) ? { kind: 'gone', caseId, n } : undefined;
}

/** By the district's word, and none other. A case that became empty because all of it was set aside is gone too. */
export function hasLeft({ n, actions, relay, head }: RelayCase, unit: UnitCode): boolean {
  if (head.parties.includes(unit)) return false;
  return relay.goneAt !== undefined || n > 0 || Object.keys(actions).length === 0;
}

/** Every unit of the street that ever was a party gets the case's turn; one that left gets the marker. */
export function relayTargets(
  cases: readonly (MasterCase | undefined)[],
  street: ReadonlySet<UnitCode>,
): Map<string, FeedEntry[]> {
  const targets = new Map<string, FeedEntry[]>();
  for (const found of cases) {
    if (found === undefined || !isRelayCase(found)) continue;
    for (const unit of found.head.ever.filter((each) => street.has(each))) {
      const entries = targets.get(feedOf(unit)) ?? [];
      entries.push({ caseId: found._id, n: found.relay.turn, gone: !found.head.parties.includes(unit) });
      targets.set(feedOf(unit), entries);
    }
  }
  return targets;
}

export function isRelayCase(found: MasterCase): found is RelayCase {
  return 'relay' in found;
}

/** The pending result shows, and by it the case is routed; but no unit is shown out by what the district has not ruled on. */
function headWith(before: CaseHead, log: CaseDocument, isGone: boolean): CaseHead {
  const unruled = unruledOf(log);
  const shown = headOf(fold(log));
  const ruled = unruled.length === 0 ? shown : headOf(fold(onlyRuled(log)));
  return {
    ...shown,
    parties: isGone ? [] : unique([...shown.parties, ...ruled.parties]),
    // Who handed something in will be told what became of it, whatever else is known of the case.
    ever: unique([...before.ever, ...shown.ever, ...ruled.ever, ...unruled.map(({ body }) => body.by.unit)]),
  };
}

function onlyRuled(log: CaseDocument): CaseDocument {
  const actions = Object.entries(log.actions).filter(([id]) => log.rulings[id] !== undefined);
  return { ...log, actions: Object.fromEntries(actions) };
}

function revOf({ rev }: RelayCase): Pick<RelayCase, 'rev'> {
  return rev === undefined ? {} : { rev };
}

function unique(units: UnitCode[]): UnitCode[] {
  return [...new Set(units)].sort();
}
