/** The part of a draft that says how a cell is handled beside its mode: offline or not, forwarded by itself, papers before the hub's word. */
import type { Catalog, TierRule } from './catalog.ts';
import {
  baseRow,
  cellKeyOf,
  cellOf,
  FLAGS,
  type Cell,
  type CellFlags,
  type MatrixColumn,
  type RuleDraft,
} from './draft-base.ts';
import type { MatterId } from './identifiers.ts';

export interface FlagChange {
  matterId: MatterId;
  flag: keyof CellFlags;
  to: boolean;
  columns: MatrixColumn[];
}

export function flagsOf(row: Pick<TierRule, keyof CellFlags>): CellFlags {
  return {
    offlineAllowed: row.offlineAllowed,
    autoForward: row.autoForward === true,
    resultOffline: row.resultOffline === true,
  };
}

export function isSameFlags(a: CellFlags, b: CellFlags): boolean {
  return FLAGS.every((flag) => a[flag] === b[flag]);
}

/** Of the cell under the draft. */
export function flagsAt(catalog: Catalog, draft: RuleDraft, cell: Cell): CellFlags {
  return draft.flags[cellKeyOf(cell)] ?? flagsOf(baseRow(catalog, draft, cell));
}

/** The flags of a draft with some cells set anew; what is in force anyway is no change. No step of its own: the caller makes it one. */
export function withFlags(
  catalog: Catalog,
  draft: RuleDraft,
  { cells, flags }: { cells: readonly Cell[]; flags: CellFlags },
): RuleDraft['flags'] {
  const next = { ...draft.flags };
  for (const cell of cells) {
    const key = cellKeyOf(cell);
    if (isSameFlags(flagsOf(baseRow(catalog, draft, cell)), flags)) Reflect.deleteProperty(next, key);
    else next[key] = flags;
  }
  return next;
}

/** One change for all cells of a matter in which the same becomes the same. */
export function flagChanges(catalog: Catalog, draft: RuleDraft): FlagChange[] {
  const found: FlagChange[] = [];
  for (const [key, flags] of Object.entries(draft.flags)) {
    const { matterId, ...column } = cellOf(key);
    const before = flagsOf(baseRow(catalog, draft, { matterId, ...column }));
    for (const flag of FLAGS) {
      const to = flags[flag];
      if (before[flag] === to) continue;
      const same = found.find(
        (known) => known.matterId === matterId && known.flag === flag && known.to === to,
      );
      if (same !== undefined) same.columns.push(column);
      else found.push({ matterId, flag, to, columns: [column] });
    }
  }
  return found.sort((a, b) => (a.matterId < b.matterId ? -1 : a.matterId > b.matterId ? 1 : 0));
}

/** The row with the flags; those that are off are absent, as in what is published. */
export function rowWithFlags(
  { autoForward: _forward, resultOffline: _result, ...row }: TierRule,
  { offlineAllowed, autoForward, resultOffline }: CellFlags,
): TierRule {
  return {
    ...row,
    offlineAllowed,
    ...(autoForward && { autoForward: true }),
    ...(resultOffline && { resultOffline: true }),
  };
}
