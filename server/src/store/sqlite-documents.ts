/**
 * The documents of one PouchDB database in one space of a `SqliteFile`: PouchDB's own rules of revisions, and the layout of its LevelDB
 * adapter, so that files it wrote are read. A read is answered from what is committed; a write reads, decides and stores within one
 * commit of the file.
 */
import { randomUUID } from 'node:crypto';
import {
  collectConflicts,
  compactTree,
  createError,
  MISSING_DOC,
  parseDoc,
  processDocs,
  type Body,
  type Done,
  type Metadata,
  type Parsed,
  type WriteDoc,
} from './pouch-packages.ts';
import type { Entries, SqliteFile } from './sqlite-file.ts';

const DOCUMENT = '\xffdocument-store\xff';
const SEQUENCE = '\xffby-sequence\xff';
const META = '\xffmeta-store\xff';
const UPDATE_SEQ = `${META}_local_last_update_seq`;
const DOC_COUNT = `${META}_local_doc_count`;
const UUID = `${META}_local_uuid`;
/** Sorts after every character an id may hold. */
const LAST = '\u{10ffff}';

/** Documents read at once: a read that never let the event loop turn would keep writes from their commit. */
const TURN = 100;

export interface AllDocsOptions {
  keys?: string[];
  startkey?: string;
  endkey?: string;
  descending?: boolean;
  limit?: number;
  conflicts?: boolean;
}
export interface ChangesOptions {
  since?: number;
  limit?: number;
  include_docs?: boolean;
  conflicts?: boolean;
  processChange(doc: object, metadata: Metadata, options: object): { seq?: number; doc?: object };
  onChange(change: object): void;
  complete: Done<{ results: object[]; last_seq: number }>;
}
interface Row {
  id: string;
  key: string;
  value: { rev: string; deleted?: true };
  doc: Body | null;
}

export interface DocumentsOptions {
  file: SqliteFile;
  /** Name of the space. */
  space: string;
  revs_limit: number;
}

export class Documents {
  readonly #file: SqliteFile;
  readonly #space: number;
  readonly #revsLimit: number;

  constructor({ file, space, revs_limit }: DocumentsOptions) {
    this.#file = file;
    this.#space = file.space(space);
    this.#revsLimit = revs_limit;
  }

  /** The name a database keeps for good, given at its first opening. */
  async identify(): Promise<string> {
    const found = this.#file.find(this.#space, UUID);
    if (found !== undefined) return JSON.parse(found) as string;
    const uuid = randomUUID();
    await this.#file.transact(this.#space, (entries) => {
      entries.put(UUID, JSON.stringify(uuid));
    });
    return uuid;
  }

  info(): { doc_count: number; update_seq: number } {
    return { doc_count: this.#number(DOC_COUNT), update_seq: this.#number(UPDATE_SEQ) };
  }

  get(id: string, rev?: string): { doc: Body; metadata: Metadata } {
    const metadata = this.#metadata(id);
    if (metadata === undefined) throw createError(MISSING_DOC, 'missing');
    if (rev === undefined && metadata.deleted) throw createError(MISSING_DOC, 'deleted');
    const seq = metadata.rev_map[rev ?? metadata.winningRev];
    if (seq === undefined) throw createError(MISSING_DOC, 'missing');
    return { doc: this.#body(seq), metadata };
  }

  /** One row per key, in order. */
  async many(keys: string[], options: AllDocsOptions): Promise<object[]> {
    const rows: object[] = [];
    for (const [i, key] of keys.entries()) {
      if (i > 0 && i % TURN === 0) await turn();
      const metadata = this.#metadata(key);
      rows.push(metadata === undefined ? { key, error: 'not_found' } : this.#row(metadata, options));
    }
    return rows;
  }

  async range(options: AllDocsOptions): Promise<object[]> {
    const { startkey, endkey, descending = false, limit = Infinity } = options;
    const [low = '', high = LAST] = descending ? [endkey, startkey] : [startkey, endkey];
    const rows: object[] = [];
    let lower = { key: DOCUMENT + low, inclusive: true };
    let upper = { key: DOCUMENT + high, inclusive: true };
    while (rows.length < limit) {
      const found = this.#file.slice(this.#space, { lower, upper, reverse: descending, limit: TURN });
      for (const { value } of found) {
        const metadata = JSON.parse(value) as Metadata;
        if (!metadata.deleted && rows.length < limit) rows.push(this.#row(metadata, options));
      }
      const last = found.at(-1);
      if (last === undefined || found.length < TURN) break;
      if (descending) upper = { key: last.key, inclusive: false };
      else lower = { key: last.key, inclusive: false };
      await turn();
    }
    return rows;
  }

  /** In one go, so that no write comes between the rows of a page. */
  changes(options: ChangesOptions): { results: object[]; last_seq: number } {
    const { since = 0, limit = Infinity, include_docs = false } = options;
    const results: object[] = [];
    let last_seq = since;
    const upper = { key: SEQUENCE + LAST, inclusive: false };
    while (results.length < limit) {
      const lower = { key: SEQUENCE + padded(last_seq), inclusive: false };
      const size = Math.min(TURN, limit - results.length);
      const range = { lower, upper, reverse: false, limit: size };
      const found = this.#file.slice(this.#space, include_docs ? range : { ...range, field: '_id' });
      for (const { key, value } of found) {
        const seq = Number(key.slice(SEQUENCE.length));
        const body = include_docs ? (JSON.parse(value) as Body) : undefined;
        const metadata = this.#metadata(body?._id ?? value);
        last_seq = seq;
        // An older revision that lives on beside the newest one.
        if (metadata?.seq !== seq) continue;
        const change = options.processChange(this.#winner(metadata, body), metadata, options);
        change.seq = seq;
        if (!include_docs) delete change.doc;
        options.onChange(change);
        results.push(change);
      }
      if (found.length < size) break;
    }
    return { results, last_seq };
  }

  #winner(metadata: Metadata, body: Body | undefined): object {
    const { id, winningRev } = metadata;
    if (body === undefined) return { _id: id, _rev: winningRev };
    return body._rev === winningRev ? body : this.#body(metadata.rev_map[winningRev] ?? metadata.seq);
  }

  /** Each document by itself: a result is `{ok, id, rev}` or an error of PouchDB. Rejects when a document is none. */
  async write(docs: object[], newEdits: boolean): Promise<unknown[]> {
    // PouchDB writes into the document it parses. Revisions are drawn by lot: nobody else has this database.
    const infos = docs.map((doc) => parseDoc({ ...doc }, newEdits, { deterministic_revs: false }));
    const bad = infos.find(({ error }) => error !== undefined);
    if (bad !== undefined) throw new Error('not a document', { cause: bad.error });
    const results: unknown[] = [];
    await this.#file.transact(this.#space, (entries) => {
      this.#store(entries, { infos, newEdits, results });
    });
    return results;
  }

  #store(entries: Entries, { infos, newEdits, results }: Writing): void {
    const known = new Map<string, Metadata>();
    for (const { metadata } of infos) {
      const found = entries.find(DOCUMENT + metadata.id);
      if (found !== undefined) known.set(metadata.id, JSON.parse(found) as Metadata);
    }
    let seq = Number(entries.find(UPDATE_SEQ) ?? 0);
    let count = Number(entries.find(DOC_COUNT) ?? 0);
    const stemmed = new Map<string, string[]>();
    const write: WriteDoc = (...told) => {
      const [info, winningRev, deleted, isNewDeleted, , delta, index, next] = told;
      const { id, rev, rev_tree, rev_map = {} } = info.metadata;
      count += delta;
      const metadata = { id, rev, rev_tree, rev_map, winningRev, deleted, seq: ++seq };
      metadata.rev_map[rev] = seq;
      known.set(id, metadata);
      stemmed.set(id, [...(stemmed.get(id) ?? []), ...(info.stemmedRevs ?? [])]);
      const body = { ...info.data, _id: id, _rev: rev, ...(isNewDeleted ? { _deleted: true } : {}) };
      entries.put(SEQUENCE + padded(seq), JSON.stringify(body));
      results[index] = { ok: true, id, rev };
      next();
    };
    const options = { new_edits: newEdits };
    processDocs(this.#revsLimit, infos, {}, known, undefined, results, write, options, () => undefined);
    for (const [id, revs] of stemmed) {
      const metadata = known.get(id);
      if (metadata === undefined) continue;
      const stale = new Set([...revs, ...compactTree(metadata)]);
      const [kept, dropped] = partition(Object.entries(metadata.rev_map), ([rev]) => !stale.has(rev));
      for (const [, old] of dropped) entries.remove(SEQUENCE + padded(old));
      entries.put(DOCUMENT + id, JSON.stringify({ ...metadata, rev_map: Object.fromEntries(kept) }));
    }
    entries.put(UPDATE_SEQ, JSON.stringify(seq));
    entries.put(DOC_COUNT, JSON.stringify(count));
  }

  #row(metadata: Metadata, { conflicts = false }: AllDocsOptions): Row {
    const { id, winningRev, deleted } = metadata;
    const row = { id, key: id, value: { rev: winningRev } };
    if (deleted) return { ...row, value: { rev: winningRev, deleted: true }, doc: null };
    const seq = metadata.rev_map[winningRev];
    if (seq === undefined) throw new Error(`the body of ${id} is missing`);
    const doc = this.#body(seq);
    const rivals = conflicts ? collectConflicts(metadata) : [];
    return { ...row, doc: rivals.length === 0 ? doc : Object.assign(doc, { _conflicts: rivals }) };
  }

  #metadata(id: string): Metadata | undefined {
    const found = this.#file.find(this.#space, DOCUMENT + id);
    return found === undefined ? undefined : (JSON.parse(found) as Metadata);
  }

  #body(seq: number): Body {
    const found = this.#file.find(this.#space, SEQUENCE + padded(seq));
    if (found === undefined) throw new Error(`nothing is stored under the sequence ${String(seq)}`);
    return JSON.parse(found) as Body;
  }

  #number(key: string): number {
    return Number(this.#file.find(this.#space, key) ?? 0);
  }
}

interface Writing {
  infos: Parsed[];
  newEdits: boolean;
  results: unknown[];
}

function partition<T>(all: T[], isIn: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isIn), all.filter((each) => !isIn(each))];
}

/** As PouchDB writes a sequence in a key, so that keys sort as numbers do. */
function padded(seq: number): string {
  return String(seq).padStart(16, '0');
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
