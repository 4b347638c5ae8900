/** The RxDB database with its one collection. Only this folder knows RxDB. */
import { createRxDatabase, type RxCollection, type RxDatabase, type RxJsonSchema } from 'rxdb/plugins/core';
import type { DexieStorageInternals } from 'rxdb';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { GONE, type CaseRecord } from './case-record.ts';

export type CaseCollection = RxCollection<CaseRecord>;
export type CaseDatabase = RxDatabase<{ cases: CaseCollection }>;

export const DATABASE_NAME = 'sanji';

/** One index only: the time of a first sync is the time IndexedDB takes, and every index adds to it. */
export const CASE_SCHEMA: RxJsonSchema<CaseRecord> = {
  version: 0,
  primaryKey: 'caseId',
  type: 'object',
  properties: {
    caseId: { type: 'string', maxLength: 26 },
    n: { type: 'number' },
    dirty: { type: 'number', minimum: 0, maximum: 3, multipleOf: 1 },
    status: { type: 'string' },
    holder: { type: 'string' },
    caseNo: { type: 'string' },
    matterId: { type: 'string' },
    queue: { type: 'number', minimum: 0, maximum: GONE, multipleOf: 1 },
    receivedAt: { type: 'number' },
    body: { type: 'string' },
    problem: { type: 'string' },
  },
  required: [
    'caseId',
    'n',
    'dirty',
    'status',
    'holder',
    'caseNo',
    'matterId',
    'queue',
    'receivedAt',
    'body',
    'problem',
  ],
  indexes: [['dirty', 'queue']],
};

/** RxDB keeps each collection in an IndexedDB database of its own, which it names so. */
export const CASES_STORED_AS = `rxdb-dexie-${DATABASE_NAME}--${String(CASE_SCHEMA.version)}--cases`;

/** Rejects when the browser refuses the database or its schema is another one. */
export async function openCaseDatabase(name = DATABASE_NAME): Promise<CaseDatabase> {
  const database = await createRxDatabase<{ cases: CaseCollection }>({
    name,
    // A receipt may be printed for what a write has acknowledged, so it must survive a loss of power.
    storage: getRxStorageDexie({ chromeTransactionDurability: 'strict' }),
    multiInstance: true,
    eventReduce: false,
    closeDuplicates: true,
  });
  await database.addCollections({ cases: { schema: CASE_SCHEMA } });
  return database;
}

/**
 * The table under RxDB, for reads of many records at once: its own queries walk a cursor record by record, and answer from memory as long as
 * RxDB knows of no write, while settled cases leave the table for the shelf without its knowing.
 */
export async function tableOf(cases: CaseCollection): Promise<Awaited<DexieStorageInternals>> {
  return cases.storageInstance.internals as DexieStorageInternals;
}

type Dirty = CaseRecord['dirty'];

/** The cases whose `dirty` is in that range and whose `queue` is below the end, in that order. */
export async function byQueue(cases: CaseCollection, from: Dirty, to: Dirty, end = GONE) {
  const { dexieTable } = await tableOf(cases);
  // RxDB puts its own mark before, and the key after, the index of the schema.
  return dexieTable
    .where('[_deleted+dirty+queue+caseId]')
    .between(['0', from, 0, ''], ['0', to, end, ''], true, false);
}

/** What is not settled, or has a rejection in it: sent or not, parked, at a relay. */
export async function unsettled(cases: CaseCollection): Promise<CaseRecord[]> {
  return (await byQueue(cases, 1, 3)).toArray() as Promise<CaseRecord[]>;
}
