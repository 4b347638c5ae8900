/** Where a matter is received that this unit does not take. */
import type { Catalog, Unit } from '@sanji/sync/domain/catalog';
import type { Day, MatterId, UnitCode } from '@sanji/sync/domain/identifiers';
import { effectiveRule, modeRank } from '@sanji/sync/domain/tier-rules';

/** The nearest unit above that receives it on the day; undefined when none does. */
export function whereTo(
  catalog: Catalog,
  { unit, matterId, day }: { unit: UnitCode; matterId: MatterId; day: Day },
): Unit | undefined {
  let code = catalog.units.get(unit)?.parent ?? null;
  while (code !== null) {
    const above = catalog.units.get(code);
    const rule = effectiveRule(catalog, { unit: code, matterId, day });
    if (above !== undefined && modeRank(rule.mode) >= modeRank('accept')) return above;
    code = above?.parent ?? null;
  }
  return undefined;
}
