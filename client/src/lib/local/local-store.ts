/** LocalStore over RxDB and Dexie. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { CaseId, DeviceId } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import type { LocalCase, LocalCounts, LocalStore, LocalWrite, Stray } from '@sanji/sync/replication/ports';
import type { BulkWriteRow, RxDocumentData } from 'rxdb/plugins/core';
import type { CaseCollection } from './case-database.ts';
import {
  documentOf,
  pendingOf,
  recordOf,
  recordOfPacked,
  rejectedOf,
  tombstoneOf,
  type CaseRecord,
} from './case-record.ts';
import type { StationDatabase } from './station-database.ts';

type Stored = RxDocumentData<CaseRecord>;

/** Names this store's writes in RxDB's events. */
const CONTEXT = 'sanji-local-store';

export class RxLocalStore implements LocalStore {
  readonly #cases: CaseCollection;
  readonly #station: StationDatabase;
  #deviceId = '';

  constructor(cases: CaseCollection, station: StationDatabase) {
    this.#cases = cases;
    this.#station = station;
  }

  /** Whose rejections count as this station's. */
  belongsTo(deviceId: DeviceId): void {
    this.#deviceId = deviceId;
  }

  async read(caseId: CaseId): Promise<LocalCase | undefined> {
    return (await this.readMany([caseId]))[0];
  }

  async readMany(caseIds: CaseId[]): Promise<(LocalCase | undefined)[]> {
    const stored = await this.#find(caseIds);
    return caseIds.map((caseId) => {
      const found = stored.get(caseId);
      if (found === undefined) return undefined;
      const revision = found._rev;
      return found.status === 'gone'
        ? { kind: 'tombstone', goneN: found.n, revision }
        : { kind: 'case', doc: documentOf(found), revision };
    });
  }

  async write(doc: CaseDocument, revision: string | undefined): Promise<boolean> {
    return (await this.writeMany([{ doc, revision }]))[0] === true;
  }

  async writeMany(rows: LocalWrite[]): Promise<boolean[]> {
    return this.#put(rows.map(({ doc, revision }) => ({ record: recordOf(doc, this.#deviceId), revision })));
  }

  async bury(caseId: CaseId, goneN: number, revision: string): Promise<boolean> {
    return (await this.#put([{ record: tombstoneOf(caseId, goneN), revision }]))[0] === true;
  }

  async #put(rows: { record: CaseRecord; revision: string | undefined }[]): Promise<boolean[]> {
    const known = rows.filter(({ revision }) => revision !== undefined);
    const stored = await this.#find(known.map(({ record }) => record.caseId));
    const current = rows.filter(({ record, revision }) => stored.get(record.caseId)?._rev === revision);
    const conflicts = new Set(
      await this.#bulkWrite(current.map(({ record }) => rowOf(record, stored.get(record.caseId)))),
    );
    const written = new Set(current.filter(({ record }) => !conflicts.has(record.caseId)));
    return rows.map((row) => written.has(row));
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    return this.#bulkWrite(rows.map((packed) => rowOf(recordOfPacked(packed))));
  }

  // Below the collection: RxDocuments and queries of their own cost more than the writes they stand for.

  async #find(caseIds: CaseId[]): Promise<Map<CaseId, Stored>> {
    const found =
      caseIds.length === 0 ? [] : await this.#cases.storageInstance.findDocumentsById(caseIds, false);
    return new Map(found.map((stored) => [stored.caseId, stored]));
  }

  /** One transaction, compare-and-set on each row. Returns the ids that met another revision. */
  async #bulkWrite(rows: BulkWriteRow<CaseRecord>[]): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const { error } = await this.#cases.storageInstance.bulkWrite(rows, CONTEXT);
    const other = error.find(({ status }) => status !== 409);
    if (other !== undefined) throw new Error('a case was not stored', { cause: other });
    return error.map(({ documentId }) => documentId);
  }

  async dirty(limit: number): Promise<CaseDocument[]> {
    const found = await this.#cases
      .find({
        selector: { dirty: 1 },
        sort: [{ dirty: 'asc' }, { queue: 'asc' }],
        index: ['dirty', 'queue'],
        limit,
      })
      .exec();
    return found.map((record) => documentOf(record));
  }

  async park(caseId: CaseId, problem: Problem): Promise<void> {
    const found = await this.#cases.findOne(caseId).exec();
    await found?.incrementalModify((record) =>
      record.dirty === 1 ? { ...record, dirty: 2, problem: JSON.stringify(problem) } : record,
    );
  }

  async addStrays(strays: Stray[]): Promise<void> {
    await this.#station.strays.bulkPut(strays.map((stray) => ({ ...stray, actionId: stray.action.body.id })));
  }

  async writeCatalog(docs: CatalogDocument[]): Promise<void> {
    const { catalog } = this.#station;
    await this.#station.transaction('rw', catalog, async () => {
      const known = await catalog.bulkGet(docs.map(({ _id }) => _id));
      const newer = docs.filter((doc, i) => (known[i]?.n ?? -1) < doc.n);
      if (newer.length > 0) await catalog.bulkPut(newer);
    });
  }

  async counts(): Promise<LocalCounts> {
    const [found, settled] = await Promise.all([
      this.#cases.find({ selector: { dirty: { $gte: 1 } }, index: ['dirty', 'queue'] }).exec(),
      this.#station.settled.toCollection().primaryKeys(),
    ]);
    const isSettled = new Set(settled);
    const counts: LocalCounts = { pending: 0, rejected: 0, parked: 0 };
    for (const record of found) {
      const doc = documentOf(record);
      counts.pending += pendingOf(doc).length;
      counts.rejected += rejectedOf(doc, this.#deviceId).filter((id) => !isSettled.has(id)).length;
      if (record.dirty === 2) counts.parked += 1;
    }
    return counts;
  }

  async checkpoint(feed: string): Promise<string | null> {
    return (await this.#station.checkpoints.get(feed))?.checkpoint ?? null;
  }

  async saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    await this.#station.checkpoints.put({ feed, checkpoint });
  }
}

function rowOf(record: CaseRecord, previous?: Stored): BulkWriteRow<CaseRecord> {
  // RxDB sets the revision and the time itself.
  const document = { ...record, _deleted: false, _attachments: {}, _meta: { lwt: 1 }, _rev: '' };
  return previous === undefined ? { document } : { previous, document };
}
