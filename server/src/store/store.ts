/**
 * The one port through which the hub reaches its databases. Two implementations: `embedded-store.ts` (PouchDB on one SQLite file)
 * and `couchdb-store.ts` (CouchDB 3.x, one node or a cluster); `store-suite.ts` is the acceptance suite both must pass.
 *
 * Failures: what a caller can expect is a value (undefined, 'conflict'). A promise rejects with a `StoreError` when the store did not
 * answer or was asked nonsense; nothing is half done then, but a write whose answer was lost may have happened. Every write is
 * compare-and-set, so repeating it is harmless: it ends as 'written' or as a 'conflict' with one's own content.
 */
import { StoreError } from './store-error.ts';

/** A stored JSON document. `_rev` is opaque; absent means «must not exist yet» on a put. */
export interface StoredDocument {
  _id: string;
  _rev?: string;
}
/** A document as it was read: it has a revision. */
export type Read<T extends StoredDocument> = T & { _rev: string };

export type PutVerdict = { kind: 'written'; rev: string } | { kind: 'conflict' };

export interface ChangeRow<T extends StoredDocument> {
  id: string;
  /** The newest revision. */
  rev: string;
  /** The document has other branches, living or dead. Told only where no documents are asked for. */
  isBranched?: true;
  deleted: boolean;
  /** Undefined when deleted or not asked for. */
  doc?: Read<T>;
}
export interface ChangePage<T extends StoredDocument> {
  /**
   * Each document once, by its newest revision. Oldest first on one SQLite file; in no order that means anything on CouchDB, whose shards
   * each have their own: nothing may follow from one row standing before another. A checkpoint says what was seen, not until when.
   */
  rows: ChangeRow<T>[];
  /** Opaque checkpoint after the last row; the given one again when there were none. */
  last: string;
  /** False when the feed had ended. A page is full or this is false. */
  more: boolean;
}

export interface ChangesOptions {
  /** False: ids and revisions only. Default true. */
  docs?: boolean;
}

export interface RangeQuery {
  /** First id, inclusive. */
  startkey: string;
  /** Last id, inclusive. */
  endkey: string;
  limit?: number;
  /** Newest id first; `startkey` stays the smaller one. */
  descending?: boolean;
}

export interface Database<T extends StoredDocument> {
  readonly name: string;
  /** Undefined when there is none or it was deleted. */
  get(id: string): Promise<Read<T> | undefined>;
  /** In the order of `ids`. */
  getMany(ids: string[]): Promise<(Read<T> | undefined)[]>;
  /** Compare-and-set on `_rev`. Durable when it resolves. */
  put(doc: T): Promise<PutVerdict>;
  /** One verdict per document, in order; each document on its own, no transaction over all. */
  putMany(docs: T[]): Promise<PutVerdict[]>;
  /** Compare-and-set like a put. */
  remove(id: string, rev: string): Promise<PutVerdict>;
  /**
   * The changes after `since` (null: from the beginning). On a cluster it may lag behind a put by a moment, and bring again what an earlier
   * page had when a node was lost; nothing is left out. Rejects with code 'bad-checkpoint' for a checkpoint this database did not give.
   */
  changes(since: string | null, limit: number, options?: ChangesOptions): Promise<ChangePage<T>>;
  /**
   * Pages of changes after `since`, waiting for more at the end, whichever process wrote them. Outages are waited out and the feed
   * goes on from the last page, so none is missed; a page may come twice. Ends when `signal` is aborted.
   */
  follow(since: string | null, signal: AbortSignal, options?: ChangesOptions): AsyncIterable<ChangePage<T>>;
  /** By id, bytewise order. On a cluster it may lag behind a put by a moment; `get` and `getMany` do not. */
  range(query: RangeQuery): Promise<Read<T>[]>;
}

export interface OpenOptions<T extends StoredDocument> {
  /**
   * Makes one document of the winner and its hidden rivals (`_conflicts`, which a cluster leaves after a partition). Must be pure and
   * total. Called when such a document is read; the result is stored on the winner's branch and the rivals are deleted after that.
   * Without it the winner is what is read, and rivals stay.
   */
  reconcile?: (winner: T, rivals: T[]) => T;
}

export interface Store {
  readonly kind: 'embedded' | 'couchdb';
  /** Opens a database, making it when it is missing. Idempotent; the first options given count. Names: `[a-z][a-z0-9_]*`. */
  open<T extends StoredDocument>(name: string, options?: OpenOptions<T>): Promise<Database<T>>;
  /** The names of this store's databases, without its prefix, sorted. */
  list(): Promise<string[]>;
  /** Removes a database with all it holds. Idempotent. */
  destroy(name: string): Promise<void>;
  /** Rejects with code 'unavailable' while the store does not answer. For `/healthz`. */
  ping(): Promise<void>;
  /** Ends all followers and connections. Everything acknowledged before is durable. Idempotent. */
  close(): Promise<void>;
}

/** CouchDB's rule for names, which hold for both stores. */
export function assertName(name: string): void {
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) throw new StoreError('misuse', `not a database name: ${name}`);
}
