/** A `Database` over the PouchDB API: what the embedded and the CouchDB store have in common. */
import { reconcileRivals, type Pouch, type WithConflicts } from './rivals.ts';
import { StoreError } from './store-error.ts';
import type {
  ChangePage,
  ChangesOptions,
  Database,
  OpenOptions,
  PutVerdict,
  RangeQuery,
  Read,
  StoredDocument,
} from './store.ts';

/** What differs between the stores. */
export interface Backend {
  /** First part of every checkpoint: a checkpoint of another store or of an earlier database of that name is refused. */
  tag: string;
  /** Turns what PouchDB threw into a StoreError. */
  explain(error: unknown): StoreError;
  /** Looks again at verdicts that the store gave without being sure, and puts them right. */
  settle(docs: StoredDocument[], verdicts: PutVerdict[], accepted: boolean[], mark: number): Promise<void>;
  /** A point in time for `settle` and `waitForChange`. */
  mark(): number;
  /** Throws 'bad-checkpoint' for a sequence that cannot be this database's. */
  assertSequence(sequence: string): void | Promise<void>;
  /** Resolves when something may have changed after `sequence` or `mark`, or after a while, or when `signal` is aborted. */
  waitForChange(sequence: string, mark: number, signal: AbortSignal): Promise<void>;
  /** True after the store was closed: followers end. */
  readonly closed: boolean;
  /** Called after each write of this process. */
  wrote(): void;
}

/** Pages of `follow`: large enough to catch up fast, small enough to hold in memory with documents of some 50 KB. */
const FOLLOW_LIMIT = 200;
const MAX_BACKOFF_MS = 5_000;

export class PouchDatabase<T extends StoredDocument> implements Database<T> {
  readonly name: string;
  readonly #pouch: Pouch;
  readonly #backend: Backend;
  readonly #reconcile: OpenOptions<T>['reconcile'];

  constructor(name: string, pouch: Pouch, backend: Backend, options: OpenOptions<T>) {
    this.name = name;
    this.#pouch = pouch;
    this.#backend = backend;
    this.#reconcile = options.reconcile;
  }

  async get(id: string): Promise<Read<T> | undefined> {
    const [doc] = await this.getMany([id]);
    return doc;
  }

  async getMany(ids: string[]): Promise<(Read<T> | undefined)[]> {
    if (ids.length === 0) return [];
    const answer = await this.#ask(() =>
      this.#pouch.allDocs({ keys: ids, include_docs: true, conflicts: true }),
    );
    return Promise.all(
      answer.rows.map(async (row) => {
        if (!('doc' in row) || row.doc === undefined || row.doc === null) return this.#missing(row);
        return this.#whole(row.doc as unknown as WithConflicts<T>);
      }),
    );
  }

  async put(doc: T): Promise<PutVerdict> {
    const [verdict] = await this.putMany([doc]);
    if (verdict === undefined) throw new StoreError('unavailable', 'the store gave no verdict');
    return verdict;
  }

  async putMany(docs: T[]): Promise<PutVerdict[]> {
    if (docs.length === 0) return [];
    const mark = this.#backend.mark();
    const rows = await this.#ask(() =>
      this.#pouch.bulkDocs(docs as unknown as PouchDB.Core.PutDocument<object>[]),
    );
    this.#backend.wrote();
    const verdicts = rows.map((row) => this.#verdict(row));
    const accepted = rows.map((row) => 'accepted' in row && row.accepted === true);
    await this.#backend.settle(docs, verdicts, accepted, mark);
    return verdicts;
  }

  async remove(id: string, rev: string): Promise<PutVerdict> {
    const tombstone: StoredDocument & { _deleted: true } = { _id: id, _rev: rev, _deleted: true };
    return this.put(tombstone as unknown as T);
  }

  async changes(since: string | null, limit: number, options: ChangesOptions = {}): Promise<ChangePage<T>> {
    const sequence = this.#sequenceOf(since);
    await this.#backend.assertSequence(sequence);
    const withDocs = options.docs !== false;
    const answer = await this.#ask(() =>
      this.#pouch.changes({
        since: /^\d+$/.test(sequence) ? Number(sequence) : sequence,
        limit,
        batch_size: limit,
        include_docs: withDocs,
        conflicts: withDocs,
        // Every leaf, so that a rival does not hide behind a winner that is known already.
        ...(withDocs ? {} : { style: 'all_docs' as const }),
      }),
    );
    const rows = await Promise.all(
      answer.results.map(async (row) => {
        const deleted = row.deleted === true;
        const [winner, ...others] = row.changes;
        const branched = others.length > 0 ? { isBranched: true as const } : {};
        const head = { id: row.id, rev: winner?.rev ?? '', ...branched, deleted };
        if (deleted || row.doc === undefined) return head;
        const doc = await this.#whole(row.doc as unknown as WithConflicts<T>);
        return doc === undefined ? head : { ...head, doc };
      }),
    );
    const last = rows.length === 0 ? sequence : String(answer.last_seq);
    return { rows, last: `${this.#backend.tag}~${last}`, more: rows.length >= limit };
  }

  async *follow(
    since: string | null,
    signal: AbortSignal,
    options: ChangesOptions = {},
  ): AsyncGenerator<ChangePage<T>> {
    let checkpoint = since;
    let backoffMs = 100;
    while (!signal.aborted) {
      const mark = this.#backend.mark();
      let page: ChangePage<T> | undefined;
      try {
        page = await this.changes(checkpoint, FOLLOW_LIMIT, options);
        backoffMs = 100;
        if (page.rows.length === 0) {
          checkpoint = page.last;
          await this.#backend.waitForChange(this.#sequenceOf(checkpoint), mark, signal);
        }
      } catch (error) {
        if (signal.aborted || this.#backend.closed) return;
        if (!(error instanceof StoreError) || error.code !== 'unavailable') throw error;
        await pause(backoffMs, signal);
        backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
        continue;
      }
      if (page.rows.length === 0) continue;
      yield page;
      checkpoint = page.last;
    }
  }

  async range({ startkey, endkey, limit, descending = false }: RangeQuery): Promise<Read<T>[]> {
    const answer = await this.#ask(() =>
      this.#pouch.allDocs({
        startkey: descending ? endkey : startkey,
        endkey: descending ? startkey : endkey,
        descending,
        ...(limit === undefined ? {} : { limit }),
        include_docs: true,
        conflicts: true,
      }),
    );
    const docs = answer.rows.flatMap((row) => (row.doc ? [row.doc as unknown as WithConflicts<T>] : []));
    const whole = await Promise.all(docs.map((doc) => this.#whole(doc)));
    return whole.filter((doc) => doc !== undefined);
  }

  async #ask<R>(question: () => Promise<R>): Promise<R> {
    try {
      return await question();
    } catch (error) {
      throw this.#backend.explain(error);
    }
  }

  /** A row without a document is a missing one, unless the node could not read it. */
  #missing(row: object): undefined {
    if (
      'error' in row &&
      row.error !== 'not_found' &&
      row.error !== undefined &&
      !('status' in row && row.status === 404)
    ) {
      throw this.#backend.explain(row);
    }
    return undefined;
  }

  #verdict(row: PouchDB.Core.Response | PouchDB.Core.Error): PutVerdict {
    if ('ok' in row && row.ok) return { kind: 'written', rev: row.rev };
    if ('status' in row && row.status === 409) return { kind: 'conflict' };
    // Removing what is not there any more.
    if ('status' in row && row.status === 404) return { kind: 'conflict' };
    throw this.#backend.explain(row);
  }

  async #whole(doc: WithConflicts<T>): Promise<Read<T> | undefined> {
    const { _conflicts: rivals = [], ...read } = doc;
    if (rivals.length === 0 || this.#reconcile === undefined) return read as unknown as Read<T>;
    try {
      const healed = await reconcileRivals(this.#pouch, doc, this.#reconcile);
      this.#backend.wrote();
      return healed;
    } catch (error) {
      // Taken back meanwhile by whoever had written it: there is something else now.
      if (isMissing(error)) return this.get(doc._id);
      throw this.#backend.explain(error);
    }
  }

  #sequenceOf(checkpoint: string | null): string {
    if (checkpoint === null) return '0';
    const [tag, sequence = ''] = checkpoint.split('~', 2);
    if (tag === this.#backend.tag && /^\d+(-[\w-]+)?$/.test(sequence)) return sequence;
    throw new StoreError('bad-checkpoint', `not a checkpoint of ${this.name}`);
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 404;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
