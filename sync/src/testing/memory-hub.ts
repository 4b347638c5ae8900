/** A hub in memory for tests: the real judge and router over memory stores, and the joins the server does when it answers a pull. */
import type { CaseDocument } from '../domain/action.ts';
import type { CatalogDocument, Catalog } from '../domain/catalog.ts';
import { inEpoch, isSameEpoch } from '../domain/epoch.ts';
import type { UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import type { PackedCase, PullItem, PullRequest } from '../protocol/messages.ts';
import { evidenceIn, readCheckpoint, writeCheckpoint } from '../replication/checkpoint.ts';
import type { HubMemory } from '../replication/checkpoint.ts';
import { judgePush } from '../replication/judge.ts';
import type { JudgePorts } from '../replication/judge-ports.ts';
import type { FeedStore, HubPort, MasterCase, MasterStore } from '../replication/ports.ts';

export interface HubSide {
  judge: JudgePorts;
  master: Pick<MasterStore, 'getMany'>;
  feeds: FeedStore;
  catalogDocs: () => readonly CatalogDocument[];
  catalog: () => Catalog;
  memory: () => HubMemory;
  /** Takes those it believes and does not know; how many. */
  takeBack: (docs: CatalogDocument[]) => number;
}

/**
 * The hub as the station of one unit sees it, over a line that never fails.
 * @param scope a relay's whole street
 */
export function hubFor(side: HubSide, unit: UnitCode, scope: readonly UnitCode[] = [unit]): HubPort {
  const { judge, memory } = side;
  const stamp = () => ({ v: 1 as const, hubNow: judge.clock.now(), epoch: memory().epoch });
  return {
    push: async (request) => ({ ok: true, value: await judgePush(judge, request, unit, scope) }),
    pull: async (request) => {
      if (request.feed !== 'catalog' && !scope.map(feedOf).includes(request.feed))
        return refused('out-of-scope');
      const since =
        request.since === null ? { ...memory(), at: 0, since: null } : readCheckpoint(request.since);
      if (since === undefined) return refused('checkpoint-unknown');
      const evidence = request.since === null ? undefined : evidenceIn(request.feed, since, memory());
      if (evidence !== undefined) await judge.restores.noticeBehind(evidence);
      if (evidence !== undefined || !isSameEpoch(since.epoch, memory().epoch))
        return refused('checkpoint-unknown');
      const answer = await pageOf(side, scope, { ...request, since: since.since });
      return { ok: true, value: { ...stamp(), ...answer, checkpoint: seal(side, answer.checkpoint) } };
    },
    snapshot: async (feed) => {
      if (!scope.map(feedOf).includes(feed)) return refused('out-of-scope');
      const whole = { feed, since: null, limit: Number.MAX_SAFE_INTEGER };
      const { items, checkpoint } = await pageOf(side, scope, whole);
      const rows = items.flatMap((item) => (item.kind === 'case' ? [packed(item.doc)] : []));
      const head = { ...stamp(), checkpoint: seal(side, checkpoint), count: rows.length };
      return { ok: true, value: { head, batches: batchesOf(rows) } };
    },
    giveBack: async ({ docs }) => ({ ok: true, value: { ...stamp(), taken: side.takeBack(docs) } }),
  };
}

function seal({ memory }: HubSide, since: string): string {
  const { epoch, pulse } = memory();
  return writeCheckpoint({ epoch, at: pulse, since });
}

async function pageOf(
  { master, feeds, catalogDocs, memory }: HubSide,
  scope: readonly UnitCode[],
  { feed, since, limit }: PullRequest,
) {
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
    items: cases.flatMap((found) =>
      found === undefined ? [] : [itemOf(found, scope, memory().epoch.count)],
    ),
  };
}

async function* batchesOf(rows: PackedCase[]): AsyncGenerator<PackedCase[]> {
  for (let i = 0; i < rows.length; i += 50) yield rows.slice(i, i + 50);
}

function itemOf(found: MasterCase, scope: readonly UnitCode[], epoch: number): PullItem {
  const { head, rev: _rev, ...log } = found;
  const doc = { ...log, ...inEpoch(epoch) };
  if (!scope.some((unit) => head.parties.includes(unit))) return { kind: 'gone', caseId: doc._id, n: doc.n };
  return { kind: 'case', caseId: doc._id, n: doc.n, doc };
}

function packed(doc: CaseDocument): PackedCase {
  const index = { status: '', holder: '', caseNo: '', matterId: '', receivedAt: 0 };
  return { caseId: doc._id, n: doc.n, ...index, body: JSON.stringify(doc) };
}
