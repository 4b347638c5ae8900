/** What the station keeps beside its cases, in one Dexie database: keys cannot be RxDB documents, and each RxDB collection slows the start. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { DeviceState, Stray } from '@sanji/sync/replication/ports';
import type { PackedCase } from '@sanji/sync/protocol/messages';
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
  /** hub clock − device clock in milliseconds, as measured at `offsetAt` of the device clock. */
  offsetMs: number;
  offsetAt?: number;
}

/** A reveal, an unlock: logged here first, sent when there is a line. */
export interface LoggedReveal {
  staffId: string;
  id?: number;
  caseId: string;
  field: string;
  reason: string;
  at: number;
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

export interface Settled {
  actionId: string;
  caseId: string;
  how: 'redone' | 'voided' | 'seen';
  reason?: string;
  staffId: string;
  at: number;
}

/** A block of the shelf: cases in the form in which the hub packed them. */
export interface ShelfBlock {
  block: number;
  rows: PackedCase[];
}

/** What a block holds, to be read without it. `queue` as in a CaseRecord. */
export interface ShelfHead {
  block: number;
  cases: { caseId: string; queue: number }[];
}

export interface StrayRecord extends Stray {
  actionId: string;
}

export class StationDatabase extends Dexie {
  declare device: EntityTable<DeviceRecord, 'id'>;
  declare chain: EntityTable<{ id: 'chain'; state: DeviceState }, 'id'>;
  /** Rejected actions a person has dealt with. */
  declare settled: EntityTable<Settled, 'actionId'>;
  declare credentials: EntityTable<Credential, 'staffId'>;
  declare catalog: EntityTable<CatalogDocument, '_id'>;
  declare strays: EntityTable<StrayRecord, 'actionId'>;
  declare reveals: Table<LoggedReveal, number>;
  declare drafts: EntityTable<Draft, 'id'>;
  declare checkpoints: Table<{ feed: string; checkpoint: string }, string>;
  declare shelf: EntityTable<ShelfBlock, 'block'>;
  declare shelfHeads: Table<ShelfHead, number>;
  declare settings: Table<{ name: string; value: unknown }, string>;

  constructor(name = 'sanji-station') {
    super(name, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({
      device: 'id',
      chain: 'id',
      settled: 'actionId',
      credentials: 'staffId',
      catalog: '_id',
      strays: 'actionId',
      reveals: '++id',
      drafts: 'id, staffId',
      checkpoints: 'feed',
      settings: 'name',
    });
    this.version(2).stores({ shelf: '++block', shelfHeads: 'block' });
  }
}
