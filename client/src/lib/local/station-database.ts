/** What the station keeps beside its cases, in one Dexie database: keys cannot be RxDB documents, and each RxDB collection slows the start. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { Stray } from '@sanji/sync/replication/ports';
import { Dexie, type EntityTable, type Table } from 'dexie';

export interface DeviceRecord {
  id: 'device';
  deviceId: string;
  unit: string;
  unitName: string;
  terminal: string;
  /** Not exportable: script can sign with it and never read it. */
  privateKey: CryptoKey;
  publicKey: { kty: string; crv: string; x: string; y: string };
  /** The last action number given out. Raised before the action is written (rule 20). */
  counter: number;
  /** Hash of the last action written. */
  prev: string | null;
  /** What was about to be written when the counter was raised: settles `prev` after a crash. */
  intent?: { caseId: string; actionId: string; hash: string };
  /** The last case number of a day. */
  caseCounter: { day: string; last: number };
  offsetMs: number;
  offsetAt?: number;
}

/** What lets a clerk unlock without the network. `offlineUntil` is the end of the credential. */
export interface Credential {
  staffId: string;
  name: string;
  salt: Uint8Array<ArrayBuffer>;
  verifier: Uint8Array<ArrayBuffer>;
  iterations: number;
  offlineUntil: number;
  failures: number;
  lockedUntil: number;
}

export interface Draft {
  id: string;
  staffId: string;
  /** Which screen it belongs to, e.g. `intake`. */
  screen: string;
  savedAt: number;
  content: unknown;
}

export interface StrayRecord extends Stray {
  actionId: string;
}

export class StationDatabase extends Dexie {
  declare device: EntityTable<DeviceRecord, 'id'>;
  declare credentials: EntityTable<Credential, 'staffId'>;
  declare catalog: EntityTable<CatalogDocument, '_id'>;
  declare strays: EntityTable<StrayRecord, 'actionId'>;
  declare drafts: EntityTable<Draft, 'id'>;
  declare checkpoints: Table<{ feed: string; checkpoint: string }, string>;
  declare settings: Table<{ name: string; value: unknown }, string>;

  constructor(name = 'sanji-station') {
    super(name);
    this.version(1).stores({
      device: 'id',
      credentials: 'staffId',
      catalog: '_id',
      strays: 'actionId',
      drafts: 'id, staffId',
      checkpoints: 'feed',
      settings: 'name',
    });
  }
}
