/** What published rules will change for a unit, and from which day: one line for each matter and day, whoever published it. */
import type { Catalog } from '@sanji/sync/domain/catalog';
import type { Day, MatterId, UnitCode } from '@sanji/sync/domain/identifiers';
import { isSameCondition } from '@sanji/sync/domain/rule-condition';
import { effectiveRule, type EffectiveRule } from '@sanji/sync/domain/tier-rules';

export interface UpcomingChange {
  matterId: MatterId;
  day: Day;
  from: EffectiveRule;
  to: EffectiveRule;
}

/** The earliest first. */
export function upcomingChanges(catalog: Catalog, unit: UnitCode, today: Day): UpcomingChange[] {
  const tier = catalog.units.get(unit)?.tier;
  const seen = new Set<string>();
  const found: UpcomingChange[] = [];
  for (const { effectiveFrom: day, rows } of catalog.publications) {
    if (day <= today) continue;
    for (const { matterId, tier: rowTier, unit: rowUnit } of rows) {
      const key = `${day} ${matterId}`;
      if (rowTier !== tier || (rowUnit !== undefined && rowUnit !== unit) || seen.has(key)) continue;
      seen.add(key);
      const from = effectiveRule(catalog, { unit, matterId, day: today });
      const to = effectiveRule(catalog, { unit, matterId, day });
      if (from.mode !== to.mode || !isSameCondition(from.condition, to.condition))
        found.push({ matterId, day, from, to });
    }
  }
  return found.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.matterId < b.matterId ? -1 : 1));
}
