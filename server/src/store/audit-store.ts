/** Who did what, when, to what, and how it ended: append-only entries, chained by hash, in the database `audit`. */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalize } from '@sanji/sync/domain/signing';
import { StoreError } from './store-error.ts';
import type { Database, Store, StoredDocument } from './store.ts';

export interface NewAuditEntry {
  /** Milliseconds since the epoch, the hub's clock. */
  at: number;
  /** E.g. `login`, `login-failed`, `reveal`, `rules-published`, `device-enrolled`. */
  kind: string;
  /** Who; `hub` for its own acts, `-` when nobody is known. */
  staffId: string;
  /** What was acted on, e.g. `case:<id>`, `rules:12`. No personal data. */
  object: string;
  result: 'ok' | 'refused';
  /** More, without personal data: a reason, counts, codes. */
  details?: Record<string, string | number | boolean>;
}

/** `hash` covers everything else; `prev` is the hash of the same writer's previous entry, or for its first of the newest entry it found. */
export interface AuditEntry extends NewAuditEntry {
  id: string;
  /** One start of one hub process. */
  writer: string;
  /** 1, 2, 3 … per writer. */
  counter: number;
  prev: string | null;
  hash: string;
}

export interface AuditQuery {
  /** Milliseconds since the epoch, inclusive. */
  from?: number;
  to?: number;
  staffId?: string;
  kind?: string;
  /** At most this many. */
  limit: number;
}

export interface AuditStore {
  /** Durable when it resolves. Entries of one process are chained in the order of the calls. */
  append(entry: NewAuditEntry): Promise<AuditEntry>;
  /** Newest first. */
  search(query: AuditQuery): Promise<AuditEntry[]>;
  /** The ids of entries that were changed, or whose predecessor is missing; empty when the log is whole. */
  verify(): Promise<string[]>;
}

type AuditDocument = StoredDocument & Omit<AuditEntry, 'id'>;

/** Digits of a time in an id: enough until the year 2286, so that ids sort by time. */
const TIME_DIGITS = 13;
const COUNTER_DIGITS = 9;
/** Entries looked at in one go while searching. */
const PAGE = 500;

export async function openAuditStore(store: Store): Promise<AuditStore> {
  return new AuditDatabase(await store.open<AuditDocument>('audit'));
}

/**
 * Each process is a writer with a chain of its own, so processes never wait for each other; the first entry of a chain holds the hash
 * of the newest entry found, so that a chain cannot be taken out as a whole without a trace either.
 */
class AuditDatabase implements AuditStore {
  readonly #database: Database<AuditDocument>;
  #chain: { writer: string; counter: number; prev: string | null } | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(database: Database<AuditDocument>) {
    this.#database = database;
  }

  append(entry: NewAuditEntry): Promise<AuditEntry> {
    const done = this.#queue.then(() => this.#write(entry));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async search({
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
    staffId,
    kind,
    limit,
  }: AuditQuery): Promise<AuditEntry[]> {
    const startkey = timeKey(from);
    const found: AuditEntry[] = [];
    let endkey = `${timeKey(to)}~`;
    for (;;) {
      const docs = await this.#database.range({ startkey, endkey, limit: PAGE, descending: true });
      for (const doc of docs) {
        if (doc._id === endkey) continue;
        if (staffId !== undefined && doc.staffId !== staffId) continue;
        if (kind !== undefined && doc.kind !== kind) continue;
        found.push(toEntry(doc));
        if (found.length >= limit) return found;
      }
      const last = docs.at(-1);
      if (last === undefined || docs.length < PAGE) return found;
      endkey = last._id;
    }
  }

  async verify(): Promise<string[]> {
    const hashes = new Set<string>();
    const entries: AuditEntry[] = [];
    let startkey = '0';
    for (;;) {
      const docs = await this.#database.range({ startkey, endkey: '9~', limit: PAGE });
      entries.push(...docs.filter(({ _id }) => _id !== startkey).map(toEntry));
      const last = docs.at(-1);
      if (last === undefined || docs.length < PAGE) break;
      startkey = last._id;
    }
    entries.forEach(({ hash }) => hashes.add(hash));
    const byPlace = new Map(entries.map((entry) => [`${entry.writer} ${String(entry.counter)}`, entry]));
    return entries.filter((entry) => !isWhole(entry, byPlace, hashes)).map(({ id }) => id);
  }

  async #write(entry: NewAuditEntry): Promise<AuditEntry> {
    const chain = this.#chain ?? (await this.#newChain());
    // Forgotten until the entry is known to be stored: after a failure nobody knows, and a new chain begins.
    this.#chain = undefined;
    const counter = chain.counter + 1;
    const place = `${chain.writer}:${String(counter).padStart(COUNTER_DIGITS, '0')}`;
    const body = {
      ...entry,
      id: `${timeKey(entry.at)}:${place}`,
      writer: chain.writer,
      counter,
      prev: chain.prev,
    };
    const whole: AuditEntry = { ...body, hash: hashOf(body) };
    const { id, ...fields } = whole;
    const verdict = await this.#database.put({ _id: id, ...fields });
    if (verdict.kind !== 'written') throw new StoreError('unavailable', 'the audit entry was not taken');
    this.#chain = { writer: chain.writer, counter, prev: whole.hash };
    return whole;
  }

  async #newChain(): Promise<{ writer: string; counter: number; prev: string | null }> {
    const [newest] = await this.#database.range({ startkey: '0', endkey: '9~', limit: 1, descending: true });
    return { writer: randomBytes(6).toString('hex'), counter: 0, prev: newest?.hash ?? null };
  }
}

function timeKey(ms: number): string {
  return String(Math.min(ms, 10 ** TIME_DIGITS - 1)).padStart(TIME_DIGITS, '0');
}

function toEntry({ _id, _rev, ...fields }: AuditDocument): AuditEntry {
  return { id: _id, ...fields };
}

function hashOf(body: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(canonicalize(body)).digest('base64url');
}

function isWhole(
  entry: AuditEntry,
  byPlace: ReadonlyMap<string, AuditEntry>,
  hashes: ReadonlySet<string>,
): boolean {
  const { hash, ...body } = entry;
  if (hash !== hashOf(body)) return false;
  if (entry.counter === 1) return entry.prev === null ? true : hashes.has(entry.prev);
  return byPlace.get(`${entry.writer} ${String(entry.counter - 1)}`)?.hash === entry.prev;
}
