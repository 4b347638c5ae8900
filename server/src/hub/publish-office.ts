/** From a draft of what people are told of an office to a numbered version in the catalog: two people, all checks, one number. */
import { dayOf } from '@sanji/sync/domain/calendar';
import type { OfficeVersion } from '@sanji/sync/domain/catalog';
import { officeProblems, type OfficeContent } from '@sanji/sync/domain/office-check';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { Clock } from '@sanji/sync/replication/ports';
import type { TypedDocuments, Versioned } from '../store/directory-store.ts';
import type { CatalogService } from './catalog-service.ts';

export interface OfficeDraft extends OfficeContent {
  id: string;
  submittedBy: string;
  /** Milliseconds since the epoch. */
  submittedAt: number;
}

interface PublishDeps {
  catalog: CatalogService;
  drafts: TypedDocuments<OfficeDraft>;
  clock: Clock;
  /** Numbers up to here may come back from before a restore. */
  seqFloor: number;
}

/**
 * Repeating it is harmless: a crash after publishing leaves the draft, and publishing that again is refused as «no change».
 * Problems: second-person-needed, edit-conflict, and those of `officeProblems`.
 */
export async function publishOffice(
  { catalog, drafts, clock, seqFloor }: PublishDeps,
  { value: draft, rev }: Versioned<OfficeDraft>,
  publisher: string,
): Promise<Result<OfficeVersion>> {
  const { id, submittedBy, submittedAt: _at, ...content } = draft;
  if (submittedBy === publisher) return refused('second-person-needed');
  // Claims the draft: of two who publish at once, one goes on.
  if ((await drafts.put(id, draft, rev)) === 'conflict') return refused('edit-conflict');
  for (;;) {
    const known = catalog.current();
    const [bad] = officeProblems(known, content, dayOf(clock.now()));
    if (bad !== undefined) return { ok: false, problem: bad };
    const seqs = [...known.offices.values()].flat().map(({ seq }) => seq);
    const office: OfficeVersion = {
      ...content,
      seq: Math.max(seqFloor, ...seqs) + 1,
      publishedBy: [submittedBy, publisher],
      publishedAt: clock.now(),
    };
    if ((await catalog.insert({ kind: 'office', office })) === 'conflict') continue;
    const left = await drafts.find(id);
    if (left !== undefined) await drafts.remove(id, left.rev);
    return { ok: true, value: office };
  }
}
