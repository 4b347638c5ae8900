/** LocalStore over RxDB and Dexie. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { outranks } from '@sanji/sync/domain/catalog-index';
import { RETURN_MS } from '@sanji/sync/domain/epoch';
import type { Epoch } from '@sanji/sync/domain/epoch';
import type { CaseId, DeviceId } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import { relayedOf, unsentOf } from '@sanji/sync/domain/relayed';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import type {
  Gone,
  LocalCase,
  LocalCounts,
  LocalStore,
  LocalWrite,
  Stray,
} from '@sanji/sync/replication/ports';
import { takeBack } from '@sanji/sync/replication/take-back';
import type { BulkWriteRow } from 'rxdb/plugins/core';
import { tableOf, type CaseCollection } from './case-database.ts';
import type { CaseShelf } from './case-shelf.ts';
import { GONE, documentOf, problemLabel, recordOf, rejectedOf, type CaseRecord } from './case-record.ts';
import { RecentRecords, type Stored } from './recent-records.ts';
import type { Seal } from './seal.ts';
import type { StationDatabase } from './station-database.ts';
import { emptied, goneOf, isOverdue, keptOf, tombstoneOf } from './tombstone.ts';

/** A case as it is here: in the database, or still on the shelf. */
type Found = { record: Stored } | { packed: PackedCase };

/** The revision of a case that has not changed since the hub packed it. */
const SHELVED = 'shelved';

/** Names this store's writes in RxDB's events. */
const CONTEXT = 'sanji-local-store';
/** Under which the hub's epoch is kept among the settings. */
const EPOCH = 'hub-epoch';
const RELAY = 'relay';
/** From here on it is worth looking whether they are neighbours. */
const MANY = 10;
/** Cases of a walk in memory at once. */
const PIECE = 200;

export interface LocalStoreParts {
  cases: CaseCollection;
  shelf: CaseShelf;
  station: StationDatabase;
  seal: Seal;
}

export class RxLocalStore implements LocalStore {
  readonly #cases: CaseCollection;
  readonly #shelf: CaseShelf;
  readonly #station: StationDatabase;
  readonly #seal: Seal;
  readonly #recent = new RecentRecords();
  #deviceId = '';

  constructor({ cases, shelf, station, seal }: LocalStoreParts) {
    this.#cases = cases;
    this.#shelf = shelf;
    this.#station = station;
    this.#seal = seal;
  }

  /** Whose rejections count as this station's. */
  belongsTo(deviceId: DeviceId): void {
    this.#deviceId = deviceId;
  }

  async read(caseId: CaseId): Promise<LocalCase | undefined> {
    this.#recent.forget(caseId);
    return (await this.readMany([caseId]))[0];
  }

  /** What `dirty` has just read is not read again: the write that follows finds out whether it still stands. */
  async readMany(caseIds: CaseId[]): Promise<(LocalCase | undefined)[]> {
    const recent = caseIds.map((caseId) => this.#recent.takeDocument(caseId));
    const found = await this.#find(caseIds.filter((_, i) => recent[i] === undefined));
    return Promise.all(
      caseIds.map((caseId, i): Promise<LocalCase | undefined> | LocalCase => {
        const here = recent[i];
        return here === undefined ? this.#localCase(found.get(caseId)) : { kind: 'case', ...here };
      }),
    );
  }

  async #localCase(here: Found | undefined): Promise<LocalCase | undefined> {
    if (here === undefined) return undefined;
    if ('packed' in here) {
      return { kind: 'case', doc: JSON.parse(here.packed.body) as CaseDocument, revision: SHELVED };
    }
    const { record } = here;
    if (record.status === 'gone') {
      const { n: goneN, epoch: goneEpoch } = goneOf(record);
      const kept = await keptOf(record, this.#seal);
      return { kind: 'tombstone', goneN, goneEpoch, ...(kept && { kept }), revision: record._rev };
    }
    return { kind: 'case', doc: await documentOf(record, this.#seal), revision: record._rev };
  }

  async write(doc: CaseDocument, revision: string | undefined): Promise<boolean> {
    return (await this.writeMany([{ doc, revision }]))[0] === true;
  }

  async writeMany(rows: LocalWrite[]): Promise<boolean[]> {
    const to = { deviceId: this.#deviceId, seal: this.#seal };
    return this.#put(
      await Promise.all(
        rows.map(async ({ doc, revision }) => ({ record: await recordOf(doc, to), revision })),
      ),
    );
  }

  async bury(caseId: CaseId, gone: Gone, revision: string): Promise<boolean> {
    const record = await tombstoneOf(caseId, gone, this.#seal);
    const [isBuried] = await this.#put([{ record, revision }]);
    if (isBuried !== true) return false;
    // Second, so that a crash in between leaves a tombstone: `finishBurials` takes the copy off then.
    await this.#shelf.remove(caseId);
    return true;
  }

  /** The database first, then what lies on the shelf alone. */
  async *walk(): AsyncGenerator<CaseDocument[]> {
    const { dexieTable } = await tableOf(this.#cases);
    let last = '';
    for (let more = true; more;) {
      const page = (await dexieTable.where('caseId').above(last).limit(PIECE).toArray()) as CaseRecord[];
      yield (await Promise.all(page.map((record) => this.#logOf(record)))).filter((log) => log !== undefined);
      more = page.length === PIECE;
      last = page.at(-1)?.caseId ?? last;
    }
    for (const block of await this.#shelf.blocks()) {
      const rows = await this.#shelf.rowsOf(block);
      const written = await this.#written(rows.map(({ caseId }) => caseId));
      yield rows
        .filter(({ caseId }) => !written.has(caseId))
        .map(({ body }) => JSON.parse(body) as CaseDocument);
    }
  }

  async #logOf(record: CaseRecord): Promise<CaseDocument | undefined> {
    if (record.status !== 'gone') return documentOf(record, this.#seal);
    return (await keptOf(record, this.#seal))?.log;
  }

  /**
   * After a crash: takes off the shelf what has a tombstone already, and out of the tombstones what was kept long enough. To be called when a
   * station starts. Idempotent.
   */
  async finishBurials(now: number): Promise<void> {
    const graves = await this.#cases
      .find({ selector: { dirty: 0, queue: GONE }, index: ['dirty', 'queue'] })
      .exec();
    const left = await this.#shelf.known(graves.map(({ caseId }) => caseId));
    for (const caseId of left) await this.#shelf.remove(caseId);
    const before = now - RETURN_MS;
    for (const grave of graves.filter((each) => isOverdue(each, before)))
      await grave.incrementalModify((record) => (isOverdue(record, before) ? emptied(record) : record));
  }

  async #put(rows: { record: CaseRecord; revision: string | undefined }[]): Promise<boolean[]> {
    const found = await this.#standing(rows);
    const current = rows.filter(({ record, revision }) => revisionOf(found.get(record.caseId)) === revision);
    const conflicts = new Set(
      await this.#bulkWrite(
        current.map(({ record }) => {
          const here = found.get(record.caseId);
          return rowOf(record, here !== undefined && 'record' in here ? here.record : undefined);
        }),
      ),
    );
    const written = new Set(current.filter(({ record }) => !conflicts.has(record.caseId)));
    for (const { record } of rows) this.#recent.forget(record.caseId);
    return rows.map((row) => written.has(row));
  }

  /** What the rows are written over: as it was read a moment ago, where that is what they were made from. */
  async #standing(rows: { record: CaseRecord; revision: string | undefined }[]): Promise<Map<CaseId, Found>> {
    const standing = new Map<CaseId, Found>();
    const unknown: CaseId[] = [];
    for (const { record, revision } of rows) {
      const recent = this.#recent.record(record.caseId, revision);
      if (recent === undefined) unknown.push(record.caseId);
      else standing.set(record.caseId, { record: recent });
    }
    for (const [caseId, found] of await this.#find(unknown)) standing.set(caseId, found);
    return standing;
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    const caseIds = rows.map(({ caseId }) => caseId);
    const [written, shelved] = await Promise.all([this.#written(caseIds), this.#shelf.known(caseIds)]);
    const isHere = ({ caseId }: PackedCase): boolean => written.has(caseId) || shelved.has(caseId);
    await this.#shelf.add(rows.filter((row) => !isHere(row)));
    return rows.filter(isHere).map(({ caseId }) => caseId);
  }

  /** Those of `caseIds` that the database holds, tombstones too: one request, where asking for each costs one each. */
  async #written(caseIds: CaseId[]): Promise<Set<CaseId>> {
    const sorted = [...caseIds].sort();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return new Set();
    const { dexieTable } = await tableOf(this.#cases);
    const keys = await dexieTable.where('caseId').between(first, last, true, true).primaryKeys();
    return new Set(keys as CaseId[]);
  }

  // Below the collection: RxDocuments and queries of their own cost more than the writes they stand for.

  async #find(caseIds: CaseId[]): Promise<Map<CaseId, Found>> {
    const found = new Map<CaseId, Found>();
    if (caseIds.length === 0) return found;
    for (const record of (await this.#records(caseIds)).values()) {
      found.set(record.caseId, { record });
      this.#recent.note(record);
    }
    const packed = await this.#shelf.find(caseIds.filter((caseId) => !found.has(caseId)));
    for (const [caseId, row] of packed) found.set(caseId, { packed: row });
    return found;
  }

  /** Neighbours in one request, where asking for each costs one each: cases made one after the other have neighbouring ids. */
  async #records(caseIds: CaseId[]): Promise<Map<CaseId, Stored>> {
    const sorted = [...caseIds].sort();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    const { dexieTable } = await tableOf(this.#cases);
    const between = () => dexieTable.where('caseId').between(first, last, true, true);
    if (caseIds.length < MANY || (await between().count()) > caseIds.length * 2) {
      const found = await this.#cases.storageInstance.findDocumentsById(caseIds, false);
      return new Map(found.map((record) => [record.caseId, record]));
    }
    const wanted = new Set(caseIds);
    const found = (await between().toArray()) as Stored[];
    // RxDB has no booleans in its tables.
    const whole = found.map((record): Stored => ({ ...record, _deleted: false }));
    return new Map(whole.filter(({ caseId }) => wanted.has(caseId)).map((record) => [record.caseId, record]));
  }

  /** One transaction, compare-and-set on each row. Returns the ids that met another revision. */
  async #bulkWrite(rows: BulkWriteRow<CaseRecord>[]): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const { error } = await this.#cases.storageInstance.bulkWrite(rows, CONTEXT);
    const other = error.find(({ status }) => status !== 409);
    if (other !== undefined) throw new Error('a case was not stored', { cause: other });
    return error.map(({ documentId }) => documentId);
  }

  async dirty(limit: number, except: ReadonlySet<CaseId> = new Set()): Promise<CaseDocument[]> {
    const { dexieTable } = await tableOf(this.#cases);
    // RxDB puts its own mark before, and the key after, the index of the schema.
    const keys = (await dexieTable
      .where('[_deleted+dirty+queue+caseId]')
      .between(['0', 1, 0, ''], ['0', 1, GONE, '\uffff'])
      .primaryKeys()) as CaseId[];
    const wanted = keys.filter((caseId) => !except.has(caseId)).slice(0, limit);
    const byId = await this.#records(wanted);
    return Promise.all(
      wanted.flatMap((caseId) => {
        const record = byId.get(caseId);
        // Buried or sent by another tab since the keys were read.
        return record?.dirty === 1 ? [this.#dirtyOne(record)] : [];
      }),
    );
  }

  async #dirtyOne(record: Stored): Promise<CaseDocument> {
    const doc = await documentOf(record, this.#seal);
    this.#recent.note(record, doc);
    return doc;
  }

  async park(caseId: CaseId, problem: Problem): Promise<void> {
    const found = await this.#cases.findOne(caseId).exec();
    const sealed = await this.#seal.seal(JSON.stringify(problem), problemLabel(caseId));
    this.#recent.forget(caseId);
    await found?.incrementalModify((record) =>
      record.dirty === 1 ? { ...record, dirty: 2, problem: sealed } : record,
    );
  }

  async addStrays(strays: Stray[]): Promise<void> {
    const records = strays.map(async (stray) => {
      const { caseId, strayedAt } = stray;
      const actionId = stray.action.body.id;
      return { actionId, caseId, strayedAt, sealed: await this.#seal.seal(JSON.stringify(stray), actionId) };
    });
    await this.#station.strays.bulkPut(await Promise.all(records));
  }

  async writeCatalog(docs: CatalogDocument[]): Promise<void> {
    const { catalog } = this.#station;
    await this.#station.transaction('rw', catalog, async () => {
      const known = await catalog.bulkGet(docs.map(({ _id }) => _id));
      const newer = docs.filter((doc, i) => {
        const mine = known[i];
        return mine === undefined || outranks(doc, mine);
      });
      if (newer.length > 0) await catalog.bulkPut(newer);
    });
  }

  async counts(): Promise<LocalCounts> {
    const [found, settled, strays] = await Promise.all([
      this.#unsettled(),
      this.#station.settled.toCollection().primaryKeys(),
      this.#station.strays.toCollection().primaryKeys(),
    ]);
    const isSettled = new Set(settled);
    const rejected = strays.filter((id) => !isSettled.has(id)).length;
    const counts: LocalCounts = { pending: 0, relayed: 0, rejected, parked: 0 };
    for (const record of found) {
      const doc = await documentOf(record, this.#seal);
      counts.pending += unsentOf(doc).length;
      counts.relayed += relayedOf(doc).length;
      counts.rejected += rejectedOf(doc, this.#deviceId).filter((id) => !isSettled.has(id)).length;
      if (record.dirty === 2) counts.parked += 1;
    }
    return counts;
  }

  #unsettled() {
    return this.#cases.find({ selector: { dirty: { $gte: 1 } }, index: ['dirty', 'queue'] }).exec();
  }

  async readCatalog(): Promise<CatalogDocument[]> {
    return this.#station.catalog.toArray();
  }

  async epoch(): Promise<Epoch | null> {
    return ((await this.#station.settings.get(EPOCH))?.value ?? null) as Epoch | null;
  }

  async saveEpoch(epoch: Epoch): Promise<void> {
    await this.#station.settings.put({ name: EPOCH, value: epoch });
  }

  async relay(): Promise<string | null> {
    return ((await this.#station.settings.get(RELAY))?.value ?? null) as string | null;
  }

  async moveTo(relay: string | null): Promise<void> {
    for (const { caseId } of await this.#unsettled()) await takeBack(this, caseId);
    await this.#station.settings.put({ name: RELAY, value: relay });
  }

  async checkpoint(feed: string): Promise<string | null> {
    return (await this.#station.checkpoints.get(feed))?.checkpoint ?? null;
  }

  async saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    await this.#station.checkpoints.put({ feed, checkpoint });
  }
}

function revisionOf(found: Found | undefined): string | undefined {
  if (found === undefined) return undefined;
  return 'packed' in found ? SHELVED : found.record._rev;
}

function rowOf(record: CaseRecord, previous?: Stored): BulkWriteRow<CaseRecord> {
  // RxDB sets the revision and the time itself.
  const document = { ...record, _deleted: false, _attachments: {}, _meta: { lwt: 1 }, _rev: '' };
  return previous === undefined ? { document } : { previous, document };
}
