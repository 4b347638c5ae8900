/** What a station pulls: a page of its unit's feed, joined with the master copies, or of the catalog. */
import { epochOf, inEpoch, isSameEpoch } from '@sanji/sync/domain/epoch';
import { feedOf, type UnitCode } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { CaseDocument } from '@sanji/sync/domain/action';
import {
  PROTOCOL_VERSION,
  type PullAnswer,
  type PullItem,
  type PullRequest,
} from '@sanji/sync/protocol/messages';
import {
  evidenceIn,
  readCheckpoint,
  writeCheckpoint,
  type HubMemory,
} from '@sanji/sync/replication/checkpoint';
import type {
  Clock,
  FeedEntry,
  FeedStore,
  MasterCase,
  MasterStore,
  RestoreLog,
} from '@sanji/sync/replication/ports';
import type { CatalogStore } from '../store/catalog-store.ts';
import { StoreError } from '../store/store-error.ts';

export interface FeedReaderDeps {
  master: Pick<MasterStore, 'getMany'>;
  feeds: FeedStore;
  catalog: Pick<CatalogStore, 'changes'>;
  clock: Clock;
  restores: Pick<RestoreLog, 'noticeBehind'>;
  memory: () => HubMemory;
}

export const CATALOG_FEED = 'catalog';

/** A device reads its own unit's feed and the catalog. */
export function mayRead(feed: string, unit: string): boolean {
  return feed === CATALOG_FEED || feed === feedOf(unit);
}

/**
 * Problems: checkpoint-unknown.
 * @param street set for a relay: what left one of its units is still its own while another one is a party
 */
export async function readFeed(
  deps: FeedReaderDeps,
  request: PullRequest,
  street: readonly UnitCode[] = [],
): Promise<Result<PullAnswer>> {
  const since = await openCheckpoint(deps, request);
  if (!since.ok) return since;
  const inner = { ...request, since: since.value };
  try {
    const page =
      request.feed === CATALOG_FEED ? await catalogPage(deps, inner) : await casePage(deps, inner, street);
    // The same again where nothing moved, so that a station at rest has nothing to store.
    const checkpoint =
      request.since !== null && page.checkpoint === since.value
        ? request.since
        : sealCheckpoint(deps, page.checkpoint);
    const { epoch } = deps.memory();
    return {
      ok: true,
      value: { v: PROTOCOL_VERSION, hubNow: deps.clock.now(), epoch, ...page, checkpoint },
    };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'bad-checkpoint') throw error;
    // Given out in this epoch, and not the store's: it has gone back behind it.
    const at = readCheckpoint(request.since ?? '')?.at ?? 0;
    await deps.restores.noticeBehind({ kind: 'checkpoint', feed: request.feed, at });
    return refused('checkpoint-unknown');
  }
}

/** What a station is handed instead of the store's own checkpoint: good in this epoch only. */
export function sealCheckpoint({ memory }: Pick<FeedReaderDeps, 'memory'>, since: string | null): string {
  const { epoch, pulse } = memory();
  return writeCheckpoint({ epoch, at: pulse, since });
}

async function openCheckpoint(
  { memory, restores }: FeedReaderDeps,
  { feed, since }: PullRequest,
): Promise<Result<string | null>> {
  if (since === null) return { ok: true, value: null };
  const own = memory();
  const checkpoint = readCheckpoint(since);
  if (checkpoint === undefined) return refused('checkpoint-unknown');
  const evidence = evidenceIn(feed, checkpoint, own);
  if (evidence !== undefined) await restores.noticeBehind(evidence);
  return evidence === undefined && isSameEpoch(checkpoint.epoch, own.epoch)
    ? { ok: true, value: checkpoint.since }
    : refused('checkpoint-unknown');
}

type Page = Pick<PullAnswer, 'checkpoint' | 'more' | 'items'>;

async function catalogPage({ catalog }: FeedReaderDeps, { since, limit }: PullRequest): Promise<Page> {
  const { docs, last, more } = await catalog.changes(since, limit);
  return { checkpoint: last, more, items: docs.map((doc) => ({ kind: 'catalog', doc })) };
}

async function casePage(
  { master, feeds, memory }: FeedReaderDeps,
  { feed, since, limit }: PullRequest,
  street: readonly UnitCode[],
): Promise<Page> {
  const { count } = memory().epoch;
  const { entries, last, more } = await feeds.read(feed, since, limit);
  // A marker from before a restore is of a state that the case need not be in again.
  const isAsked = (entry: FeedEntry) => !entry.gone || street.length > 0 || epochOf(entry) < count;
  const asked = entries.filter(isAsked);
  const masters = await master.getMany(asked.map(({ caseId }) => caseId));
  const byId = new Map(masters.filter((doc) => doc !== undefined).map((doc) => [doc._id, doc]));
  const reading = { readers: new Set([feed, ...street.map(feedOf)]), epoch: count };
  const items = entries.map((entry) => itemOf(entry, byId.get(entry.caseId), reading));
  return { checkpoint: last, more, items: items.filter((item) => item !== undefined) };
}

function itemOf(
  entry: FeedEntry,
  master: MasterCase | undefined,
  { readers, epoch }: { readers: ReadonlySet<string>; epoch: number },
): PullItem | undefined {
  const { caseId, n, gone } = entry;
  if (master === undefined) {
    // A marker was not asked about. Any other entry without its case: a restored hub has forgotten it, and there is nothing to hand out.
    return gone && epochOf(entry) === epoch ? { kind: 'gone', caseId, n } : undefined;
  }
  // The feed may lag behind the case: what may be seen is decided by the case.
  return master.head.parties.some((unit) => readers.has(feedOf(unit)))
    ? { kind: 'case', caseId, n: master.n, doc: logOf(master, epoch) }
    : { kind: 'gone', caseId, n: master.n };
}

export function isParty({ head }: Pick<MasterCase, 'head'>, feed: string): boolean {
  return head.parties.some((unit) => feedOf(unit) === feed);
}

/** The log without the hub's own fields, as the hub's word in this epoch. */
export function logOf({ _id, n, actions, rulings }: MasterCase, epoch: number): CaseDocument {
  return { _id, ...inEpoch(epoch), n, actions, rulings };
}
