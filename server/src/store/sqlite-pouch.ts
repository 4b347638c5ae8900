/**
 * PouchDB's adapter for the embedded store: `sqlite-documents.ts` as the methods PouchDB calls. Attachments, `_local` documents and live
 * changes are left out: nothing here asks for them.
 */
import type { Done } from './pouch-packages.ts';
import {
  Documents,
  type AllDocsOptions,
  type ChangesOptions,
  type DocumentsOptions,
} from './sqlite-documents.ts';

interface BulkOptions {
  new_edits?: boolean;
}

/** Called by PouchDB as a constructor, on the database that is being made. */
export function SqlitePouch(this: object, options: DocumentsOptions, ready: Done<object>): void {
  const documents = new Documents(options);
  let uuid = '';
  const answerWith = <T>(work: () => T, done: Done<T>) => {
    let value: T;
    try {
      value = work();
    } catch (error) {
      done(error);
      return;
    }
    done(null, value);
  };
  const api = {
    _remote: false,
    type: () => 'sqlite',
    _id: (done: Done<string>) => {
      done(null, uuid);
    },
    _info: (done: Done<object>) => {
      answerWith(() => documents.info(), done);
    },
    _get: (id: string, { rev }: { rev?: string }, done: Done<object>) => {
      answerWith(() => documents.get(id, rev), done);
    },
    _allDocs: (query: AllDocsOptions, done: Done<object>) => {
      const read = query.keys === undefined ? documents.range(query) : documents.many(query.keys, query);
      read.then((rows) => {
        done(null, { rows });
      }, done);
    },
    _changes: (query: ChangesOptions) => {
      setImmediate(() => {
        answerWith(() => documents.changes(query), query.complete);
      });
    },
    // In place of PouchDB's own, which copies every document to its leaves before it is stored: that costs more than storing it. The
    // stores never touch a document again that they have handed over.
    bulkDocs: (asked: object[] | { docs: object[] }, options: BulkOptions = {}, done?: Done<unknown[]>) => {
      const docs = Array.isArray(asked) ? asked : asked.docs;
      const stored = documents.write(docs, options.new_edits ?? true);
      if (done === undefined) return stored;
      return stored.then((results) => {
        done(null, results);
      }, done);
    },
    _close: (done: Done<undefined>) => {
      done(null);
    },
    _destroy: (_options: object, done: Done<undefined>) => {
      answerWith(() => {
        options.file.dropSpace(options.space);
        return undefined;
      }, done);
    },
  };
  Object.assign(this, api);
  documents.identify().then((found) => {
    uuid = found;
    ready(null, this);
  }, ready);
}
SqlitePouch.valid = () => true;
SqlitePouch.use_prefix = false;
