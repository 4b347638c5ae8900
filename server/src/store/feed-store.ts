/** The thin feed of each unit, in the database `unit_<code>` (rules 15 and 16). No personal data. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { FeedEntry, FeedStore } from '@sanji/sync/replication/ports';
import { outranksEntry } from '@sanji/sync/replication/feed-rank';
import { StoreError } from './store-error.ts';
import type { Database, Read, Store, StoredDocument } from './store.ts';

interface FeedDocument extends StoredDocument {
  /** Absent: the first. */
  epoch?: number;
  n: number;
  gone?: true;
}

const FEED = /^unit_\d{12}$/;

export function openFeedStore(store: Store): FeedStore {
  return new UnitFeeds(store);
}

class UnitFeeds implements FeedStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async raise(feed: string, entries: FeedEntry[]): Promise<boolean> {
    const database = await this.#open(feed);
    let left = highest(entries);
    let moved = false;
    // A conflict means that another router raised the entry: each round the stored `n` has grown, so this ends.
    while (left.length > 0) {
      const stored = await database.getMany(left.map(({ caseId }) => caseId));
      const due = left.flatMap((entry, index) =>
        isHigher(entry, stored[index]) ? [{ entry, stored: stored[index] }] : [],
      );
      const verdicts = await database.putMany(due.map((pair) => toDocument(pair.entry, pair.stored)));
      moved ||= verdicts.some(({ kind }) => kind === 'written');
      left = due.flatMap(({ entry }, index) => (verdicts[index]?.kind === 'conflict' ? [entry] : []));
    }
    return moved;
  }

  async read(
    feed: string,
    since: string | null,
    limit: number,
  ): Promise<{ entries: FeedEntry[]; last: string; more: boolean }> {
    const { rows, last, more } = await (await this.#open(feed)).changes(since, limit);
    const entries = rows.flatMap(({ doc }) => (doc === undefined ? [] : [toEntry(doc)]));
    return { entries, last, more };
  }

  #open(feed: string): Promise<Database<FeedDocument>> {
    if (!FEED.test(feed)) throw new StoreError('misuse', `not a unit's feed: ${feed}`);
    return this.#store.open<FeedDocument>(feed, { reconcile: highestDocument });
  }
}

/** One entry a case: a router may hand in several states of one. */
function highest(entries: FeedEntry[]): FeedEntry[] {
  const byCase = new Map<CaseId, FeedEntry>();
  for (const entry of entries) {
    const known = byCase.get(entry.caseId);
    if (known === undefined || outranksEntry(entry, known)) byCase.set(entry.caseId, entry);
  }
  return [...byCase.values()];
}

function isHigher(entry: FeedEntry, stored: FeedDocument | undefined): boolean {
  return stored === undefined || outranksEntry(entry, toEntry(stored));
}

function toDocument(
  { caseId, epoch, n, gone }: FeedEntry,
  stored: Read<FeedDocument> | undefined,
): FeedDocument {
  return {
    _id: caseId,
    ...(epoch === undefined ? {} : { epoch }),
    n,
    ...(gone ? { gone: true as const } : {}),
    ...(stored === undefined ? {} : { _rev: stored._rev }),
  };
}

function toEntry({ _id, epoch, n, gone }: FeedDocument): FeedEntry {
  return { caseId: _id, ...(epoch === undefined ? {} : { epoch }), n, gone: gone === true };
}

function highestDocument(winner: FeedDocument, rivals: FeedDocument[]): FeedDocument {
  return [winner, ...rivals].reduce((a, b) => (outranksEntry(toEntry(b), toEntry(a)) ? b : a));
}
