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
  AnswerJournal,
  Gone,
  LocalCase,
  LocalCounts,
  LocalStore,
  LocalWrite,
  Stray,
} from '@sanji/sync/replication/ports';
import { takeBack } from '@sanji/sync/replication/take-back';
import { SealedAnswerJournal } from './answer-journal.ts';
import { byQueue, tableOf, unsettled, type CaseCollection } from './case-database.ts';
import { CaseTable, rowOf } from './case-table.ts';
import type { CaseShelf } from './case-shelf.ts';
import {
  GONE,
  dirtyOf,
  documentOf,
  packedOf,
  problemLabel,
  recordOf,
  rejectedOf,
  type CaseRecord,
} from './case-record.ts';
import { RecentRecords, type Stored } from './recent-records.ts';
import type { Seal } from './seal.ts';
import type { StationDatabase } from './station-database.ts';
import { emptied, goneOf, isOverdue, keptOf, tombstoneOf } from './tombstone.ts';

/** A case as it is here: in the database, or still on the shelf. */
type Found = { record: Stored } | { packed: PackedCase };

/** The revision of a case that has not changed since the hub packed it. */
const SHELVED = 'shelved';

/** Under which the hub's epoch is kept among the settings. */
const EPOCH = 'hub-epoch';
const RELAY = 'relay';
/** From here on it is worth putting them on the shelf together. */
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
  readonly #table: CaseTable;
  readonly #shelf: CaseShelf;
  readonly #station: StationDatabase;
  readonly #seal: Seal;
  readonly #recent = new RecentRecords();
  readonly answers: AnswerJournal;
  #deviceId = '';

  constructor({ cases, shelf, station, seal }: LocalStoreParts) {
    this.#cases = cases;
    this.#table = new CaseTable(cases);
    this.#shelf = shelf;
    this.#station = station;
    this.#seal = seal;
    this.answers = new SealedAnswerJournal(station, seal);
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
    const settled = await this.#settle(rows);
    const others = rows.filter(({ doc }) => !settled.has(doc._id));
    const to = { deviceId: this.#deviceId, seal: this.#seal };
    const written = await this.#put(
      await Promise.all(
        others.map(async ({ doc, revision }) => ({ record: await recordOf(doc, to), revision })),
      ),
    );
    const verdicts = new Map(others.map((row, i) => [row, written[i] === true]));
    return rows.map((row) => verdicts.get(row) ?? settled.get(row.doc._id) === true);
  }

  /**
   * Many cases of the outbox that are ruled on now go onto the shelf: a block and one deletion of neighbours, where writing each would cost a
   * request each. First the block, then the deletion: after a crash in between the cases are still in the outbox, hide their copies, and are
   * answered again. Which were tried, and whether they stood unchanged.
   */
  async #settle(rows: LocalWrite[]): Promise<Map<CaseId, boolean>> {
    const stood = rows.flatMap(({ doc, revision }) => {
      const { record, mark } = this.#recent.find(doc._id, revision) ?? {};
      const isSettled = record?.dirty === 1 && dirtyOf(doc, this.#deviceId) === 0;
      return isSettled && mark !== undefined ? [{ doc, mark }] : [];
    });
    if (stood.length < MANY) return new Map();
    // Nothing is on the shelf twice.
    const shelved = await this.#shelf.known(stood.map(({ doc }) => doc._id));
    const fresh = stood.filter(({ doc }) => !shelved.has(doc._id));
    if (fresh.length < MANY) return new Map();
    await this.#shelf.add(fresh.map(({ doc }) => packedOf(doc)));
    const left = await this.#table.takeOut(fresh.map(({ doc, mark }) => ({ caseId: doc._id, mark })));
    for (const { doc } of fresh) this.#recent.forget(doc._id);
    return new Map(fresh.map(({ doc }) => [doc._id, left.has(doc._id)]));
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
      const written = await this.#table.written(rows.map(({ caseId }) => caseId));
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
      await this.#table.write(
        current.map(({ record }) => {
          const here = found.get(record.caseId);
          return rowOf(record, here !== undefined && 'record' in here ? here.record : undefined);
        }),
        (caseId) => !found.has(caseId),
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
      const recent = this.#recent.find(record.caseId, revision);
      if (recent === undefined) unknown.push(record.caseId);
      else standing.set(record.caseId, { record: recent.record });
    }
    for (const [caseId, found] of await this.#find(unknown)) standing.set(caseId, found);
    return standing;
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    const caseIds = rows.map(({ caseId }) => caseId);
    // In this order: what settles is on the shelf before it leaves the database.
    const written = await this.#table.written(caseIds);
    const shelved = await this.#shelf.known(caseIds);
    const isHere = ({ caseId }: PackedCase): boolean => written.has(caseId) || shelved.has(caseId);
    await this.#shelf.add(rows.filter((row) => !isHere(row)));
    return rows.filter(isHere).map(({ caseId }) => caseId);
  }

  async #find(caseIds: CaseId[]): Promise<Map<CaseId, Found>> {
    const found = new Map<CaseId, Found>();
    if (caseIds.length === 0) return found;
    for (const record of (await this.#table.records(caseIds)).values()) {
      found.set(record.caseId, { record });
      this.#recent.note(record);
    }
    const packed = await this.#shelf.find(caseIds.filter((caseId) => !found.has(caseId)));
    for (const [caseId, row] of packed) found.set(caseId, { packed: row });
    return found;
  }

  async dirty(limit: number, except: ReadonlySet<CaseId> = new Set()): Promise<CaseDocument[]> {
    const mark = await this.#table.lastMark();
    const keys = (await (await byQueue(this.#cases, 1, 1)).primaryKeys()) as CaseId[];
    if (mark > 0 && keys.length === 0 && except.size === 0) await this.#table.forgetMarks();
    const wanted = keys.filter((caseId) => !except.has(caseId)).slice(0, limit);
    const byId = await this.#table.records(wanted);
    return Promise.all(
      wanted.flatMap((caseId) => {
        const record = byId.get(caseId);
        // Buried or sent by another tab since the keys were read.
        return record?.dirty === 1 ? [this.#dirtyOne(record, mark)] : [];
      }),
    );
  }

  async #dirtyOne(record: Stored, mark: number): Promise<CaseDocument> {
    const doc = await documentOf(record, this.#seal);
    this.#recent.note(record, { doc, mark });
    return doc;
  }

  async park(caseId: CaseId, problem: Problem): Promise<void> {
    const sealed = await this.#seal.seal(JSON.stringify(problem), problemLabel(caseId));
    this.#recent.forget(caseId);
    for (let isOpen = true; isOpen;) {
      const record = (await this.#table.records([caseId])).get(caseId);
      if (record?.dirty !== 1) return;
      isOpen =
        (await this.#table.write([rowOf({ ...record, dirty: 2, problem: sealed }, record)])).length > 0;
    }
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
      unsettled(this.#cases),
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
    for (const { caseId } of await unsettled(this.#cases)) await takeBack(this, caseId);
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
