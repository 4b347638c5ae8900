/** Which unruled actions of a local copy are still to be pushed, and which a street relay has taken and hands up. */
import type { CaseDocument } from './action.ts';
import type { ActionId } from './identifiers.ts';

type Log = Pick<CaseDocument, 'actions' | 'rulings' | 'relayed'>;

/** To be pushed from here. */
export function unsentOf(doc: Log): ActionId[] {
  const relayed = new Set(doc.relayed);
  return unruledIds(doc).filter((id) => !relayed.has(id));
}

/** Taken by the relay, not ruled on by the district. */
export function relayedOf(doc: Log): ActionId[] {
  const relayed = new Set(doc.relayed);
  return unruledIds(doc).filter((id) => relayed.has(id));
}

/** The copy with these of its actions marked, as far as they are unruled; without the field when none is. */
export function withRelayed(
  { relayed: _before, ...doc }: CaseDocument,
  ids: readonly ActionId[],
): CaseDocument {
  const marked = relayedOf({ ...doc, relayed: [...ids] });
  return marked.length === 0 ? doc : { ...doc, relayed: marked.sort() };
}

function unruledIds({ actions, rulings }: Log): ActionId[] {
  return Object.keys(actions).filter((id) => rulings[id] === undefined);
}
