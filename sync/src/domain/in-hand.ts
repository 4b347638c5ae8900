/** Whose hands an open case is in: who acted on it last, or the colleague who goes on for somebody who has left the unit. */
import type { Author, CaseDocument } from './action.ts';
import type { Staff } from './catalog.ts';
import type { StaffId, UnitCode } from './identifiers.ts';

type Log = Pick<CaseDocument, 'actions' | 'rulings'>;

/** By the hub's order; the hub's own acts are nobody's work. */
export function lastActOf({ actions, rulings }: Log): Author | undefined {
  let last: { seq: number; by: Author } | undefined;
  for (const [id, { seq, verdict }] of Object.entries(rulings)) {
    const by = actions[id]?.body.by;
    if (verdict !== 'accepted' || by === undefined || by.staffId === 'hub') continue;
    if (last === undefined || seq > last.seq) last = { seq, by };
  }
  return last?.by;
}

/**
 * Who took the case over from whom; undefined while it is with the one who acted last, with nobody of the unit yet, or acted on here since.
 * Who leaves after taking over hands on what was taken over too.
 */
export function takenOverBy(
  doc: Log,
  holder: UnitCode | undefined,
  staff: ReadonlyMap<StaffId, Staff>,
): { staffId: StaffId; from: StaffId } | undefined {
  const last = lastActOf(doc);
  if (last === undefined || last.unit !== holder) return undefined;
  if (Object.keys(doc.actions).some((id) => doc.rulings[id] === undefined)) return undefined;
  const seen = new Set<StaffId>();
  let current = last.staffId;
  for (;;) {
    const person = staff.get(current);
    const isHere = person?.active === true && person.unit === holder;
    const next = isHere ? undefined : person?.handedTo;
    if (next === undefined || seen.has(next)) break;
    seen.add(current);
    current = next;
  }
  return current === last.staffId ? undefined : { staffId: current, from: last.staffId };
}
