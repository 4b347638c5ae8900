/**
 * Opens the hub's databases as the configuration says. This is the entry point for the server; the rest of this folder is behind it:
 * `openHubStores(options)` → {store, master, feeds, quarantine, catalog, directory, audit}.
 */
import type { FeedStore, MasterStore } from '@sanji/sync/replication/ports';
import type { AuditStore } from './audit-store.ts';
import type { CatalogStore } from './catalog-store.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Folder of the embedded store's file `hub.sqlite`; made when missing. Unused with `couchdbUrl`. */
  dataDir: string;
  /** `http://user:password@host:5984`, or several of one cluster separated by commas. */
  couchdbUrl?: string;
  /** Put before every database name; lower case, for several hubs or test runs on one CouchDB. */
  prefix?: string;
}

/** The master store and the router's view of it. */
export interface HubStores {
  store: Store;
  master: MasterStore & {
    /** Pages of changed case ids, waiting for more, whichever hub process wrote them; the same page may come twice. */
    follow(since: string | null, signal: AbortSignal): AsyncIterable<{ ids: string[]; last: string }>;
  };
  feeds: FeedStore;
  quarantine: QuarantineStore;
  catalog: CatalogStore;
  directory: DirectoryStore;
  audit: AuditStore;
}
