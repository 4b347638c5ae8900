/** From a submitted draft to a numbered publication in the catalog: two people, all checks, one number. */
import { dayOf } from '@sanji/sync/domain/calendar';
import type { Catalog, RulePublication, TierRule } from '@sanji/sync/domain/catalog';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { checkPublication } from '@sanji/sync/domain/tier-rules';
import type { Clock } from '@sanji/sync/replication/ports';
import type { TypedDocuments, Versioned } from '../store/directory-store.ts';
import type { CatalogService } from './catalog-service.ts';
import { strandedBy } from './draft-effect.ts';
import type { OpenCases } from './open-cases.ts';

export interface StoredDraft {
  id: string;
  issuer: string;
  version: string;
  effectiveFrom: string;
  effectiveTo?: string;
  document: string;
  rows: TierRule[];
  status: 'draft' | 'submitted';
  createdBy: string;
  updatedBy: string;
  updatedAt: number;
  submittedBy?: string;
}

interface PublishDeps {
  catalog: CatalogService;
  drafts: TypedDocuments<StoredDraft>;
  openCases: Pick<OpenCases, 'list'>;
  clock: Clock;
  /** Numbers up to here may come back from before a restore. */
  seqFloor: number;
}

/** The first of what speaks against it; the screen shows them all by the same function. */
function check(catalog: Catalog, draft: StoredDraft, today: string): Problem | undefined {
  if (draft.rows.length === 0) return refused('no-change').problem;
  return checkPublication(catalog, draft, today)[0];
}

/**
 * Repeating it is harmless: a crash after publishing leaves the draft, and publishing that again is refused as «no change».
 * Problems: wrong-status, second-person-needed, edit-conflict, case-stranded, and those of `checkPublication`.
 */
async function publish(
  { catalog, drafts, openCases, clock, seqFloor }: PublishDeps,
  { value: draft, rev }: Versioned<StoredDraft>,
  publisher: string,
): Promise<Result<RulePublication>> {
  const { submittedBy } = draft;
  if (draft.status !== 'submitted' || submittedBy === undefined) {
    return refused('wrong-status', { status: draft.status, kind: 'publish' });
  }
  if (submittedBy === publisher) return refused('second-person-needed');
  // Claims the draft: of two who publish at once, one goes on.
  if ((await drafts.put(draft.id, { ...draft, updatedAt: clock.now() }, rev)) === 'conflict')
    return refused('edit-conflict');
  for (;;) {
    const known = catalog.current();
    const bad =
      check(known, draft, dayOf(clock.now())) ?? (await strandedBy({ catalog: known, openCases }, draft));
    if (bad !== undefined) return { ok: false, problem: bad };
    const publication = numbered(Math.max(seqFloor, ...seqsOf(known)) + 1, draft, {
      publishedBy: [submittedBy, publisher],
      publishedAt: clock.now(),
    });
    if ((await catalog.insert({ kind: 'rules', publication })) === 'conflict') continue;
    const left = await drafts.find(draft.id);
    if (left !== undefined) await drafts.remove(draft.id, left.rev);
    return { ok: true, value: publication };
  }
}

function seqsOf({ publications }: Catalog): number[] {
  return publications.map(({ seq }) => seq);
}

function numbered(
  seq: number,
  { version, effectiveFrom, effectiveTo, document, issuer, rows }: StoredDraft,
  by: Pick<RulePublication, 'publishedBy' | 'publishedAt'>,
): RulePublication {
  return {
    seq,
    version,
    effectiveFrom,
    ...(effectiveTo !== undefined && { effectiveTo }),
    document,
    issuer,
    rows,
    ...by,
  };
}

export const publishDraft = { check, publish };
