/**
 * The table of the cases below RxDB's collection, whose documents and queries cost more than the writes they stand for. Many cases in one
 * request, where asking for each costs one each: cases made one after the other have neighbouring ids.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { BulkWriteRow } from 'rxdb/plugins/core';
import { tableOf, type CaseCollection } from './case-database.ts';
import type { CaseRecord } from './case-record.ts';
import type { Stored } from './recent-records.ts';

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

  /** One transaction, compare-and-set on each row. Returns the ids that met another revision. */
  async write(rows: BulkWriteRow<CaseRecord>[]): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const sent = rows.flatMap(({ previous }) => (previous?.dirty === 1 ? [previous.caseId] : []));
    if (sent.length === 0) return this.#writeNow(rows);
    const { dexieDb, dexieTable } = await tableOf(this.#cases);
    return dexieDb.transaction('rw', dexieDb.tables, async () => {
      // Another tab may have settled it: RxDB would put anew what it does not find.
      const there = new Set((await dexieTable.where('caseId').anyOf(sent).primaryKeys()) as CaseId[]);
      const settled = sent.filter((caseId) => !there.has(caseId));
      const standing = rows.filter(({ document }) => !settled.includes(document.caseId));
      return [...settled, ...(await this.#writeNow(standing))];
    });
  }

  async #writeNow(rows: BulkWriteRow<CaseRecord>[]): Promise<CaseId[]> {
    if (rows.length === 0) return [];
    const { error } = await this.#cases.storageInstance.bulkWrite(rows, CONTEXT);
    const other = error.find(({ status }) => status !== 409);
    if (other !== undefined) throw new Error('a case was not stored', { cause: other });
    return error.map(({ documentId }) => documentId);
  }

  /** Compare-and-delete. Answers with those that stood unchanged. */
  async takeOut(records: Stored[]): Promise<Set<CaseId>> {
    const { dexieDb, dexieTable } = await tableOf(this.#cases);
    const revisions = new Map(records.map(({ caseId, _rev }) => [caseId, _rev]));
    const sorted = [...revisions.keys()].sort();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return new Set();
    return dexieDb.transaction('rw', dexieTable, async () => {
      const between = dexieTable.where('caseId').between(first, last, true, true);
      const areNeighbours = (await between.count()) === revisions.size;
      const there = (
        areNeighbours ? await between.toArray() : (await dexieTable.bulkGet(sorted)).filter(Boolean)
      ) as Stored[];
      const same = there.filter(({ caseId, _rev }) => revisions.get(caseId) === _rev);
      if (areNeighbours && same.length === revisions.size) await between.delete();
      else await dexieTable.bulkDelete(same.map(({ caseId }) => caseId));
      return new Set(same.map(({ caseId }) => caseId));
    });
  }
}

export function rowOf(record: CaseRecord, previous?: Stored): BulkWriteRow<CaseRecord> {
  // RxDB sets the revision and the time itself.
  const document = { ...record, _deleted: false, _attachments: {}, _meta: { lwt: 1 }, _rev: '' };
  return previous === undefined ? { document } : { previous, document };
}
