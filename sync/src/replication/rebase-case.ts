/** A case under a new epoch of the hub: what it was told before becomes pending again, to be offered. */
import { epochOf } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import { rebased } from '../domain/merge.ts';
import type { LocalStore } from './ports.ts';

/** Idempotent. Nothing for a case that is not here, or of that epoch already. */
export async function rebaseCase(
  local: Pick<LocalStore, 'read' | 'write'>,
  caseId: CaseId,
  count: number,
): Promise<void> {
  for (;;) {
    const known = await local.read(caseId);
    if (known?.kind !== 'case' || epochOf(known.doc) >= count) return;
    if (await local.write(rebased(known.doc, count), known.revision)) return;
  }
}
