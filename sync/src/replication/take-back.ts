/** A case whose unruled actions were with a relay that is not spoken to any more: they are in the outbox again. */
import type { CaseId } from '../domain/identifiers.ts';
import { withRelayed } from '../domain/relayed.ts';
import type { LocalStore } from './ports.ts';

/** Idempotent. */
export async function takeBack(local: Pick<LocalStore, 'read' | 'write'>, caseId: CaseId): Promise<void> {
  for (;;) {
    const known = await local.read(caseId);
    if (known?.kind !== 'case' || known.doc.relayed === undefined) return;
    if (await local.write(withRelayed(known.doc, []), known.revision)) return;
  }
}
