/** A hub in memory for tests: the real judge and router over memory stores, and the joins the server does when it answers a pull. */
import type { CaseDocument } from '../domain/action.ts';
import type { CatalogDocument, Catalog } from '../domain/catalog.ts';
import type { UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import type { PackedCase, PullItem, PullRequest } from '../protocol/messages.ts';
import { judgePush } from '../replication/judge.ts';
import type { JudgePorts } from '../replication/judge.ts';
import type { FeedStore, HubPort, MasterCase, MasterStore } from '../replication/ports.ts';

export interface HubSide {
  judge: JudgePorts;
  master: Pick<MasterStore, 'getMany'>;
  feeds: FeedStore;
  catalogDocs: () => readonly CatalogDocument[];
  catalog: () => Catalog;
}

/** The hub as the station of one unit sees it, over a line that never fails. */
export function hubFor({ judge, master, feeds, catalogDocs }: HubSide, unit: UnitCode): HubPort {
  const page = async ({ feed, since, limit }: PullRequest) => {
    if (feed === 'catalog') {
      const docs = catalogDocs().slice(Number(since ?? 0), Number(since ?? 0) + limit);
      const last = Number(since ?? 0) + docs.length;
      const items = docs.map((doc): PullItem => ({ kind: 'catalog', doc }));
      return { checkpoint: String(last), more: last < catalogDocs().length, items };
    }
    const { entries, last, more } = await feeds.read(feed, since, limit);
    const cases = await master.getMany(entries.map(({ caseId }) => caseId));
    return {
      checkpoint: last,
      more,
      items: cases.flatMap((found) => (found === undefined ? [] : [itemOf(found, unit)])),
    };
  };
  return {
    push: async (request) => ({ ok: true, value: await judgePush(judge, request, unit) }),
    pull: async (request) => {
      if (request.feed !== 'catalog' && request.feed !== feedOf(unit)) return refused('out-of-scope');
      const answer = await page(request);
      return { ok: true, value: { v: 1, hubNow: judge.clock.now(), ...answer } };
    },
    snapshot: async (feed) => {
      if (feed !== feedOf(unit)) return refused('out-of-scope');
      const { items, checkpoint } = await page({ feed, since: null, limit: Number.MAX_SAFE_INTEGER });
      const rows = items.flatMap((item) => (item.kind === 'case' ? [packed(item.doc)] : []));
      const head = { v: 1 as const, hubNow: judge.clock.now(), checkpoint, count: rows.length };
      return { ok: true, value: { head, batches: batchesOf(rows) } };
    },
  };
}

async function* batchesOf(rows: PackedCase[]): AsyncGenerator<PackedCase[]> {
  for (let i = 0; i < rows.length; i += 50) yield rows.slice(i, i + 50);
}

function itemOf(found: MasterCase, unit: UnitCode): PullItem {
  const { head, rev: _rev, ...doc } = found;
  if (!head.parties.includes(unit)) return { kind: 'gone', caseId: doc._id, n: doc.n };
  return { kind: 'case', caseId: doc._id, n: doc.n, doc };
}

function packed(doc: CaseDocument): PackedCase {
  const index = { status: '', holder: '', caseNo: '', matterId: '', receivedAt: 0 };
  return { caseId: doc._id, n: doc.n, ...index, body: JSON.stringify(doc) };
}
