/**
 * The part of the PouchDB API the stores use. `@types/pouchdb-core` redeclares Node's global `Buffer` as something that no Node type
 * accepts, so it cannot stand beside `@types/node`.
 */
declare namespace PouchDB {
  type Plugin = object;
  namespace Core {
    type PutDocument<T extends object> = T & { _id?: string; _rev?: string };
    interface Response {
      ok: boolean;
      id: string;
      rev: string;
    }
    interface Error {
      status?: number;
      name?: string;
      message?: string;
      reason?: string;
      error?: string | boolean;
      id?: string;
    }
    interface Document {
      _id: string;
      _rev: string;
      _conflicts?: string[];
    }
    interface AllDocsRow {
      id: string;
      key: string;
      value: { rev: string; deleted?: boolean };
      doc?: Document | null;
      error?: string;
    }
    interface ChangesRow {
      id: string;
      seq: number | string;
      changes: { rev: string }[];
      deleted?: boolean;
      doc?: Document;
    }
  }
  interface Database {
    info(): Promise<{ db_name: string; doc_count: number; update_seq: number | string }>;
    get(id: string, options?: object): Promise<Core.Document>;
    put(doc: object, options?: object): Promise<Core.Response>;
    remove(id: string, rev: string): Promise<Core.Response>;
    bulkDocs(docs: object[], options?: object): Promise<(Core.Response | Core.Error)[]>;
    bulkGet(options: object): Promise<{ results: { id: string; docs: object[] }[] }>;
    allDocs(options: object): Promise<{ rows: Core.AllDocsRow[] }>;
    changes(options: object): Promise<{ results: Core.ChangesRow[]; last_seq: number | string }>;
    destroy(): Promise<void>;
    close(): Promise<void>;
  }
  interface Static {
    new (name: string, options?: object): Database;
    plugin(plugin: Plugin): Static;
    adapter(name: string, adapter: unknown, addToPreferred: boolean): void;
  }
}

declare module 'pouchdb-core' {
  const PouchDBStatic: PouchDB.Static;
  export = PouchDBStatic;
}
