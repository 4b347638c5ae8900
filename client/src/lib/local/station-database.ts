/** What the station keeps beside its cases, in one Dexie database: keys cannot be RxDB documents, and each RxDB collection slows the start. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { DeviceState } from '@sanji/sync/replication/ports';
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

/** What the audit log is to know of a person here: kept first, sent when there is a line. */
export interface KeptReport {
  id?: number;
  staffId: string;
  /** Under which it is sealed: `reveal.` or `print.`, and a number of its own. */
  label: string;
  /** The report as JSON. */
  sealed: string;
}

/** What lets a clerk unlock without the network. `offlineUntil` is the end of the credential. */
export interface Credential {
  staffId: string;
  name: string;
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  /** The terminal's seal key under the key that salt and password give: that it opens is the proof of the password. */
  iv: Uint8Array<ArrayBuffer>;
  wrapped: Uint8Array<ArrayBuffer>;
  offlineUntil: number;
  failures: number;
  lockedUntil: number;
}

export interface DraftRecord {
  id: string;
  staffId: string;
  screen: string;
  savedAt: number;
  /** Its content as JSON. */
  sealed: string;
}

export interface Settled {
  actionId: string;
  caseId: string;
  how: 'redone' | 'voided' | 'seen';
  /** Sealed. */
  reason?: string;
  staffId: string;
  at: number;
}

/** A block of the shelf: packed cases, sealed together. */
export interface ShelfBlock {
  block: number;
  sealed: Uint8Array<ArrayBuffer>;
}

/** What a block holds, to be read without it. `queue` as in a CaseRecord. */
export interface ShelfHead {
  block: number;
  cases: { caseId: string; queue: number }[];
}

/** What the hub answered and is not in the cases yet, sealed. */
export interface AnswerRecord {
  entry: number;
  sealed: Uint8Array<ArrayBuffer>;
}

export interface StrayRecord {
  actionId: string;
  caseId: string;
  strayedAt: number;
  /** The Stray as JSON. */
  sealed: string;
}

export class StationDatabase extends Dexie {
  declare device: EntityTable<DeviceRecord, 'id'>;
  declare chain: EntityTable<{ id: 'chain'; state: DeviceState }, 'id'>;
  /** Rejected actions a person has dealt with. */
  declare settled: EntityTable<Settled, 'actionId'>;
  declare credentials: EntityTable<Credential, 'staffId'>;
  declare catalog: EntityTable<CatalogDocument, '_id'>;
  declare strays: EntityTable<StrayRecord, 'actionId'>;
  /** Masked values that were shown. */
  declare reveals: Table<KeptReport, number>;
  /** Papers that were printed. */
  declare prints: Table<KeptReport, number>;
  declare drafts: EntityTable<DraftRecord, 'id'>;
  declare checkpoints: Table<{ feed: string; checkpoint: string }, string>;
  declare shelf: EntityTable<ShelfBlock, 'block'>;
  declare shelfHeads: Table<ShelfHead, number>;
  declare answers: EntityTable<AnswerRecord, 'entry'>;
  declare settings: Table<{ name: string; value: unknown }, string>;

  constructor(name = 'sanji-station') {
    // Opened once: a database that the browser deleted would come back empty, and count from 1 again.
    super(name, { chromeTransactionDurability: 'strict', autoOpen: false });
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
      shelf: '++block',
      shelfHeads: 'block',
    });
    this.version(2).stores({ prints: '++id' });
    this.version(3).stores({ answers: '++entry' });
  }
}
