/** What a station pulls: a page of its unit's feed, joined with the master copies, or of the catalog. */
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { CaseDocument } from '@sanji/sync/domain/action';
import {
  PROTOCOL_VERSION,
  type PullAnswer,
  type PullItem,
  type PullRequest,
} from '@sanji/sync/protocol/messages';
import type { Clock, FeedEntry, FeedStore, MasterCase, MasterStore } from '@sanji/sync/replication/ports';
import type { CatalogStore } from '../store/catalog-store.ts';
import { StoreError } from '../store/store-error.ts';

export interface FeedReaderDeps {
  master: Pick<MasterStore, 'getMany'>;
  feeds: FeedStore;
  catalog: Pick<CatalogStore, 'changes'>;
  clock: Clock;
}

export const CATALOG_FEED = 'catalog';

/** A device reads its own unit's feed and the catalog. */
export function mayRead(feed: string, unit: string): boolean {
  return feed === CATALOG_FEED || feed === feedOf(unit);
}

/** Problems: checkpoint-unknown. */
export async function readFeed(deps: FeedReaderDeps, request: PullRequest): Promise<Result<PullAnswer>> {
  try {
    const page =
      request.feed === CATALOG_FEED ? await catalogPage(deps, request) : await casePage(deps, request);
    return { ok: true, value: { v: PROTOCOL_VERSION, hubNow: deps.clock.now(), ...page } };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'bad-checkpoint') return refused('checkpoint-unknown');
    throw error;
  }
}

type Page = Pick<PullAnswer, 'checkpoint' | 'more' | 'items'>;

async function catalogPage({ catalog }: FeedReaderDeps, { since, limit }: PullRequest): Promise<Page> {
  const { docs, last, more } = await catalog.changes(since, limit);
  return { checkpoint: last, more, items: docs.map((doc) => ({ kind: 'catalog', doc })) };
}

async function casePage(
  { master, feeds }: FeedReaderDeps,
  { feed, since, limit }: PullRequest,
): Promise<Page> {
  const { entries, last, more } = await feeds.read(feed, since, limit);
  const staying = entries.filter(({ gone }) => !gone);
  const masters = await master.getMany(staying.map(({ caseId }) => caseId));
  const byId = new Map(masters.filter((doc) => doc !== undefined).map((doc) => [doc._id, doc]));
  const items = entries.map((entry) => itemOf(entry, byId.get(entry.caseId), feed));
  return { checkpoint: last, more, items: items.filter((item) => item !== undefined) };
}

function itemOf(entry: FeedEntry, master: MasterCase | undefined, feed: string): PullItem | undefined {
  const { caseId, n, gone } = entry;
  if (gone) return { kind: 'gone', caseId, n };
  // The feed may lag behind the case: what a unit may see is decided by the case.
  if (master !== undefined && !isParty(master, feed)) return { kind: 'gone', caseId, n: master.n };
  // An entry without its case: the case is deleted, which the hub never does. There is nothing to hand out.
  return master === undefined ? undefined : { kind: 'case', caseId, n: master.n, doc: logOf(master) };
}

export function isParty({ head }: Pick<MasterCase, 'head'>, feed: string): boolean {
  return head.parties.some((unit) => feedOf(unit) === feed);
}

/** The log without the hub's own fields. */
export function logOf({ _id, n, actions, rulings }: MasterCase): CaseDocument {
  return { _id, n, actions, rulings };
}
