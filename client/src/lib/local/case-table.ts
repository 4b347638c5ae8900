/**
 * The table of the cases below RxDB's collection, whose documents and queries cost more than the writes they stand for. Many cases in one
 * request, where asking for each costs one each: cases made one after the other have neighbouring ids.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { BulkWriteRow } from 'rxdb/plugins/core';
import { tableOf, type CaseCollection } from './case-database.ts';
import type { CaseRecord } from './case-record.ts';
import type { Stored } from './recent-records.ts';

/**
 * A case in the outbox was written over, or one that was here before came into it: `sequence` grows with each. By it a case is known to be as it
 * was read, without being read again, which costs more than all else of its leaving.
 */
interface Mark {
  sequence: number;
  id: CaseId;
}
/** RxDB makes this table beside each collection's, `++sequence, id`, and uses it for nothing. */
const MARKS = 'changes';

/** What was read of the outbox, and the last mark there was before. */
export interface Outgoing {
  caseId: CaseId;
  mark: number;
}

/** Names this store's writes in RxDB's events. */
const CONTEXT = 'sanji-local-store';
/** From here on it is worth looking whether they are neighbours. */
const MANY = 10;

export class CaseTable {
  readonly #cases: CaseCollection;

  constructor(cases: CaseCollection) {
    this.#cases = cases;
  }

  /** Those of `caseIds` that the database holds, tombstones too: one request, where asking for each costs one each. */
  async written(caseIds: CaseId[]): Promise<Set<CaseId>> {
    const sorted = [...caseIds].sort();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return new Set();
    const { dexieTable } = await tableOf(this.#cases);
    const keys = await dexieTable.where('caseId').between(first, last, true, true).primaryKeys();
    return new Set(keys as CaseId[]);
  }

  /** Neighbours in one request, where asking for each costs one each: cases made one after the other have neighbouring ids. */
  async records(caseIds: CaseId[]): Promise<Map<CaseId, Stored>> {
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

  /**
   * One transaction, compare-and-set on each row. Returns the ids that met another revision.
   * @param isNew never here before: nobody can have read it
   */
  async write(
    rows: BulkWriteRow<CaseRecord>[],
    isNew: (caseId: CaseId) => boolean = () => false,
  ): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const sent = rows.flatMap(({ previous }) => (previous?.dirty === 1 ? [previous.caseId] : []));
    const marked = rows.flatMap(({ document: { caseId, dirty }, previous }) =>
      previous?.dirty === 1 || (dirty === 1 && !isNew(caseId)) ? [caseId] : [],
    );
    if (marked.length === 0) return this.#writeNow(rows);
    const { dexieDb, dexieTable } = await tableOf(this.#cases);
    return dexieDb.transaction('rw', dexieDb.tables, async () => {
      // Another tab may have settled it: RxDB would put anew what it does not find.
      const there = new Set((await dexieTable.where('caseId').anyOf(sent).primaryKeys()) as CaseId[]);
      const settled = sent.filter((caseId) => !there.has(caseId));
      const standing = rows.filter(({ document }) => !settled.includes(document.caseId));
      const marks = dexieDb.table<Mark, number, Omit<Mark, 'sequence'>>(MARKS);
      await marks.bulkAdd(marked.map((id) => ({ id })));
      return [...settled, ...(await this.#writeNow(standing))];
    });
  }

  /** The last mark so far. To be asked before the outbox is read. */
  async lastMark(): Promise<number> {
    const { dexieDb } = await tableOf(this.#cases);
    return (await dexieDb.table<Mark, number>(MARKS).toCollection().last())?.sequence ?? 0;
  }

  /** For when nothing is on its way out. The numbers go on. */
  async forgetMarks(): Promise<void> {
    const { dexieDb } = await tableOf(this.#cases);
    await dexieDb.table(MARKS).clear();
  }

  async #writeNow(rows: BulkWriteRow<CaseRecord>[]): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const { error } = await this.#cases.storageInstance.bulkWrite(rows, CONTEXT);
    const other = error.find(({ status }) => status !== 409);
    if (other !== undefined) throw new Error('a case was not stored', { cause: other });
    return error.map(({ documentId }) => documentId);
  }

  /**
   * Compare-and-delete of what was read from the outbox. Answers with those that stood unchanged: they are there, and have no mark since.
   */
  async takeOut(outgoing: Outgoing[]): Promise<Set<CaseId>> {
    const { dexieDb, dexieTable } = await tableOf(this.#cases);
    const expected = new Map(outgoing.map(({ caseId, mark }) => [caseId, mark]));
    const sorted = [...expected.keys()].sort();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return new Set();
    const marks = dexieDb.table<Mark, number>(MARKS);
    return dexieDb.transaction('rw', [dexieTable, marks], async () => {
      const between = dexieTable.where('caseId').between(first, last, true, true);
      const [keys, written] = await Promise.all([
        between.primaryKeys(),
        marks.where('id').between(first, last, true, true).toArray(),
      ]);
      const there = new Set(keys as CaseId[]);
      // The last of each counts: the index goes by id, then by number.
      const lastMarks = new Map(written.map(({ id, sequence }) => [id, sequence]));
      const isSame = (caseId: CaseId) =>
        there.has(caseId) && (lastMarks.get(caseId) ?? 0) <= (expected.get(caseId) ?? 0);
      const same = sorted.filter(isSame);
      if (same.length === there.size) await between.delete();
      else await dexieTable.bulkDelete(same);
      const done = new Set(same);
      await marks.bulkDelete(written.flatMap(({ id, sequence }) => (done.has(id) ? [sequence] : [])));
      return done;
    });
  }
}

export function rowOf(record: CaseRecord, previous?: Stored): BulkWriteRow<CaseRecord> {
  // RxDB sets the revision and the time itself.
  const document = { ...record, _deleted: false, _attachments: {}, _meta: { lwt: 1 }, _rev: '' };
  return previous === undefined ? { document } : { previous, document };
}
