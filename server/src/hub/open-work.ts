/** What a person has in hand: the open cases that their unit holds and in which nobody acted after them. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { FeedStore, MasterCase, MasterStore } from '@sanji/sync/replication/ports';

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
      if (lastActorOf(held) === staffId) found.push(held._id);
    }
    since = page.last;
    more = page.more;
  }
  return found;
}

/** By the hub's order; the hub's own acts are nobody's work. */
function lastActorOf({ actions, rulings }: MasterCase): string | undefined {
  let last: { seq: number; staffId: string } | undefined;
  for (const [id, { seq, verdict }] of Object.entries(rulings)) {
    const staffId = actions[id]?.body.by.staffId;
    if (verdict !== 'accepted' || staffId === undefined || staffId === 'hub') continue;
    if (last === undefined || seq > last.seq) last = { seq, staffId };
  }
  return last?.staffId;
}
