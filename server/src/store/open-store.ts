/**
 * Opens the hub's databases as the configuration says. This is the entry point for the server; the rest of this folder is behind it:
 * `openHubStores(options)` → {store, master, feeds, register, restores, quarantine, catalog, directory, audit}.
 */
import type { FeedStore } from '@sanji/sync/replication/ports';
import { join } from 'node:path';
import { openAuditStore, type AuditStore } from './audit-store.ts';
import { openCatalogStore, type CatalogStore } from './catalog-store.ts';
import { openCouchStore } from './couchdb-store.ts';
import { openDirectoryStore, type DirectoryStore } from './directory-store.ts';
import { openEmbeddedStore } from './embedded-store.ts';
import { openFeedStore } from './feed-store.ts';
import { openMasterStore, type FollowedMasterStore } from './master-store.ts';
import { openQuarantineStore, type QuarantineStore } from './quarantine-store.ts';
import { openRegisterStore, type RegisterStore } from './register-store.ts';
import { openRestoreStore, type RestoreStore } from './restore-store.ts';
import { startErrorOf } from './store-error.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Folder of the embedded store's file; made when missing. Unused with `couchdbUrl`. */
  dataDir: string;
  /** Default `hub.sqlite`. */
  file?: string;
  /** `http://user:password@host:5984`, or several of one cluster separated by commas. */
  couchdbUrl?: string;
  /** Put before every database name; lower case, for several hubs or test runs on one CouchDB. */
  prefix?: string;
  /** Told what is being waited for when a node of CouchDB gives no answer. */
  onWait?: (what: string) => void;
}

export interface HubStores {
  store: Store;
  master: FollowedMasterStore;
  feeds: FeedStore;
  register: RegisterStore;
  restores: RestoreStore;
  quarantine: QuarantineStore;
  catalog: CatalogStore;
  directory: DirectoryStore;
  audit: AuditStore;
}

/** Rejects with StoreStartError {code, message, whatToDo}: to be printed, and the process ends with an exit code other than 0. */
export async function openStore({
  dataDir,
  file = 'hub.sqlite',
  couchdbUrl,
  prefix = '',
  onWait,
}: StoreOptions): Promise<Store> {
  if (couchdbUrl !== undefined && couchdbUrl !== '')
    return openCouchStore({ url: couchdbUrl, prefix, ...(onWait !== undefined && { onWait }) });
  return openEmbeddedStore({ path: join(dataDir, file), prefix });
}

/** As `openStore`. Closing `store` closes all. */
export async function openHubStores(options: StoreOptions): Promise<HubStores> {
  const store = await openStore(options);
  try {
    return {
      store,
      master: await openMasterStore(store),
      feeds: openFeedStore(store),
      register: await openRegisterStore(store),
      restores: await openRestoreStore(store),
      quarantine: await openQuarantineStore(store),
      catalog: await openCatalogStore(store),
      directory: await openDirectoryStore(store),
      audit: await openAuditStore(store),
    };
  } catch (error) {
    await store.close();
    throw startErrorOf(error);
  }
}
