/** What the district publishes, in the database `catalog`, which is also the feed every station follows. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { outranks } from '@sanji/sync/domain/catalog-index';
import { isDeepStrictEqual } from 'node:util';
import { content } from './document-content.ts';
import type { ChangePage, Database, Read, Store } from './store.ts';

export interface CatalogPage {
  docs: CatalogDocument[];
  /** Opaque checkpoint. */
  last: string;
  more: boolean;
}

export interface CatalogStore {
  /** Every document, by id. On a cluster it may lag: one that has just got a node back may even look empty. */
  all(): Promise<CatalogDocument[]>;
  find(id: string): Promise<CatalogDocument | undefined>;
  /** Those there are, as they are now. */
  findMany(ids: string[]): Promise<CatalogDocument[]>;
  /**
   * One verdict per document, in order. 'conflict', and nothing written for it, when the stored `n` is not lower than the given one:
   * someone published before. Equal content under an equal `n` is 'written', so a repetition is harmless.
   */
  put(docs: CatalogDocument[]): Promise<('written' | 'conflict')[]>;
  /** The documents changed after `since` (null: from the beginning), each once, in any order. */
  changes(since: string | null, limit: number): Promise<CatalogPage>;
  /** Like `changes`, waiting for more, whichever hub process wrote it; the same page may come twice. */
  follow(since: string | null, signal: AbortSignal): AsyncIterable<CatalogPage>;
}

export async function openCatalogStore(store: Store): Promise<CatalogStore> {
  return new CatalogDatabase(await store.open<CatalogDocument>('catalog', { reconcile: newest }));
}

/** After the last character that an id begins with. */
const LAST_ID = '\uffff';

class CatalogDatabase implements CatalogStore {
  readonly #database: Database<CatalogDocument>;

  constructor(database: Database<CatalogDocument>) {
    this.#database = database;
  }

  async all(): Promise<CatalogDocument[]> {
    const docs = await this.#database.range({ startkey: ' ', endkey: LAST_ID });
    return docs.map(toCatalog);
  }

  async find(id: string): Promise<CatalogDocument | undefined> {
    const doc = await this.#database.get(id);
    return doc === undefined ? undefined : toCatalog(doc);
  }

  async findMany(ids: string[]): Promise<CatalogDocument[]> {
    const docs = await this.#database.getMany(ids);
    return docs.flatMap((doc) => (doc === undefined ? [] : [toCatalog(doc)]));
  }

  async put(docs: CatalogDocument[]): Promise<('written' | 'conflict')[]> {
    const stored = await this.#database.getMany(docs.map(({ _id }) => _id));
    const verdicts = docs.map((doc, index) => verdictOn(doc, stored[index]));
    const due = docs.flatMap((doc, index) => (verdicts[index] === 'due' ? [{ doc, index }] : []));
    const answers = await this.#database.putMany(
      due.map(({ doc, index }) => {
        const rev = stored[index]?._rev;
        return rev === undefined ? doc : { ...doc, _rev: rev };
      }),
    );
    due.forEach(({ index }, position) => (verdicts[index] = answers[position]?.kind ?? 'conflict'));
    return verdicts.map((verdict) => (verdict === 'written' ? 'written' : 'conflict'));
  }

  async changes(since: string | null, limit: number): Promise<CatalogPage> {
    return toPage(await this.#database.changes(since, limit));
  }

  async *follow(since: string | null, signal: AbortSignal): AsyncGenerator<CatalogPage> {
    for await (const page of this.#database.follow(since, signal)) yield toPage(page);
  }
}

function verdictOn(
  doc: CatalogDocument,
  stored: Read<CatalogDocument> | undefined,
): 'due' | 'written' | 'conflict' {
  if (stored === undefined || outranks(doc, stored)) return 'due';
  return isDeepStrictEqual(content(doc), content(stored)) ? 'written' : 'conflict';
}

function toCatalog({ _id, epoch, n, entry, sig }: CatalogDocument): CatalogDocument {
  return {
    _id,
    ...(epoch === undefined ? {} : { epoch }),
    n,
    entry,
    ...(sig === undefined ? {} : { sig }),
  };
}

function toPage({ rows, last, more }: ChangePage<CatalogDocument>): CatalogPage {
  return { docs: rows.flatMap(({ doc }) => (doc === undefined ? [] : [toCatalog(doc)])), last, more };
}

function newest(winner: CatalogDocument, rivals: CatalogDocument[]): CatalogDocument {
  return [winner, ...rivals].reduce((a, b) => (outranks(b, a) ? b : a));
}
