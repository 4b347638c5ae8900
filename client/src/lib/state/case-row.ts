/** One line of a list: the folded case and the clock that presses most. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { clocksOf, type CaseClock, type ClockName } from '@sanji/sync/domain/deadlines';
import { fold } from '@sanji/sync/domain/fold';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import type { Problem } from '@sanji/sync/domain/problem';
import type { CaseState } from '@sanji/sync/domain/state';
import type { StoredCase } from '#lib/local/case-reader.ts';

export interface CaseRow {
  caseId: string;
  doc: CaseDocument;
  state: CaseState;
  /** The running clock that ends first. */
  clock?: CaseClock;
  clockName?: ClockName;
  card: CaseClock['card'];
  parked?: Problem;
}

export function rowOf(stored: StoredCase, catalog: Catalog, now: number): CaseRow | undefined {
  if (stored.doc === undefined) return undefined;
  const row: CaseRow = { caseId: stored.caseId, doc: stored.doc, state: fold(stored.doc), card: 'none' };
  if (stored.parked !== undefined) row.parked = stored.parked;
  return timed(row, catalog, now);
}

/** The row with its clocks as of now. */
export function timed(row: CaseRow, catalog: Catalog, now: number): CaseRow {
  if (!isOpen(row.state.status)) return row;
  const { clock: _clock, clockName: _name, ...rest } = row;
  const running = pressing(row.state, catalog, now);
  return running === undefined
    ? { ...rest, card: 'none' }
    : {
        ...rest,
        clock: running.clock,
        clockName: running.name,
        // Silence was this unit's fault, whatever its present clock says.
        card: row.state.deemed ? 'red' : running.clock.card,
      };
}

/** Whether the clock ran out between the two moments: within a day nothing else about it changes. */
export function ranOut(row: CaseRow, { since, now }: { since: number; now: number }): boolean {
  return row.clock !== undefined && row.clock.dueMs > since && row.clock.dueMs <= now;
}

function pressing(
  state: CaseState,
  catalog: Catalog,
  now: number,
): { name: ClockName; clock: CaseClock } | undefined {
  const clocks = clocksOf(state, catalog, now);
  let found: { name: ClockName; clock: CaseClock } | undefined;
  for (const name of ['notice', 'promise', 'legal', 'deferral'] as const) {
    const clock = clocks[name];
    if (clock === undefined || clock.stopped || clock.endedAt !== undefined) continue;
    if (found === undefined || clock.dueMs < found.clock.dueMs) found = { name, clock };
  }
  return found;
}

export type Urgency = 'red' | 'yellow' | 'normal';

export function urgencyOf(row: CaseRow): Urgency {
  return row.card === 'none' ? 'normal' : row.card;
}

const RANK: Record<Urgency, number> = { red: 0, yellow: 1, normal: 2 };

/** Most pressing first; without a clock last, the older first. */
export function byUrgency(a: CaseRow, b: CaseRow): number {
  return (
    RANK[urgencyOf(a)] - RANK[urgencyOf(b)] ||
    (a.clock?.dueMs ?? Infinity) - (b.clock?.dueMs ?? Infinity) ||
    (a.state.receivedAt ?? 0) - (b.state.receivedAt ?? 0) ||
    (a.caseId < b.caseId ? -1 : 1)
  );
}
