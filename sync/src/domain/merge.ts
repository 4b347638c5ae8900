/**
 * Two copies of one case become one: the union of both logs, under the rulings of the later epoch. Total; commutative, associative and
 * idempotent, so re-delivery, order and detours of copies are harmless. No action is ever dropped.
 *
 *   one epoch                                 a restore in between
 *   copy a   {1, 2, 3·}   ┐                   epoch 1   {1, 2, 3, 4}   ┐
 *                         ├─►  {1, 2, 3·, 4·}                          ├─►  epoch 2   {1, 2, 3·, 4·}
 *   copy b   {1, 2, 4·}   ┘                   epoch 2   {1, 2}         ┘
 *                                  · pending, to be pushed
 *
 * Invariants: an action of a verified hash never changes · within an epoch a ruling never changes and n never goes back · what the later
 * epoch has not ruled on is pending, and remembers its last ruling (`former`).
 */
import type { ActionId } from './identifiers.ts';
import type { CaseDocument, FormerRuling, Ruling, SignedAction } from './action.ts';
import { epochOf, inEpoch } from './epoch.ts';

/** Throws when the copies are of different cases: that is a bug of the caller. */
export function merge(a: CaseDocument, b: CaseDocument): CaseDocument {
  if (a._id !== b._id) throw new Error('merge of two different cases');
  const actions = { ...a.actions };
  for (const [id, action] of Object.entries(b.actions)) {
    const mine = actions[id];
    actions[id] = mine === undefined ? action : sameIdWinner(id, [a, mine], [b, action]);
  }
  const epoch = Math.max(epochOf(a), epochOf(b));
  const [first, ...more] = [a, b].filter((copy) => epochOf(copy) === epoch);
  const rulings = { ...first?.rulings };
  for (const copy of more) {
    for (const [id, ruling] of Object.entries(copy.rulings)) {
      const mine = rulings[id];
      rulings[id] = mine === undefined || rulingKey(ruling) < rulingKey(mine) ? ruling : mine;
    }
  }
  const n = Math.max(first?.n ?? 0, ...more.map((copy) => copy.n));
  const merged: CaseDocument = { _id: a._id, ...inEpoch(epoch), n, actions, rulings };
  const former = formerOf(merged, a, b);
  return former === undefined ? merged : { ...merged, former };
}

/** The case as a hub of this epoch would know it that has ruled on nothing of it: everything is pending. */
export function rebased(doc: CaseDocument, epoch: number): CaseDocument {
  return merge(doc, { _id: doc._id, ...inEpoch(epoch), n: 0, actions: {}, rulings: {} });
}

/** The ids under which the copies hold different content (a cloned device): `merge` keeps one, the caller may file the other. */
export function contradictions(a: CaseDocument, b: CaseDocument): ActionId[] {
  return Object.entries(b.actions)
    .filter(([id, action]) => {
      const mine = a.actions[id];
      return mine !== undefined && mine.hash !== action.hash;
    })
    .map(([id]) => id)
    .sort();
}

/** What a hub ruled on beats what none did, a later epoch an earlier one; between equals the smaller hash, which needs no clock and no side. */
function sameIdWinner(
  id: ActionId,
  [a, mine]: [CaseDocument, SignedAction],
  [b, theirs]: [CaseDocument, SignedAction],
): SignedAction {
  const [standsMine, standsTheirs] = [lastRuling(a, id)?.epoch ?? 0, lastRuling(b, id)?.epoch ?? 0];
  if (mine.hash !== theirs.hash && standsMine !== standsTheirs)
    return standsMine > standsTheirs ? mine : theirs;
  if (mine.hash !== theirs.hash) return mine.hash < theirs.hash ? mine : theirs;
  return theirs.sig < mine.sig ? theirs : mine;
}

/**
 * Of each pending action the last word that either copy has on this very content, and of what was rejected and is in neither copy that it was;
 * undefined when there is none.
 */
function formerOf(
  merged: CaseDocument,
  a: CaseDocument,
  b: CaseDocument,
): Record<ActionId, FormerRuling> | undefined {
  if (epochOf(a) === epochOf(b) && a.former === undefined && b.former === undefined) return undefined;
  const former: Record<ActionId, FormerRuling> = {};
  const ids = [a, b].flatMap((copy) => [...Object.keys(copy.rulings), ...Object.keys(copy.former ?? {})]);
  for (const id of [...new Set(ids)].sort()) {
    if (merged.rulings[id] !== undefined) continue;
    const hash = merged.actions[id]?.hash;
    const known = [a, b]
      .filter(({ actions }) => actions[id] === undefined || actions[id].hash === hash)
      .flatMap((copy) => lastRuling(copy, id) ?? []);
    const last = known.reduce<FormerRuling | undefined>(
      (most, ruling) => (most === undefined || isLater(ruling, most) ? ruling : most),
      undefined,
    );
    if (last !== undefined && (hash !== undefined || last.verdict === 'rejected')) former[id] = last;
  }
  return Object.keys(former).length === 0 ? undefined : former;
}

function lastRuling(copy: CaseDocument, id: ActionId): FormerRuling | undefined {
  const ruling = copy.rulings[id];
  if (ruling === undefined) return copy.former?.[id];
  return { epoch: epochOf(copy), seq: ruling.seq, verdict: ruling.verdict };
}

function isLater(a: FormerRuling, b: FormerRuling): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.seq === b.seq ? a.verdict < b.verdict : a.seq < b.seq;
}

function rulingKey({ seq, verdict, receivedAt, problem }: Ruling): string {
  return JSON.stringify([String(seq).padStart(12, '0'), verdict, receivedAt, problem?.code ?? '']);
}
