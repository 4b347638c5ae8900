/** RxDB with its stock CouchDB replication plugin, as its documentation has it; for several tabs, as the product is. */
import { createRxDatabase, type RxJsonSchema } from 'rxdb/plugins/core';
import { replicateCouchDB } from 'rxdb/plugins/replication-couchdb';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

interface StockCase {
  _id: string;
  n: number;
  actions: Record<string, unknown>;
  rulings: Record<string, unknown>;
}

const SCHEMA: RxJsonSchema<StockCase> = {
  version: 0,
  primaryKey: '_id',
  type: 'object',
  properties: {
    _id: { type: 'string', maxLength: 40 },
    n: { type: 'number' },
    actions: { type: 'object' },
    rulings: { type: 'object' },
  },
  required: ['_id', 'n', 'actions', 'rulings'],
};

async function open(name: string) {
  const database = await createRxDatabase({ name, storage: getRxStorageDexie() });
  const { cases } = await database.addCollections({ cases: { schema: SCHEMA } });
  return { database, cases };
}

/** Pulls everything from `url` into an empty database. Milliseconds from start to «in sync». */
export async function stockFirstSync(options: { name: string; url: string }) {
  const { database, cases } = await open(options.name);
  const start = performance.now();
  const replication = replicateCouchDB<StockCase>({
    replicationIdentifier: options.name,
    collection: cases,
    url: options.url,
    live: false,
    pull: { batchSize: 1_000 },
  });
  const errors: string[] = [];
  replication.error$.subscribe((error) => errors.push(error.message));
  await replication.awaitInitialReplication();
  const ms = performance.now() - start;
  const count = await cases.count().exec();
  await database.close();
  return { ms, count, errors };
}

/** Pushes `docs` that were made offline. Milliseconds until all are acknowledged: no signature is checked and nothing is ruled. */
export async function stockPush(options: { name: string; url: string; docs: StockCase[] }) {
  const { database, cases } = await open(options.name);
  await cases.bulkInsert(options.docs);
  const start = performance.now();
  const replication = replicateCouchDB<StockCase>({
    replicationIdentifier: options.name,
    collection: cases,
    url: options.url,
    live: false,
    push: { batchSize: 100 },
  });
  const errors: string[] = [];
  replication.error$.subscribe((error) => errors.push(error.message));
  await replication.awaitInitialReplication();
  const ms = performance.now() - start;
  await database.close();
  return { ms, errors };
}
