/** The rows of the matrix as they are shown: found, filtered, in groups by category. */
import type { Catalog, MatterVersion, Mode, RuleCondition, TierRule } from '@sanji/sync/domain/catalog';
import type { Day } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import {
  baseRow,
  cellKeyOf,
  type Cell,
  type MatrixColumn,
  type RuleDraft,
} from '@sanji/sync/domain/draft-base';
import { flagsAt, isSameFlags } from '@sanji/sync/domain/draft-flags';
import { conditionAt, decideAtOf, modeAt, ownConditionAt } from '@sanji/sync/domain/rule-draft';
import { isSameCondition } from '@sanji/sync/domain/rule-condition';
import { isInForce, matterVersionOn } from '@sanji/sync/domain/tier-rules';

export interface MatrixCell {
  cell: Cell;
  key: string;
  before: Mode;
  mode: Mode;
}

/** What is typed and ticked above the grid; empty texts let everything through. */
export interface MatrixFilter {
  query: string;
  /** By its Chinese name. */
  category: string;
  subject: string;
  changesOnly: boolean;
}

export interface MatrixRow {
  matter: MatterVersion;
  cells: MatrixCell[];
  decideAt: TierRule['decideAt'];
  /** What is asked for, each with the columns that ask for it; a column without a condition is in none. */
  conditions: ConditionLine[];
  isConditionChanged: boolean;
  /** Narrowings by streets in force on the day. */
  narrowed: Narrowing[];
  isChanged: boolean;
}

export interface ConditionLine {
  condition: RuleCondition;
  columns: MatrixColumn[];
}

export interface Narrowing {
  street: string;
  unit: string;
  matterId: string;
  mode: Mode;
  effectiveFrom: Day;
  effectiveTo?: Day;
}

export interface MatrixGroup {
  category: { zh: string; en: string };
  rows: MatrixRow[];
}

/** Of a matter that starts later the coming version is shown. */
export function mattersOf(catalog: Catalog, day: Day): MatterVersion[] {
  return [...catalog.matters.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([matterId, versions]) => matterVersionOn(catalog, matterId, day) ?? versions.at(-1))
    .filter((matter) => matter !== undefined);
}

export function rowOf(
  catalog: Catalog,
  draft: RuleDraft,
  matter: MatterVersion,
  columns: MatrixColumn[],
): MatrixRow {
  const { matterId } = matter;
  const cells = columns.map((column): MatrixCell => {
    const cell: Cell = { matterId, ...column };
    const before = baseRow(catalog, draft, cell).mode;
    return { cell, key: cellKeyOf(cell), before, mode: modeAt(catalog, draft, cell) };
  });
  const isConditionChanged = cells.some(
    ({ cell }) =>
      !isSameCondition(conditionAt(catalog, draft, cell), conditionAt(catalog, untouched(draft), cell)),
  );
  return {
    matter,
    cells,
    decideAt: decideAtOf(catalog, draft, matterId),
    conditions: conditionsOf(catalog, draft, cells),
    isConditionChanged,
    narrowed: narrowingsOf(catalog, draft.effectiveFrom).filter((row) => row.matterId === matterId),
    isChanged:
      isConditionChanged ||
      cells.some(({ cell, before, mode }) => before !== mode || hasOtherFlags(catalog, draft, cell)),
  };
}

/** Where nothing is offered nothing is asked for. */
function conditionsOf(catalog: Catalog, draft: RuleDraft, cells: readonly MatrixCell[]): ConditionLine[] {
  const offering = cells.filter(({ mode }) => mode !== 'none');
  const lines: ConditionLine[] = [];
  for (const { cell } of offering.length > 0 ? offering : cells) {
    const condition = conditionAt(catalog, draft, cell);
    if (condition === undefined) continue;
    const { tier, unit } = cell;
    const column = { tier, ...(unit !== undefined && { unit }) };
    const same = lines.find((line) => isSameCondition(line.condition, condition));
    if (same === undefined) lines.push({ condition, columns: [column] });
    else same.columns.push(column);
  }
  return lines;
}

function hasOtherFlags(catalog: Catalog, draft: RuleDraft, cell: Cell): boolean {
  const inForce = flagsAt(catalog, { ...draft, flags: {} }, cell);
  return !isSameFlags(flagsAt(catalog, draft, cell), inForce);
}

function untouched(draft: RuleDraft): RuleDraft {
  return { ...draft, conditions: {} };
}

export function narrowingsOf(catalog: Catalog, day: Day): Narrowing[] {
  return catalog.publications
    .filter((known) => catalog.units.get(known.issuer)?.tier === 'street' && isInForce(known, day))
    .flatMap(({ issuer, rows, effectiveFrom, effectiveTo }) =>
      rows.map(({ matterId, unit, mode }) => ({
        street: issuer,
        unit: unit ?? issuer,
        matterId,
        mode,
        effectiveFrom,
        ...(effectiveTo !== undefined && { effectiveTo }),
      })),
    );
}

/** What of the problems of a draft lies in a cell; one that names no tier lies in all cells of its matter. */
export function faultAt(problems: readonly Problem[], cell: Cell): Problem | undefined {
  return problems.find(
    ({ params = {} }) =>
      params['matterId'] === cell.matterId &&
      (params['tier'] === undefined || params['tier'] === cell.tier) &&
      // The unit of any other problem is not where it lies, but whom it concerns.
      (params['tier'] === undefined || cell.unit === undefined || params['unit'] === cell.unit),
  );
}

/** Where the problems lie in the grid, row by row. No row is worked out for it: a wide grid has thousands of cells. */
export function faultPlaces(
  rows: readonly Pick<MatrixRow, 'matter'>[],
  columns: readonly MatrixColumn[],
  problems: readonly Problem[],
): { row: number; column: number }[] {
  return rows.flatMap(({ matter: { matterId } }, row) =>
    problems.some(({ params }) => params?.['matterId'] === matterId)
      ? columns.flatMap((place, column) =>
          faultAt(problems, { matterId, ...place }) === undefined ? [] : [{ row, column }],
        )
      : [],
  );
}

/** Cells of the row that ask for the same and are handled alike: for a street the chosen unit, for the district the tiers. */
export function cellsAlike(
  catalog: Catalog,
  draft: RuleDraft,
  { row, cell }: { row: MatrixRow; cell: Cell },
): MatrixColumn[] {
  const own = ownConditionAt(catalog, draft, cell);
  const flags = flagsAt(catalog, draft, cell);
  return row.cells
    .map((known) => known.cell)
    .filter(({ unit }) => unit === cell.unit)
    .filter((known) => isSameCondition(ownConditionAt(catalog, draft, known), own))
    .filter((known) => isSameFlags(flagsAt(catalog, draft, known), flags))
    .map(({ tier, unit }) => ({ tier, ...(unit !== undefined && { unit }) }));
}

export function groupsOf(rows: readonly MatrixRow[]): MatrixGroup[] {
  return [...Map.groupBy(rows, ({ matter }) => matter.category.zh).values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ category: first.matter.category, rows: members }];
  });
}
