/**
 * A publication in the making: the cells a matter administrator changed, held against the rules in force on the day they take effect.
 * A district edits its three tiers; a street edits itself and its communities, and can only narrow (`checkDraft` says where it does not).
 * Drafts are values: every edit gives a new one.
 */
import { MODES } from './catalog.ts';
import type { Catalog, Mode, TierRule, Unit } from './catalog.ts';
import { isDay } from './dates.ts';
import { TIERS } from './identifiers.ts';
import type { Day, MatterId, Tier, UnitCode } from './identifiers.ts';
import type { Problem } from './problem.ts';
import { checkPublication, effectiveRule, isInForce, tierRank } from './tier-rules.ts';

export interface RuleDraft {
  issuer: UnitCode;
  /** The number people use, e.g. `2026.12-1`. */
  version: string;
  /** As typed; `checkDraft` says when it is no day. */
  effectiveFrom: string;
  /** Number of the delegation document. */
  document: string;
  /** Changed cells only. */
  cells: Readonly<Record<string, Mode>>;
  /** The cells before each step, oldest first. */
  past: readonly Readonly<Record<string, Mode>>[];
}

/** A column of the grid: a tier of the district, or one unit of a street. */
export interface MatrixColumn {
  tier: Tier;
  unit?: UnitCode;
}

export interface Cell extends MatrixColumn {
  matterId: MatterId;
}

export interface CellChange extends Cell {
  from: Mode;
  to: Mode;
  direction: 'widened' | 'narrowed';
}

export interface DraftSummary {
  changes: CellChange[];
  widened: number;
  narrowed: number;
}

/** More steps than anyone undoes one by one. */
const MAX_STEPS = 200;

export function newDraft(start: Pick<RuleDraft, 'issuer' | 'version' | 'effectiveFrom'>): RuleDraft {
  return { ...start, document: '', cells: {}, past: [] };
}

/** District: its three tiers. Street: itself, then its communities that take cases. Others may not set rules. */
export function columnsOf(catalog: Pick<Catalog, 'units'>, issuer: UnitCode): MatrixColumn[] {
  const unit = catalog.units.get(issuer);
  if (unit?.tier === 'district') return TIERS.map((tier) => ({ tier }));
  if (unit?.tier !== 'street') return [];
  const below = [...catalog.units.values()].filter(({ parent, active }) => parent === issuer && active);
  return [unit, ...below.sort(byCode)].map(({ tier, code }) => ({ tier, unit: code }));
}

export function cellKeyOf({ matterId, tier, unit }: Cell): string {
  return [matterId, tier, unit ?? ''].join('|');
}

function cellOf(key: string): Cell {
  const [matterId = '', tier, unit] = key.split('|');
  const known = TIERS.find((candidate) => candidate === tier) ?? 'community';
  return { matterId, tier: known, ...(unit !== undefined && unit !== '' && { unit }) };
}

/** What is in force for the cell on the day the draft takes effect. */
export function baseRow(catalog: Catalog, draft: RuleDraft, cell: Cell): TierRule {
  const day = isDay(draft.effectiveFrom) ? draft.effectiveFrom : '9999-12-31';
  if (cell.unit === undefined) return districtRow(catalog, cell, day);
  const rule = effectiveRule(catalog, { unit: cell.unit, matterId: cell.matterId, day });
  return {
    ...cell,
    mode: rule.mode,
    decideAt: rule.decideAt,
    offlineAllowed: rule.offlineAllowed,
    ...(rule.autoForward && { autoForward: true }),
    ...(rule.condition !== undefined && { condition: rule.condition }),
  };
}

export function modeAt(catalog: Catalog, draft: RuleDraft, cell: Cell): Mode {
  return draft.cells[cellKeyOf(cell)] ?? baseRow(catalog, draft, cell).mode;
}

/** Sets cells to a mode in one step; a cell set back to what is in force is no change any more. */
export function setCells(
  catalog: Catalog,
  draft: RuleDraft,
  change: { cells: Cell[]; mode: Mode },
): RuleDraft {
  const cells = { ...draft.cells };
  for (const cell of change.cells) {
    const key = cellKeyOf(cell);
    if (baseRow(catalog, draft, cell).mode === change.mode) Reflect.deleteProperty(cells, key);
    else cells[key] = change.mode;
  }
  return stepTo(draft, cells);
}

/** Gives a cell back what is in force. */
export function revertCell(draft: RuleDraft, cell: Cell): RuleDraft {
  const cells = { ...draft.cells };
  Reflect.deleteProperty(cells, cellKeyOf(cell));
  return stepTo(draft, cells);
}

/** Takes back the last step; the same draft when there is none. */
export function undo(draft: RuleDraft): RuleDraft {
  const cells = draft.past.at(-1);
  return cells === undefined ? draft : { ...draft, cells, past: draft.past.slice(0, -1) };
}

export function summaryOf(catalog: Catalog, draft: RuleDraft): DraftSummary {
  const changes = Object.entries(draft.cells)
    .map(([key, to]): CellChange => {
      const cell = cellOf(key);
      const from = baseRow(catalog, draft, cell).mode;
      return { ...cell, from, to, direction: rank(to) > rank(from) ? 'widened' : 'narrowed' };
    })
    // Moving the effective date can make a change what is in force anyway.
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => compare(a.matterId, b.matterId) || tierRank(a.tier) - tierRank(b.tier));
  const widened = changes.filter(({ direction }) => direction === 'widened').length;
  return { changes, widened, narrowed: changes.length - widened };
}

/** The lowest tier at which the matter may end under the draft. */
export function decideAtOf(catalog: Catalog, draft: RuleDraft, matterId: MatterId): Tier {
  const columns = TIERS.map((tier): Cell => ({ matterId, tier }));
  const before = columns.map((cell) => districtRow(catalog, cell, draft.effectiveFrom));
  const published = before.find(({ mode }) => mode === 'decide') ?? before[2];
  const changed = columns.some((cell) => draft.cells[cellKeyOf(cell)] !== undefined);
  if (!changed) return published?.decideAt ?? 'district';
  const lowest = columns.find((cell) => modeAt(catalog, draft, cell) === 'decide');
  return lowest?.tier ?? published?.decideAt ?? 'district';
}

/** The rows to publish: changed cells, and the matter's other tiers where the deciding tier moves with them. */
export function rowsOf(catalog: Catalog, draft: RuleDraft): TierRule[] {
  const changes = summaryOf(catalog, draft).changes;
  if (catalog.units.get(draft.issuer)?.tier !== 'district') {
    return changes.map((change) => ({ ...baseRow(catalog, draft, bare(change)), mode: change.to }));
  }
  const matterIds = [...new Set(changes.map(({ matterId }) => matterId))];
  return matterIds.flatMap((matterId) => {
    const decideAt = decideAtOf(catalog, draft, matterId);
    return TIERS.map((tier) => baseRow(catalog, draft, { matterId, tier }))
      .map((before) => ({ before, row: { ...before, mode: modeAt(catalog, draft, before), decideAt } }))
      .filter(({ before, row }) => before.mode !== row.mode || before.decideAt !== row.decideAt)
      .map(({ row }) => row);
  });
}

/** Puts rows that were saved before back into a draft. */
export function draftOfRows(catalog: Catalog, draft: RuleDraft, rows: readonly TierRule[]): RuleDraft {
  const cells: Record<string, Mode> = {};
  for (const row of rows) {
    if (baseRow(catalog, draft, row).mode !== row.mode) cells[cellKeyOf(row)] = row.mode;
  }
  return { ...draft, cells, past: [] };
}

/** Everything that speaks against publishing the draft; empty when nothing does. */
export function checkDraft(catalog: Catalog, draft: RuleDraft, today: Day): Problem[] {
  const { issuer, effectiveFrom, document } = draft;
  return checkPublication(catalog, { issuer, effectiveFrom, document, rows: rowsOf(catalog, draft) }, today);
}

/** The units whose offer changes: those of a changed tier, or the changed unit itself. */
export function affectedUnits(catalog: Catalog, draft: RuleDraft): Unit[] {
  const rows = rowsOf(catalog, draft);
  return [...catalog.units.values()].filter(
    ({ code, tier, active }) =>
      active && rows.some((row) => (row.unit === undefined ? row.tier === tier : row.unit === code)),
  );
}

function districtRow(catalog: Catalog, { matterId, tier }: Cell, day: string): TierRule {
  const rows = catalog.publications
    .filter((known) => isInForce(known, day) && catalog.units.get(known.issuer)?.tier === 'district')
    .sort((a, b) => compare(b.effectiveFrom, a.effectiveFrom) || b.seq - a.seq)
    .map((known) => publishedRow(known.rows, matterId, tier));
  const found = rows.find((row) => row !== undefined);
  return found ?? { matterId, tier, mode: 'none', decideAt: 'district', offlineAllowed: true };
}

function publishedRow(rows: TierRule[], matterId: MatterId, tier: Tier): TierRule | undefined {
  return rows.find((row) => row.unit === undefined && row.matterId === matterId && row.tier === tier);
}

function stepTo(draft: RuleDraft, cells: Record<string, Mode>): RuleDraft {
  return { ...draft, cells, past: [...draft.past, draft.cells].slice(-MAX_STEPS) };
}

function bare({ matterId, tier, unit }: Cell): Cell {
  return { matterId, tier, ...(unit !== undefined && { unit }) };
}

function rank(mode: Mode): number {
  return MODES.indexOf(mode);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byCode(a: Unit, b: Unit): number {
  return compare(a.code, b.code);
}
