/**
 * Which tier may do what with a matter. The district sets a mode per matter and tier; a row for a unit narrows it for that unit and the
 * units below, and never widens: the effective rule is the narrowest on the path from the unit up to the district.
 */
import { MODES } from './catalog.ts';
import type {
  Catalog,
  MatterVersion,
  Mode,
  RuleCondition,
  RulePublication,
  TierRule,
  Unit,
} from './catalog.ts';
import { takesCases } from './catalog-index.ts';
import { addDays } from './calendar.ts';
import { isDay } from './dates.ts';
import { TIERS } from './identifiers.ts';
import type { Day, MatterId, Tier, UnitCode } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { bothConditions, isSameCondition } from './rule-condition.ts';

export interface RuleQuery {
  unit: UnitCode;
  matterId: MatterId;
  day: Day;
  /** Only publications up to this number count: what a terminal knew when it received the case (`MatterPin.rules`). */
  asOf?: number;
}

export interface EffectiveRule {
  matterId: MatterId;
  unit: UnitCode;
  tier: Tier;
  mode: Mode;
  /** The lowest tier at which the matter may end. */
  decideAt: Tier;
  condition?: RuleCondition;
  offlineAllowed: boolean;
  autoForward: boolean;
  /** The papers of a decision may be printed before the hub has confirmed it. */
  resultOffline: boolean;
  /** The publication of the row that is the narrowest; absent when nothing is published for the matter (mode `none`). */
  source?: RulePublication;
}

export interface OfferedMatter {
  matter: MatterVersion;
  rule: EffectiveRule;
}

type RowQuery = Omit<RuleQuery, 'unit'> & { tier: Tier };

interface PublishedRow {
  row: TierRule;
  publication: RulePublication;
}

export function modeRank(mode: Mode): number {
  return MODES.indexOf(mode);
}

export function tierRank(tier: Tier): number {
  return TIERS.indexOf(tier);
}

/** The unit and the units above it, itself first. Unknown units have no path. */
export function pathOf(catalog: Pick<Catalog, 'units'>, unit: UnitCode): Unit[] {
  const path: Unit[] = [];
  for (let code: UnitCode | null = unit; code !== null;) {
    const found: Unit | undefined = catalog.units.get(code);
    // A ring of parents is a broken catalog; the tier keeps rising or the path ends.
    if (found === undefined || path.includes(found)) break;
    path.push(found);
    code = found.parent;
  }
  return path;
}

function codesOf(path: readonly Unit[]): UnitCode[] {
  return path.map(({ code }) => code);
}

/** Never fails: what is unknown or not published is mode `none`. Whether the unit is active is asked by `offeredMatters`, not here. */
export function effectiveRule(catalog: Catalog, query: RuleQuery): EffectiveRule {
  const path = pathOf(catalog, query.unit);
  const tier = path[0]?.tier ?? 'community';
  const rows = rowsOnPath(catalog, { ...query, tier }, codesOf(path));
  const base = rows.find(({ row }) => row.unit === undefined);
  if (base === undefined) {
    const { matterId, unit } = query;
    return {
      matterId,
      unit,
      tier,
      mode: 'none',
      decideAt: 'district',
      offlineAllowed: false,
      autoForward: false,
      resultOffline: false,
    };
  }
  return rows.reduce((rule, row) => narrow(rule, row), opened(base, query.unit));
}

/** The version of a matter in force on a day; `effectiveTo` is its last day. */
export function matterVersionOn(catalog: Catalog, matterId: MatterId, day: Day): MatterVersion | undefined {
  return (catalog.matters.get(matterId) ?? [])
    .filter((version) => isInForce(version, day))
    .sort((a, b) =>
      a.effectiveFrom < b.effectiveFrom ? 1 : a.effectiveFrom > b.effectiveFrom ? -1 : b.version - a.version,
    )[0];
}

/** What a unit offers on a day, guidance included, in the order of the matters' ids. Empty for a unit that is off. */
export function offeredMatters(catalog: Catalog, unit: UnitCode, day: Day): OfferedMatter[] {
  if (!takesCases(catalog.units.get(unit), day)) return [];
  const offered: OfferedMatter[] = [];
  for (const matterId of [...catalog.matters.keys()].sort()) {
    const matter = matterVersionOn(catalog, matterId, day);
    if (matter === undefined) continue;
    const rule = effectiveRule(catalog, { unit, matterId, day });
    if (rule.mode !== 'none') offered.push({ matter, rule });
  }
  return offered;
}

export function isInForce(span: { effectiveFrom: Day; effectiveTo?: Day }, day: Day): boolean {
  return span.effectiveFrom <= day && (span.effectiveTo === undefined || day <= span.effectiveTo);
}

/** One row per cell and issuer, the newest in force; the district's row for the tier first. */
function rowsOnPath(catalog: Catalog, query: RowQuery, path: readonly UnitCode[]): PublishedRow[] {
  const cells = new Map<string, PublishedRow>();
  for (const publication of catalog.publications) {
    if (query.asOf !== undefined && publication.seq > query.asOf) continue;
    if (!isInForce(publication, query.day)) continue;
    for (const row of rowsByMatter(publication).get(query.matterId) ?? []) {
      if (row.tier !== query.tier || !mayIssue(catalog, publication.issuer, row, path)) continue;
      // Kept apart by issuer, so that a street's row cannot take the place of a narrower one of the district.
      const cell = `${row.unit ?? ''} ${publication.issuer}`;
      const known = cells.get(cell);
      if (known === undefined || isNewer(publication, known.publication))
        cells.set(cell, { row, publication });
    }
  }
  return [...cells.values()];
}

/** A row for a whole tier is the district's to set; a row for a unit is the district's or that of a unit above (or the unit itself). */
function mayIssue(catalog: Catalog, issuer: UnitCode, row: TierRule, path: readonly UnitCode[]): boolean {
  const isDistrict = catalog.units.get(issuer)?.tier === 'district';
  if (row.unit === undefined) return isDistrict && path.includes(issuer);
  return path.includes(row.unit) && path.indexOf(issuer) >= path.indexOf(row.unit);
}

function isNewer(a: RulePublication, b: RulePublication): boolean {
  return a.effectiveFrom === b.effectiveFrom ? a.seq > b.seq : a.effectiveFrom > b.effectiveFrom;
}

function opened({ row, publication }: PublishedRow, unit: UnitCode): EffectiveRule {
  const { matterId, tier, mode, decideAt, offlineAllowed } = row;
  return {
    matterId,
    unit,
    tier,
    mode,
    decideAt,
    offlineAllowed,
    autoForward: row.autoForward === true,
    resultOffline: row.resultOffline === true,
    source: publication,
    ...(row.condition !== undefined && { condition: row.condition }),
  };
}

function narrow(rule: EffectiveRule, { row, publication }: PublishedRow): EffectiveRule {
  const isNarrower = modeRank(row.mode) < modeRank(rule.mode);
  const condition = bothConditions(rule.condition, row.condition);
  return {
    ...rule,
    mode: isNarrower ? row.mode : rule.mode,
    decideAt: tierRank(row.decideAt) > tierRank(rule.decideAt) ? row.decideAt : rule.decideAt,
    offlineAllowed: rule.offlineAllowed && row.offlineAllowed,
    autoForward: rule.autoForward || row.autoForward === true,
    resultOffline: rule.resultOffline && row.resultOffline === true,
    ...(isNarrower && { source: publication }),
    ...(condition !== undefined && { condition }),
  };
}

const indexes = new WeakMap<RulePublication, Map<MatterId, TierRule[]>>();

/** Publications never change once made, so their index is kept with them. */
function rowsByMatter(publication: RulePublication): Map<MatterId, TierRule[]> {
  let index = indexes.get(publication);
  if (index === undefined) {
    index = Map.groupBy(publication.rows, ({ matterId }) => matterId);
    indexes.set(publication, index);
  }
  return index;
}

/** A publication before it has a number. */
export type RuleProposal = Pick<
  RulePublication,
  'issuer' | 'effectiveFrom' | 'effectiveTo' | 'document' | 'rows'
>;

/**
 * Everything that speaks against publishing; empty when nothing does. Rows are judged by the rules in force on the day they take effect,
 * together with the proposal's other rows.
 */
export function checkPublication(catalog: Catalog, proposal: RuleProposal, today: Day): Problem[] {
  const { effectiveFrom, effectiveTo } = proposal;
  const problems: Problem[] = [];
  if (proposal.document.trim() === '') problems.push(problem('document-missing'));
  if (!isDay(effectiveFrom)) return [...problems, problem('date-invalid', { field: 'effectiveFrom' })];
  if (effectiveFrom < today) problems.push(problem('date-in-past', { day: effectiveFrom }));
  if (effectiveTo !== undefined && (!isDay(effectiveTo) || effectiveTo < effectiveFrom)) {
    problems.push(problem('date-invalid', { field: 'effectiveTo' }));
  }
  const next = withProposal(catalog, proposal);
  for (const row of proposal.rows) problems.push(...rowProblems(next, proposal, row));
  if (proposal.rows.every((row) => isUnchanged(catalog, proposal, row))) problems.push(problem('no-change'));
  const days = daysOfChange(next, effectiveFrom);
  for (const matterId of new Set(proposal.rows.map((row) => row.matterId))) {
    const found = days
      .map((day) => ({ day, stuck: undecidedAt(next, { matterId, day }) }))
      .find(({ stuck }) => stuck !== undefined);
    if (found?.stuck !== undefined)
      problems.push(undecidedProblem(next, proposal, { matterId, day: found.day, stuck: found.stuck }));
  }
  return problems;
}

/** The day itself, and every later one on which other rules take effect or some end: what is published today must hold beside them too. */
function daysOfChange({ publications }: Pick<Catalog, 'publications'>, from: Day): Day[] {
  const later = publications
    .flatMap(({ effectiveFrom, effectiveTo }) => [
      effectiveFrom,
      ...(effectiveTo === undefined || !isDay(effectiveTo) ? [] : [addDays(effectiveTo, 1)]),
    ])
    .filter((day) => day > from);
  return [from, ...new Set(later)].sort();
}

/** The catalog as it would be once the proposal is published. */
export function withProposal(catalog: Catalog, proposal: RuleProposal): Catalog {
  const seq = Math.max(0, ...catalog.publications.map((known) => known.seq)) + 1;
  const publication = { ...proposal, seq, version: '', publishedBy: [], publishedAt: 0 };
  return { ...catalog, publications: [...catalog.publications, publication] };
}

function rowProblems(next: Catalog, proposal: RuleProposal, row: TierRule): Problem[] {
  const { matterId, tier } = row;
  if (!next.matters.has(matterId)) return [problem('matter-unknown', { matterId, version: 0 })];
  if (row.mode === 'decide' && tierRank(row.decideAt) > tierRank(tier)) {
    const place = { tier, ...(row.unit !== undefined && { unit: row.unit }) };
    return [problem('decide-above', { matterId, ...place, decideAt: row.decideAt })];
  }
  const unit = row.unit ?? proposal.issuer;
  const path = pathOf(next, unit);
  const own = path[0];
  // A street may speak of all its communities, a community never of a street.
  if (own === undefined || tierRank(tier) > tierRank(own.tier)) return [problem('out-of-scope', { unit })];
  if (!mayIssue(next, proposal.issuer, row, codesOf(path))) return [problem('out-of-scope', { unit })];
  return isWider(next, proposal, row) ? [problem('rule-widens', { unit, matterId, tier })] : [];
}

/** Held against all rows above it: those of the tier, of the units on its path, and of another issuer for the same unit. */
function isWider(next: Catalog, proposal: RuleProposal, row: TierRule): boolean {
  const { unit, matterId, tier } = row;
  if (unit === undefined) return false;
  const query = { matterId, day: proposal.effectiveFrom, tier };
  const rows = rowsOnPath(next, query, codesOf(pathOf(next, unit)));
  const upper = rows.filter(
    (other) => other.row.unit !== unit || other.publication.issuer !== proposal.issuer,
  );
  if (!upper.some((other) => other.row.unit === undefined)) return row.mode !== 'none';
  return upper.some(({ row: bound }) => exceeds(row, bound));
}

function exceeds(row: TierRule, bound: TierRule): boolean {
  return (
    modeRank(row.mode) > modeRank(bound.mode) ||
    tierRank(row.decideAt) < tierRank(bound.decideAt) ||
    (row.offlineAllowed && !bound.offlineAllowed) ||
    (row.resultOffline === true && bound.resultOffline !== true)
  );
}

/** Says the same as what this issuer has in force for the cell. */
function isUnchanged(catalog: Catalog, proposal: RuleProposal, row: TierRule): boolean {
  const query = { matterId: row.matterId, day: proposal.effectiveFrom, tier: row.tier };
  const known = rowsOnPath(catalog, query, codesOf(pathOf(catalog, row.unit ?? proposal.issuer))).find(
    (other) => other.row.unit === row.unit && other.publication.issuer === proposal.issuer,
  );
  const before = known?.row;
  return (
    before?.mode === row.mode &&
    before.decideAt === row.decideAt &&
    before.offlineAllowed === row.offlineAllowed &&
    (before.autoForward === true) === (row.autoForward === true) &&
    (before.resultOffline === true) === (row.resultOffline === true) &&
    isSameCondition(before.condition, row.condition)
  );
}

/** Without the street's own rows it would be decided: then it is the street's narrowing that the proposal overlooks. */
function undecidedProblem(
  next: Catalog,
  proposal: RuleProposal,
  { matterId, day, stuck }: { matterId: MatterId; day: Day; stuck: Unit },
): Problem {
  const others = pathOf(next, stuck.code).filter(
    ({ code, tier }) => tier !== 'district' && code !== proposal.issuer,
  );
  const street = others.find(({ code }) => {
    const publications = next.publications.filter(({ issuer }) => issuer !== code);
    return undecidedAt({ ...next, publications }, { matterId, day, among: [stuck] }) === undefined;
  });
  return street === undefined
    ? problem('no-decider', { matterId, day })
    : problem('narrowing-contradicted', { matterId, unit: street.code, day });
}

/** A unit that could accept a case which no unit on its path may decide. */
function undecidedAt(
  next: Catalog,
  {
    matterId,
    day,
    among = [...next.units.values()],
  }: { matterId: MatterId; day: Day; among?: readonly Unit[] },
): Unit | undefined {
  const rules = new Map<UnitCode, EffectiveRule>();
  for (const unit of next.units.keys()) rules.set(unit, effectiveRule(next, { unit, matterId, day }));
  return among.find(({ code, active }) => {
    const mode = rules.get(code)?.mode ?? 'none';
    if (!active || modeRank(mode) < modeRank('accept')) return false;
    return !codesOf(pathOf(next, code)).some((above) => {
      const rule = rules.get(above);
      return rule?.mode === 'decide' && tierRank(rule.tier) >= tierRank(rule.decideAt);
    });
  });
}
