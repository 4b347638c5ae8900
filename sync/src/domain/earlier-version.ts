/** Going back: an earlier version of the rules as a draft of its own, to be checked and published anew like any other. */
import type { Catalog, TierRule } from './catalog.ts';
import { baseRow, cellKeyOf, ownRow, type Cell, type RuleDraft } from './draft-base.ts';
import { draftOfRows } from './rule-draft.ts';

/**
 * The modes and conditions this issuer had in force when publication `seq` was its newest, as changes against what is in force on the day
 * of the draft. What other issuers published stays as it is, and a cell the issuer first spoke of later goes back to what held without it.
 */
export function draftOfVersion(catalog: Catalog, draft: RuleDraft, seq: number): RuleDraft {
  const own = catalog.publications.filter(({ issuer }) => issuer === draft.issuer);
  const then = {
    ...catalog,
    publications: catalog.publications.filter((known) => known.issuer !== draft.issuer || known.seq <= seq),
  };
  const isDistrict = catalog.units.get(draft.issuer)?.tier === 'district';
  const cells = new Map<string, Cell>();
  for (const { matterId, tier, unit } of own.flatMap(({ rows }) => rows)) {
    // The district's grid has its tiers; what it set for one unit is no cell of it.
    if (isDistrict && unit !== undefined) continue;
    const cell: Cell = { matterId, tier, ...(unit !== undefined && { unit }) };
    cells.set(cellKeyOf(cell), cell);
  }
  const rows = [...cells.values()].map((cell): TierRule => {
    const { condition: _effective, ...row } = baseRow(then, draft, cell);
    const condition = ownRow(then, draft, cell)?.condition;
    return condition === undefined ? row : { ...row, condition };
  });
  return draftOfRows(catalog, draft, rows);
}
