/** Who did what, when, to what, and how it ended: the chain of `log-entry.ts` in the database `audit`, one entry a document. */
import { hash } from 'node:crypto';
import { LogReader, chained } from '@sanji/sync/audit/log-entry';
import type { AuditEntry, LogFault, NewAuditEntry } from '@sanji/sync/audit/log-entry';
import { canonicalize } from '@sanji/sync/domain/signing';
import { SLICES } from '../slices.ts';
import type { Database, Store, StoredDocument } from './store.ts';

export interface AuditQuery {
  /** Milliseconds since the epoch, inclusive. */
  from?: number;
  to?: number;
  staffId?: string;
  kind?: string;
  /** In what was acted on or in the details, whatever the case of its letters. */
  text?: string;
  /** Entries numbered below this: the next page. */
  before?: number;
  /** At most this many. */
  limit: number;
}

export interface AuditStore {
  /** Durable when it resolves. Any number of processes may append at once. A rejected one may have been written all the same. */
  append(entry: NewAuditEntry): Promise<AuditEntry>;
  /** Newest first. Bounds of time are exact while the hub's clock is never set back by more than a day. */
  search(query: AuditQuery): Promise<AuditEntry[]>;
  /** Those numbered above `seq`, by number, at most `limit` numbers. */
  following(seq: number, limit: number): Promise<AuditEntry[]>;
  /** By number, in pieces. */
  walk(): AsyncIterable<AuditEntry[]>;
  /** What was changed, taken out or put in; empty when the log is whole. */
  verify(): Promise<LogFault[]>;
}

interface AuditDocument extends StoredDocument {
  /** One; several when a cluster was torn apart while hubs on both sides wrote. */
  entries: AuditEntry[];
}

/** Enough for ten thousand entries a day for ten thousand years, so that ids sort by number. */
const SEQ_DIGITS = 12;
const LAST_ID = '9'.repeat(SEQ_DIGITS);
/** Entries read in one go. */
const PAGE = 500;
const DAY_MS = 86_400_000;

export async function openAuditStore(store: Store): Promise<AuditStore> {
  return new AuditDatabase(await store.open<AuditDocument>('audit', { reconcile: both }));
}

class AuditDatabase implements AuditStore {
  readonly #database: Database<AuditDocument>;
  /** The last entry known, all of its number; others may have written more. */
  #tip: AuditEntry[] | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #verifying: Promise<unknown> = Promise.resolve();
  #nextVerdict: Promise<LogFault[]> | undefined;

  constructor(database: Database<AuditDocument>) {
    this.#database = database;
  }

  append(entry: NewAuditEntry): Promise<AuditEntry> {
    const done = this.#queue.then(() => this.#write(entry));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async search({ from = 0, to, staffId, kind, text, before, limit }: AuditQuery): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    let last = to === undefined ? await this.#lastSeq() : await this.#lastSeqBefore(to + DAY_MS);
    if (before !== undefined) last = Math.min(last, before - 1);
    for (; last > 0; last -= PAGE) {
      const page = await this.#between(Math.max(1, last - PAGE + 1), last);
      for (const entry of page.reverse()) {
        if (entry.at < from - DAY_MS) return found;
        if (entry.at < from || (to !== undefined && entry.at > to)) continue;
        if (staffId !== undefined && entry.staffId !== staffId) continue;
        if (kind !== undefined && entry.kind !== kind) continue;
        if (text !== undefined && !mentions(entry, text)) continue;
        found.push(entry);
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  async following(seq: number, limit: number): Promise<AuditEntry[]> {
    const last = await this.#lastSeq();
    return seq >= last ? [] : this.#between(seq + 1, Math.min(last, seq + limit));
  }

  async *walk(): AsyncGenerator<AuditEntry[]> {
    const last = await this.#lastSeq();
    for (let seq = 1; seq <= last; seq += PAGE)
      yield await this.#between(seq, Math.min(last, seq + PAGE - 1));
  }

  /** Whoever asks while the log is gone through waits for the next time, which is one for all: what was changed meanwhile is in it. */
  verify(): Promise<LogFault[]> {
    this.#nextVerdict ??= this.#verifying.then(() => {
      this.#nextVerdict = undefined;
      const verdict = this.#verifyOnce();
      this.#verifying = verdict.catch(() => undefined);
      return verdict;
    });
    return this.#nextVerdict;
  }

  async #verifyOnce(): Promise<LogFault[]> {
    const reader = new LogReader(quickHash);
    const sliced = SLICES.begin();
    const faults: LogFault[] = [];
    for await (const page of this.walk()) {
      for (const entry of page) {
        const fault = await reader.take(entry);
        if (fault !== undefined) faults.push(fault);
        await sliced();
      }
    }
    return faults;
  }

  async #write(entry: NewAuditEntry): Promise<AuditEntry> {
    for (let before = this.#tip; ; before = undefined) {
      const next = await chained(entry, before ?? (await this.#newest()));
      const { kind } = await this.#database.put({ _id: idOf(next.seq), entries: [next] });
      if (kind === 'written') this.#tip = [next];
      else {
        // The number is taken: by another process, or by this very entry, whose answer was lost or which was united with another.
        const there = (await this.#database.get(idOf(next.seq)))?.entries ?? [];
        if (!there.some((stored) => stored.hash === next.hash)) continue;
        this.#tip = there;
      }
      return next;
    }
  }

  /** By number, both ends included. Never by range, which may lag on a cluster: an entry not seen counts as taken out. */
  async #between(first: number, last: number): Promise<AuditEntry[]> {
    const ids = Array.from({ length: last - first + 1 }, (_, i) => idOf(first + i));
    return (await this.#database.getMany(ids)).flatMap((doc) => doc?.entries ?? []);
  }

  async #lastSeq(): Promise<number> {
    return (await this.#newest())[0]?.seq ?? 0;
  }

  /** A range may lag behind a put on a cluster, a get does not: from what the range gives it goes on one by one. */
  async #newest(): Promise<AuditEntry[]> {
    if (this.#tip === undefined) {
      const query = { startkey: idOf(0), endkey: LAST_ID, limit: 1, descending: true };
      const [last] = await this.#database.range(query);
      this.#tip = last?.entries ?? [];
    }
    for (;;) {
      const next = await this.#database.get(idOf((this.#tip[0]?.seq ?? 0) + 1));
      if (next === undefined) return this.#tip;
      this.#tip = next.entries;
    }
  }

  /** The number of the newest entry made at `at` or before, by halves. */
  async #lastSeqBefore(at: number): Promise<number> {
    let [low, high] = [0, await this.#lastSeq()];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const entries = (await this.#database.get(idOf(middle)))?.entries ?? [];
      if (entries.every((entry) => entry.at <= at)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** As `hash` of `signing.ts`, without a way to another thread and back for each entry. */
function quickHash(body: object): string {
  return hash('sha256', canonicalize(body), 'base64url');
}

function idOf(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0');
}

function mentions({ object, details = {} }: AuditEntry, text: string): boolean {
  const wanted = text.toLowerCase();
  return [object, ...Object.values(details)].some((value) => String(value).toLowerCase().includes(wanted));
}

/** After a partition: what hubs on either side wrote under one number. */
function both(winner: AuditDocument, rivals: AuditDocument[]): AuditDocument {
  const entries = [winner, ...rivals].flatMap((doc) => doc.entries);
  const distinct = new Map(entries.map((entry) => [entry.hash, entry]));
  return { _id: winner._id, entries: [...distinct.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1)) };
}
