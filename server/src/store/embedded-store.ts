/** The store of a hub without CouchDB: PouchDB on one SQLite file, for one process. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import type PouchDBStatic from 'pouchdb-core';
import { PouchDatabase, type Backend } from './pouch-database.ts';
import type { Pouch } from './rivals.ts';
import { SqliteFile } from './sqlite-file.ts';
import { SqlitePouch } from './sqlite-pouch.ts';
import { StoreError } from './store-error.ts';
import { assertName, type Database, type OpenOptions, type Store, type StoredDocument } from './store.ts';

// CommonJS builds: the ES builds of these packages lack the extension Node wants.
const load = createRequire(import.meta.url);
const PouchDB = load('pouchdb-core') as typeof PouchDBStatic & {
  adapter(name: string, adapter: object, addToPreferred: boolean): void;
};
PouchDB.adapter('sqlite', SqlitePouch, false);

/** Nobody replicates from the embedded store, so old revisions serve nothing; a few tell a lost answer from a stranger's write. */
const REVS_LIMIT = 20;

interface OpenDatabase {
  pouch: Pouch;
  database: Database<StoredDocument>;
}

/** Throws StoreStartError: another process holds the file, it is not ours, or the folder cannot be used. */
export function openEmbeddedStore({ path, prefix = '' }: { path: string; prefix?: string }): Store {
  return new EmbeddedStore(new SqliteFile(path), prefix);
}

class EmbeddedStore implements Store {
  readonly kind = 'embedded';
  readonly #file: SqliteFile;
  readonly #prefix: string;
  readonly #open = new Map<string, Promise<OpenDatabase>>();
  readonly #closing = new AbortController();
  /** PouchDB keeps its open databases in one table for the whole process: two stores must not share names in it. */
  readonly #instance = randomUUID();

  constructor(file: SqliteFile, prefix: string) {
    this.#file = file;
    this.#prefix = prefix;
  }

  async open<T extends StoredDocument>(name: string, options: OpenOptions<T> = {}): Promise<Database<T>> {
    assertName(name);
    this.#assertOpen();
    let opened = this.#open.get(name);
    if (opened === undefined) {
      opened = this.#openDatabase(name, options as unknown as OpenOptions<StoredDocument>);
      this.#open.set(name, opened);
    }
    return (await opened).database as unknown as Database<T>;
  }

  list(): Promise<string[]> {
    this.#assertOpen();
    const names = this.#file.spaces().filter((name) => name.startsWith(this.#prefix));
    return Promise.resolve(names.map((name) => name.slice(this.#prefix.length)));
  }

  async destroy(name: string): Promise<void> {
    assertName(name);
    this.#assertOpen();
    const opened = this.#open.get(name);
    this.#open.delete(name);
    if (opened === undefined) this.#file.dropSpace(this.#prefix + name);
    else await (await opened).pouch.destroy();
  }

  ping(): Promise<void> {
    this.#assertOpen();
    return this.#file.broken === undefined ? Promise.resolve() : Promise.reject(this.#file.broken);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const opened = await Promise.all(this.#open.values());
    await Promise.all(opened.map(({ pouch }) => pouch.close()));
    this.#file.close();
  }

  async #openDatabase(name: string, options: OpenOptions<StoredDocument>): Promise<OpenDatabase> {
    const settings = {
      adapter: 'sqlite',
      file: this.#file,
      space: this.#prefix + name,
      revs_limit: REVS_LIMIT,
    };
    const pouch: Pouch = new PouchDB(`${this.#instance}/${this.#prefix}${name}`, settings as object);
    const tag = (await (pouch as unknown as { id(): Promise<string> }).id()).slice(0, 8);
    const backend = new EmbeddedBackend(tag, this.#file, pouch, this.#closing.signal);
    return { pouch, database: new PouchDatabase(name, pouch, backend, options) };
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreError('misuse', 'the store is closed');
  }
}

class EmbeddedBackend implements Backend {
  readonly tag: string;
  readonly #file: SqliteFile;
  readonly #pouch: Pouch;
  readonly #closing: AbortSignal;
  readonly #bell = new EventEmitter().setMaxListeners(0);
  #writes = 0;

  constructor(tag: string, file: SqliteFile, pouch: Pouch, closing: AbortSignal) {
    this.tag = tag;
    this.#file = file;
    this.#pouch = pouch;
    this.#closing = closing;
  }

  explain(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    if (this.#file.broken instanceof StoreError) return this.#file.broken;
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    return new StoreError(this.#closing.aborted ? 'misuse' : 'broken', reason, error);
  }

  get closed(): boolean {
    return this.#closing.aborted;
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  mark(): number {
    return this.#writes;
  }

  /** A sequence from the future: the file was restored from an older backup. */
  async assertSequence(sequence: string): Promise<void> {
    if (this.#closing.aborted) throw new StoreError('misuse', 'the store is closed');
    const { update_seq: newest } = await this.#pouch.info();
    if (Number(sequence) > Number(newest))
      throw new StoreError('bad-checkpoint', 'a checkpoint from the future');
  }

  async waitForChange(_sequence: string, mark: number, signal: AbortSignal): Promise<void> {
    if (this.#writes !== mark) return;
    try {
      await once(this.#bell, 'wrote', { signal: AbortSignal.any([signal, this.#closing]) });
    } catch (error) {
      if (!signal.aborted && !this.#closing.aborted) throw error;
    }
  }

  wrote(): void {
    this.#writes++;
    this.#bell.emit('wrote');
  }
}
