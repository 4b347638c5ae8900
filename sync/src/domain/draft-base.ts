/**
 * What a draft of tier rules is made of, and what stands in force under it: the published rows on the day the draft takes effect.
 */
import type { Catalog, Mode, RuleCondition, RulePublication, TierRule } from './catalog.ts';
import { isDay } from './dates.ts';
import { TIERS } from './identifiers.ts';
import type { Day, MatterId, Tier, UnitCode } from './identifiers.ts';
import { effectiveRule, isInForce } from './tier-rules.ts';

/** What was changed, by cell. A condition that is null is taken away. */
export interface DraftContent {
  cells: Readonly<Record<string, Mode>>;
  conditions: Readonly<Record<string, RuleCondition | null>>;
  /** How a cell is handled beside its mode; all of them where one was changed. */
  flags: Readonly<Record<string, CellFlags>>;
}

export const FLAGS = ['offlineAllowed', 'autoForward', 'resultOffline'] as const;
/** See `TierRule`. */
export type CellFlags = Record<(typeof FLAGS)[number], boolean>;

export interface RuleDraft extends DraftContent {
  issuer: UnitCode;
  /** The number people use, e.g. `2026.12-1`. */
  version: string;
  /** As typed; `checkDraft` says when it is no day. */
  effectiveFrom: string;
  /** Number of the delegation document. */
  document: string;
  /** What stood before each step, oldest first. */
  past: readonly DraftContent[];
}

/** A column of the grid: a tier of the district, or one unit of a street. */
export interface MatrixColumn {
  tier: Tier;
  unit?: UnitCode;
}

export interface Cell extends MatrixColumn {
  matterId: MatterId;
}

export function cellKeyOf({ matterId, tier, unit }: Cell): string {
  return [matterId, tier, unit ?? ''].join('|');
}

export function cellOf(key: string): Cell {
  const [matterId = '', tier, unit] = key.split('|');
  const known = TIERS.find((candidate) => candidate === tier) ?? 'community';
  return { matterId, tier: known, ...(unit !== undefined && unit !== '' && { unit }) };
}

/** What is in force for the cell on the day the draft takes effect. */
export function baseRow(catalog: Catalog, draft: RuleDraft, cell: Cell): TierRule {
  const day = dayOf(draft);
  if (cell.unit === undefined) return districtRow(catalog, cell, day);
  const rule = effectiveRule(catalog, { unit: cell.unit, matterId: cell.matterId, day });
  return {
    ...cell,
    mode: rule.mode,
    decideAt: rule.decideAt,
    offlineAllowed: rule.offlineAllowed,
    ...(rule.autoForward && { autoForward: true }),
    ...(rule.resultOffline && { resultOffline: true }),
    ...(rule.condition !== undefined && { condition: rule.condition }),
  };
}

/** What the district has in force for a tier. */
export function districtRow(catalog: Catalog, { matterId, tier }: Cell, day: string): TierRule {
  const isOfDistrict = ({ issuer }: RulePublication): boolean =>
    catalog.units.get(issuer)?.tier === 'district';
  return (
    newestRow(catalog, { matterId, tier }, { day, isOf: isOfDistrict }) ?? {
      matterId,
      tier,
      mode: 'none',
      decideAt: 'district',
      offlineAllowed: true,
    }
  );
}

/** What this issuer has in force for the cell; undefined where it never said anything. */
export function ownRow(catalog: Catalog, draft: RuleDraft, cell: Cell): TierRule | undefined {
  return newestRow(catalog, cell, { day: dayOf(draft), isOf: ({ issuer }) => issuer === draft.issuer });
}

function newestRow(
  catalog: Catalog,
  { matterId, tier, unit }: Cell,
  { day, isOf }: { day: string; isOf: (known: RulePublication) => boolean },
): TierRule | undefined {
  return catalog.publications
    .filter((known) => isInForce(known, day) && isOf(known))
    .sort((a, b) =>
      a.effectiveFrom === b.effectiveFrom ? b.seq - a.seq : a.effectiveFrom < b.effectiveFrom ? 1 : -1,
    )
    .map(({ rows }) =>
      rows.find((row) => row.unit === unit && row.matterId === matterId && row.tier === tier),
    )
    .find((row) => row !== undefined);
}

/** The day a draft is held against; what was typed may not be one yet. */
export function dayOf({ effectiveFrom }: RuleDraft): Day {
  return isDay(effectiveFrom) ? effectiveFrom : '9999-12-31';
}
