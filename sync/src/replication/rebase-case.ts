/** A case under a new epoch of the hub: what it was told before becomes pending again, to be offered; of one that left, what is kept of it. */
import { epochOf } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import { rebased } from '../domain/merge.ts';
import { logBehind } from './kept-work.ts';
import type { LocalStore } from './ports.ts';

/** Idempotent. Nothing for a case that is not here, or of that epoch already. */
export async function rebaseCase(
  local: Pick<LocalStore, 'read' | 'write'>,
  caseId: CaseId,
  count: number,
): Promise<void> {
  for (;;) {
    const known = await local.read(caseId);
    const log = known === undefined ? undefined : logBehind(known);
    if (log === undefined || epochOf(log) >= count) return;
    if (await local.write(rebased(log, count), known?.revision)) return;
  }
}
