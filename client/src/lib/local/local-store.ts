/** LocalStore over RxDB and Dexie. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { CaseId, DeviceId } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import type { LocalCase, LocalCounts, LocalStore, Stray } from '@sanji/sync/replication/ports';
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

/** The code RxDB gives a write that met another revision. */
function isConflict(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'CONFLICT';
}

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
    const found = await this.#cases.findOne(caseId).exec();
    if (found === null) return undefined;
    const { revision } = found;
    return found.status === 'gone'
      ? { kind: 'tombstone', goneN: found.n, revision }
      : { kind: 'case', doc: documentOf(found), revision };
  }

  async write(doc: CaseDocument, revision: string | undefined): Promise<boolean> {
    return this.#put(recordOf(doc, this.#deviceId), revision);
  }

  async bury(caseId: CaseId, goneN: number, revision: string): Promise<boolean> {
    return this.#put(tombstoneOf(caseId, goneN), revision);
  }

  async #put(record: CaseRecord, revision: string | undefined): Promise<boolean> {
    try {
      if (revision === undefined) {
        await this.#cases.insert(record);
        return true;
      }
      const found = await this.#cases.findOne(record.caseId).exec();
      if (found?.revision !== revision) return false;
      await found.patch(record);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    const { error } = await this.#cases.bulkInsert(rows.map(recordOfPacked));
    const other = error.find(({ status }) => status !== 409);
    if (other !== undefined) throw new Error('a packed case was not stored', { cause: other });
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
