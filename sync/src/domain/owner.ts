/** Whose work a case is at the unit that holds it. */
import type { CaseDocument } from './action.ts';
import type { Catalog, Staff } from './catalog.ts';
import type { StaffId } from './identifiers.ts';
import type { CaseState } from './state.ts';

/** Who it was given to or, when they have left the unit, who took over from them; undefined: whoever comes to it first. */
export function ownerOf(
  { assignedTo, holder }: Pick<CaseState, 'assignedTo' | 'holder'>,
  catalog: Pick<Catalog, 'staff'>,
): StaffId | undefined {
  const worksThere = (staff: Staff | undefined): boolean => staff?.active === true && staff.unit === holder;
  const seen = new Set<StaffId>();
  // Who took over may have left as well.
  for (let next = assignedTo; next !== undefined && !seen.has(next);) {
    const staff = catalog.staff.get(next);
    if (worksThere(staff)) return next;
    seen.add(next);
    next = staff?.handedTo;
  }
  return undefined;
}

/** Who handed the case to `to` last, the hub's order first; undefined where nobody did by name. */
export function givenBy(
  { actions, rulings }: Pick<CaseDocument, 'actions' | 'rulings'>,
  to: StaffId,
): StaffId | undefined {
  let last: { seq: number; by: StaffId } | undefined;
  for (const [id, { body }] of Object.entries(actions)) {
    const ruling = rulings[id];
    if (body.kind !== 'assign' || body.payload.to !== to || ruling?.verdict === 'rejected') continue;
    const seq = ruling?.seq ?? Infinity;
    if (last === undefined || seq >= last.seq) last = { seq, by: body.by.staffId };
  }
  return last?.by;
}
