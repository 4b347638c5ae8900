/** The rows of the matrix as they are shown: found, filtered, in groups by category. */
import type { Catalog, MatterVersion, Mode, TierRule } from '@sanji/sync/domain/catalog';
import type { Day } from '@sanji/sync/domain/identifiers';
import {
  baseRow,
  cellKeyOf,
  decideAtOf,
  modeAt,
  type Cell,
  type MatrixColumn,
  type RuleDraft,
} from '@sanji/sync/domain/rule-draft';
import { isInForce, matterVersionOn } from '@sanji/sync/domain/tier-rules';

export interface MatrixCell {
  cell: Cell;
  key: string;
  before: Mode;
  mode: Mode;
}

export interface MatrixRow {
  matter: MatterVersion;
  cells: MatrixCell[];
  decideAt: TierRule['decideAt'];
  condition: string;
  /** Narrowings by streets in force on the day. */
  narrowed: Narrowing[];
  isChanged: boolean;
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
  category: string;
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
  const [first] = cells;
  const condition = first === undefined ? undefined : baseRow(catalog, draft, first.cell).condition?.text;
  return {
    matter,
    cells,
    decideAt: decideAtOf(catalog, draft, matterId),
    condition: condition ?? '',
    narrowed: narrowingsOf(catalog, draft.effectiveFrom).filter((row) => row.matterId === matterId),
    isChanged: cells.some(({ before, mode }) => before !== mode),
  };
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

export function groupsOf(rows: readonly MatrixRow[]): MatrixGroup[] {
  return [...Map.groupBy(rows, ({ matter }) => matter.category)].map(([category, members]) => ({
    category,
    rows: members,
  }));
}
