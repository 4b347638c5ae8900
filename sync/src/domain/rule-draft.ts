/**
 * A publication in the making: the cells a matter administrator changed, held against the rules in force on the day they take effect.
 * A district edits its three tiers; a street edits itself and its communities, and can only narrow (`checkDraft` says where it does not).
 * Drafts are values: every edit gives a new one.
 */
import { MODES } from './catalog.ts';
import type { Catalog, Mode, RuleCondition, TierRule, Unit } from './catalog.ts';
import {
  baseRow,
  cellKeyOf,
  cellOf,
  dayOf,
  districtRow,
  ownRow,
  type Cell,
  type CellFlags,
  type DraftContent,
  type MatrixColumn,
  type RuleDraft,
} from './draft-base.ts';
import {
  flagChanges,
  flagsAt,
  flagsOf,
  isSameFlags,
  rowWithFlags,
  withFlags,
  type FlagChange,
} from './draft-flags.ts';
import { TIERS } from './identifiers.ts';
import type { Day, MatterId, Tier, UnitCode } from './identifiers.ts';
import type { Problem } from './problem.ts';
import { bothConditions, isSameCondition } from './rule-condition.ts';
import { checkPublication, effectiveRule, tierRank } from './tier-rules.ts';

export interface CellChange extends Cell {
  from: Mode;
  to: Mode;
  direction: 'widened' | 'narrowed';
}

export interface ConditionChange {
  matterId: MatterId;
  /** The columns it changes in. */
  columns: MatrixColumn[];
  from?: RuleCondition;
  to?: RuleCondition;
}

export interface DraftSummary {
  changes: CellChange[];
  conditions: ConditionChange[];
  flags: FlagChange[];
  widened: number;
  narrowed: number;
}

/** More steps than anyone undoes one by one. */
const MAX_STEPS = 200;

export function newDraft(start: Pick<RuleDraft, 'issuer' | 'version' | 'effectiveFrom'>): RuleDraft {
  return { ...start, document: '', cells: {}, conditions: {}, flags: {}, past: [] };
}

/** District: its three tiers. Street: itself, then its communities that take cases. Others may not set rules. */
export function columnsOf(catalog: Pick<Catalog, 'units'>, issuer: UnitCode): MatrixColumn[] {
  const unit = catalog.units.get(issuer);
  if (unit?.tier === 'district') return TIERS.map((tier) => ({ tier }));
  if (unit?.tier !== 'street') return [];
  const below = [...catalog.units.values()].filter(({ parent, active }) => parent === issuer && active);
  return [unit, ...below.sort(byCode)].map(({ tier, code }) => ({ tier, unit: code }));
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
  return stepTo(draft, { cells });
}

/** Gives a cell back the mode that is in force. */
export function revertCell(draft: RuleDraft, cell: Cell): RuleDraft {
  const cells = { ...draft.cells };
  Reflect.deleteProperty(cells, cellKeyOf(cell));
  return stepTo(draft, { cells });
}

/** Sets what this issuer asks for in cells, and how they are handled, in one step; no condition asks for nothing. What is in force anyway is no change. */
export function setConditions(
  catalog: Catalog,
  draft: RuleDraft,
  change: { cells: Cell[]; condition: RuleCondition | undefined; flags?: CellFlags },
): RuleDraft {
  const conditions = { ...draft.conditions };
  for (const cell of change.cells) {
    const key = cellKeyOf(cell);
    if (isSameCondition(ownRow(catalog, draft, cell)?.condition, change.condition))
      Reflect.deleteProperty(conditions, key);
    else conditions[key] = change.condition ?? null;
  }
  const { flags } = change;
  return stepTo(draft, {
    conditions,
    ...(flags !== undefined && { flags: withFlags(catalog, draft, { cells: change.cells, flags }) }),
  });
}

/** Leaves one flag of cells as it is in force. */
export function revertFlag(
  catalog: Catalog,
  draft: RuleDraft,
  { cells, flag }: { cells: Cell[]; flag: keyof CellFlags },
): RuleDraft {
  let { flags } = draft;
  for (const cell of cells) {
    const back = baseRow(catalog, draft, cell)[flag] === true;
    const wanted = { ...flagsAt(catalog, { ...draft, flags }, cell), [flag]: back };
    flags = withFlags(catalog, { ...draft, flags }, { cells: [cell], flags: wanted });
  }
  return stepTo(draft, { flags });
}

/** What this issuer itself asks for in the cell under the draft. */
export function ownConditionAt(catalog: Catalog, draft: RuleDraft, cell: Cell): RuleCondition | undefined {
  const changed = draft.conditions[cellKeyOf(cell)];
  return changed === undefined ? ownRow(catalog, draft, cell)?.condition : (changed ?? undefined);
}

/** Everything that is asked for in the cell under the draft: for a street, what the district asks for too. */
export function conditionAt(catalog: Catalog, draft: RuleDraft, cell: Cell): RuleCondition | undefined {
  const own = ownConditionAt(catalog, draft, cell);
  if (cell.unit === undefined) return own;
  const others = catalog.publications.filter(({ issuer }) => issuer !== draft.issuer);
  const { matterId, unit } = cell;
  const rule = effectiveRule({ ...catalog, publications: others }, { unit, matterId, day: dayOf(draft) });
  return bothConditions(rule.condition, own);
}

/** Takes back the last step; the same draft when there is none. */
export function undo(draft: RuleDraft): RuleDraft {
  const before = draft.past.at(-1);
  return before === undefined ? draft : { ...draft, ...before, past: draft.past.slice(0, -1) };
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
  return {
    changes,
    conditions: conditionChanges(catalog, draft),
    flags: flagChanges(catalog, draft),
    widened,
    narrowed: changes.length - widened,
  };
}

/** One change for all cells of a matter in which the same becomes the same. */
function conditionChanges(catalog: Catalog, draft: RuleDraft): ConditionChange[] {
  const found: ConditionChange[] = [];
  for (const [key, changed] of Object.entries(draft.conditions)) {
    const { matterId, ...column } = cellOf(key);
    const from = ownRow(catalog, draft, { matterId, ...column })?.condition;
    const to = changed ?? undefined;
    if (isSameCondition(from, to)) continue;
    const same = found.find(
      (known) =>
        known.matterId === matterId && isSameCondition(known.from, from) && isSameCondition(known.to, to),
    );
    if (same !== undefined) same.columns.push(column);
    else
      found.push({
        matterId,
        columns: [column],
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      });
  }
  return found.sort((a, b) => compare(a.matterId, b.matterId));
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
  const { changes, conditions, flags } = summaryOf(catalog, draft);
  if (catalog.units.get(draft.issuer)?.tier !== 'district') {
    const asked = [...conditions, ...flags].flatMap(({ matterId, columns }) =>
      columns.map((column): Cell => ({ matterId, ...column })),
    );
    const cells = new Map([...changes, ...asked].map((cell) => [cellKeyOf(cell), bare(cell)]));
    return [...cells.values()].map((cell) => {
      const before = baseRow(catalog, draft, cell);
      return withCondition(
        rowWithFlags({ ...before, mode: modeAt(catalog, draft, cell) }, flagsAt(catalog, draft, cell)),
        ownConditionAt(catalog, draft, cell),
      );
    });
  }
  const matterIds = [...new Set([...changes, ...conditions, ...flags].map(({ matterId }) => matterId))];
  return matterIds.flatMap((matterId) => {
    const decideAt = decideAtOf(catalog, draft, matterId);
    return TIERS.map((tier) => baseRow(catalog, draft, { matterId, tier }))
      .map((before) => {
        const moved = { ...before, mode: modeAt(catalog, draft, before), decideAt };
        const row = rowWithFlags(moved, flagsAt(catalog, draft, before));
        return { before, row: withCondition(row, ownConditionAt(catalog, draft, before)) };
      })
      .filter(
        ({ before, row }) =>
          before.mode !== row.mode ||
          before.decideAt !== row.decideAt ||
          !isSameFlags(flagsOf(before), flagsOf(row)) ||
          !isSameCondition(before.condition, row.condition),
      )
      .map(({ row }) => row);
  });
}

/** Puts rows that were saved before back into a draft. */
export function draftOfRows(catalog: Catalog, draft: RuleDraft, rows: readonly TierRule[]): RuleDraft {
  const cells: Record<string, Mode> = {};
  const conditions: Record<string, RuleCondition | null> = {};
  const flags: Record<string, CellFlags> = {};
  for (const row of rows) {
    const key = cellKeyOf(row);
    const before = baseRow(catalog, draft, row);
    if (before.mode !== row.mode) cells[key] = row.mode;
    if (!isSameFlags(flagsOf(before), flagsOf(row))) flags[key] = flagsOf(row);
    if (!isSameCondition(ownRow(catalog, draft, row)?.condition, row.condition))
      conditions[key] = row.condition ?? null;
  }
  return { ...draft, cells, conditions, flags, past: [] };
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

function withCondition(
  { condition: _before, ...row }: TierRule,
  condition: RuleCondition | undefined,
): TierRule {
  return condition === undefined ? row : { ...row, condition };
}

function stepTo(draft: RuleDraft, content: Partial<DraftContent>): RuleDraft {
  const { cells, conditions, flags, past } = draft;
  return { ...draft, ...content, past: [...past, { cells, conditions, flags }].slice(-MAX_STEPS) };
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
