/** What a person has in hand: the open cases that their unit holds and in which nobody acted after them. */
import { lastActOf } from '@sanji/sync/domain/in-hand';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { FeedStore, MasterStore } from '@sanji/sync/replication/ports';

const PAGE = 200;

export interface OpenWorkDeps {
  feeds: Pick<FeedStore, 'read'>;
  master: Pick<MasterStore, 'getMany'>;
}

/** Reads the whole feed of the unit: for the rare day on which somebody leaves. */
export async function openWorkOf(
  { feeds, master }: OpenWorkDeps,
  { staffId, unit }: Pick<Staff, 'staffId' | 'unit'>,
): Promise<CaseId[]> {
  const found: CaseId[] = [];
  for (let since: string | null = null, more = true; more;) {
    const page = await feeds.read(feedOf(unit), since, PAGE);
    const present = page.entries.filter(({ gone }) => !gone).map(({ caseId }) => caseId);
    for (const held of await master.getMany(present)) {
      if (held === undefined || held.head.holder !== unit || !isOpen(held.head.status)) continue;
      if (lastActOf(held)?.staffId === staffId) found.push(held._id);
    }
    since = page.last;
    more = page.more;
  }
  return found;
}
