/** The truth about sync: «all uploaded» only when nothing is pending, rejected or parked. Counted from the cases themselves. */
import type { SignedAction } from '@sanji/sync/domain/action';
import type { Problem } from '@sanji/sync/domain/problem';
import { relayedOf, unsentOf } from '@sanji/sync/domain/relayed';
import { caseList } from './case-list.svelte.ts';
import type { CaseRow } from './case-row.ts';
import { clock } from './clock.svelte.ts';
import { session } from './session.svelte.ts';
import { settledActions } from './settled-actions.svelte.ts';
import { strayTray } from './stray-tray.svelte.ts';

export interface QueuedAction {
  row: CaseRow;
  action: SignedAction;
}
export interface RejectedAction extends QueuedAction {
  problem: Problem;
  receivedAt: number;
}
export type Line = 'connecting' | 'online' | 'offline';

class SyncStatus {
  line: Line = $state('connecting');
  /** Milliseconds since the epoch of the last answer of the hub. */
  lastContact: number | undefined = $state();
  offlineSince: number | undefined = $state();
  /** The hub's cases have not all come to this terminal yet: lists and counts are not exact. */
  isFirstLoad = $state(false);
  /** Set by the running loop. */
  retry: () => void = () => undefined;

  /** In the order in which they go out. */
  queue: QueuedAction[] = $derived(queueOf(unsentOf));
  /** Taken by the street relay, whoever made them: the district has not ruled on them yet. */
  relayQueue: QueuedAction[] = $derived(queueOf(relayedOf));
  relayed = $derived(this.relayQueue.length);
  pending = $derived(this.queue.length);
  /** Rejections of this terminal nobody has dealt with, and cases the hub cannot take. */
  rejectedActions: RejectedAction[] = $derived(caseList.rows.flatMap((row) => rejectionsOf(row)));
  /** With what is in the tray. */
  rejected = $derived(this.rejectedActions.length + strayTray.open.length);
  oldestPendingAt = $derived(this.queue[0]?.action.body.at);
  allSent = $derived(
    this.pending === 0 && this.relayed === 0 && this.rejected === 0 && caseList.complete && !this.isFirstLoad,
  );

  /** What stands in the way, when something does. */
  problem: Problem | undefined = $state.raw();

  reached(): void {
    this.line = 'online';
    this.offlineSince = undefined;
  }

  lost(): void {
    if (this.line !== 'offline') this.offlineSince = this.lastContact ?? clock.read();
    this.line = 'offline';
  }
}

function queueOf(idsOf: typeof unsentOf): QueuedAction[] {
  return caseList.rows
    .filter(({ state }) => state.pending.length > 0)
    .flatMap((row) => idsOf(row.doc).map((id) => ({ row, action: row.doc.actions[id] })))
    .filter((entry): entry is QueuedAction => entry.action !== undefined)
    .sort((a, b) => a.action.body.at - b.action.body.at);
}

function rejectionsOf(row: CaseRow): RejectedAction[] {
  // Nearly every row: thousands of them are asked after each change.
  if (row.state.rejected.length === 0 && row.parked === undefined) return [];
  const mine = `${session.device?.deviceId ?? ''}.`;
  const found: RejectedAction[] = [];
  for (const id of row.state.rejected) {
    const action = row.doc.actions[id];
    const ruling = row.doc.rulings[id];
    if (action === undefined || ruling?.problem === undefined) continue;
    if (!id.startsWith(mine) || settledActions.has(id)) continue;
    found.push({ row, action, problem: ruling.problem, receivedAt: ruling.receivedAt });
  }
  const parked = row.parked === undefined ? undefined : row.doc.actions[row.state.pending[0] ?? ''];
  if (row.parked !== undefined && parked !== undefined) {
    found.push({ row, action: parked, problem: row.parked, receivedAt: parked.body.at });
  }
  return found;
}

export const syncStatus = new SyncStatus();
