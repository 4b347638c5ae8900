/** Which rows a tab of the workbench shows, and the lines virtual scrolling draws. */
import type { Actor } from '@sanji/sync/domain/state';
import { answerDue, nextAllowed } from '@sanji/sync/domain/allowed-actions';
import type { ActionKind } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { unsentOf } from '@sanji/sync/domain/relayed';
import { urgencyOf, type CaseRow, type Urgency } from '#lib/state/case-row.ts';

export const TABS = ['mine', 'red', 'yellow', 'toAccept', 'correction', 'toForward', 'toDeliver'] as const;
export type Tab = (typeof TABS)[number];

export function belongsTo(tab: Tab, row: CaseRow): boolean {
  const { status } = row.state;
  switch (tab) {
    case 'mine':
      return true;
    case 'red':
      return row.card === 'red';
    case 'yellow':
      return row.card === 'yellow';
    case 'toAccept':
      return status === 'received' || status === 'preReviewed';
    case 'correction':
      return status === 'correction';
    case 'toForward':
      return status === 'accepted' || status === 'reviewing';
    case 'toDeliver':
      return status === 'certified' || (status === 'concluded' && row.state.decision === 'rejected');
  }
}

/** Exact, whatever is on the screen. */
export function countTabs(rows: readonly CaseRow[]): Record<Tab, number> {
  const counts: Record<Tab, number> = {
    mine: rows.length,
    red: 0,
    yellow: 0,
    toAccept: 0,
    correction: 0,
    toForward: 0,
    toDeliver: 0,
  };
  for (const row of rows) for (const tab of TABS) if (tab !== 'mine' && belongsTo(tab, row)) counts[tab] += 1;
  return counts;
}

export type Line =
  { kind: 'group'; urgency: Urgency; count: number } | { kind: 'row'; row: CaseRow; index: number };

/** Rows come sorted by urgency; a head stands before each group that has rows. */
export function linesOf(rows: readonly CaseRow[]): Line[] {
  const counts: Record<Urgency, number> = { red: 0, yellow: 0, normal: 0 };
  for (const row of rows) counts[urgencyOf(row)] += 1;
  const lines: Line[] = [];
  let last: Urgency | undefined;
  for (const [index, row] of rows.entries()) {
    const urgency = urgencyOf(row);
    if (urgency !== last) lines.push({ kind: 'group', urgency, count: counts[urgency] });
    last = urgency;
    lines.push({ kind: 'row', row, index });
  }
  return lines;
}

/** The one step this person may take now; undefined where it is somebody else's. */
export function nextStepOf(
  row: CaseRow,
  context: { actor: Actor; now: number; catalog: Catalog },
): ActionKind | undefined {
  return answerDue(row.state, context) ?? nextAllowed(row.state, context);
}

/** `relayed`: all of it is with the street relay, and the district has not ruled on it. */
export type Sync = 'confirmed' | 'relayed' | 'pending' | 'rejected';

export function syncOf(row: CaseRow): Sync {
  if (row.parked !== undefined) return 'rejected';
  if (row.state.pending.length === 0) return 'confirmed';
  return unsentOf(row.doc).length > 0 ? 'pending' : 'relayed';
}
