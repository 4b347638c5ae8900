/**
 * Two copies of one case become one: the union of both maps. Total; commutative, associative and idempotent, so re-delivery,
 * order and detours of copies are harmless. Nothing is ever dropped.
 *
 *   copy a   {1, 2, 3·}   ┐
 *                         ├─►  {1, 2, 3·, 4·}   n = the greater
 *   copy b   {1, 2, 4·}   ┘                     · pending
 *
 * Invariants: an action of a verified hash never changes · a ruling never changes · n never goes back.
 */
import type { ActionId } from './identifiers.ts';
import type { CaseDocument, Ruling, SignedAction } from './action.ts';

/** Throws when the copies are of different cases: that is a bug of the caller. */
export function merge(a: CaseDocument, b: CaseDocument): CaseDocument {
  if (a._id !== b._id) throw new Error('merge of two different cases');
  const actions = { ...a.actions };
  for (const [id, action] of Object.entries(b.actions)) {
    const mine = actions[id];
    actions[id] = mine === undefined ? action : sameIdWinner(id, [a, mine], [b, action]);
  }
  const rulings = { ...a.rulings };
  for (const [id, ruling] of Object.entries(b.rulings)) {
    const mine = rulings[id];
    rulings[id] = mine === undefined || rulingKey(ruling) < rulingKey(mine) ? ruling : mine;
  }
  return { _id: a._id, n: Math.max(a.n, b.n), actions, rulings };
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

/** What the hub ruled on beats what it did not; between equals the smaller hash: any rule does that needs no clock and no side. */
function sameIdWinner(
  id: ActionId,
  [a, mine]: [CaseDocument, SignedAction],
  [b, theirs]: [CaseDocument, SignedAction],
): SignedAction {
  const ruledMine = a.rulings[id] !== undefined;
  const ruledTheirs = b.rulings[id] !== undefined;
  if (ruledMine !== ruledTheirs) return ruledMine ? mine : theirs;
  if (mine.hash !== theirs.hash) return mine.hash < theirs.hash ? mine : theirs;
  return theirs.sig < mine.sig ? theirs : mine;
}

function rulingKey({ seq, verdict, receivedAt, problem }: Ruling): string {
  return JSON.stringify([String(seq).padStart(12, '0'), verdict, receivedAt, problem?.code ?? '']);
}
