/** One of a terminal's databases is deleted, the others stay. IndexedDB as a browser specifies it. */
import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import { CATALOG } from '@sanji/sync/replication/pull-feed';
import { caseOf } from '@sanji/sync/testing/local-store-suite';
import { CASES_STORED_AS } from './case-database.ts';
import { haveCasesBeenLost, noteLossKnown } from './lost-cases.ts';
import { importSealKey } from './seal.ts';
import { openStation, type Station } from './station.ts';

const KEY = await importSealKey(new Uint8Array(32).fill(7));
const CASE = '01kb3x5n8v000000000000000a';
const FEED = 'unit_530102001013';

let station: Station | undefined;

async function start(): Promise<Station> {
  await station?.close();
  station = await openStation();
  station.seal.open(KEY);
  return station;
}

/** Read to the end of its feeds. */
async function filled(): Promise<Station> {
  const { store } = await start();
  await store.write(caseOf(CASE, { ruled: 1 }), undefined);
  for (const feed of [FEED, `${FEED} begun`, CATALOG]) await store.saveCheckpoint(feed, '7');
  return start();
}

async function loseCases(): Promise<void> {
  await station?.close();
  station = undefined;
  await new Promise((resolve) => {
    indexedDB.deleteDatabase(CASES_STORED_AS).onsuccess = resolve;
  });
}

afterEach(async () => {
  await station?.close();
  station = undefined;
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
});

test('a terminal whose cases alone were deleted reads them from the beginning, and says so until a person knows', async () => {
  await filled();
  await loseCases();
  const { store } = await start();
  expect(await store.read(CASE)).toBeUndefined();
  expect([await store.checkpoint(FEED), await store.checkpoint(`${FEED} begun`)]).toEqual([null, null]);
  expect(await store.checkpoint(CATALOG)).toBe('7');
  expect(await haveCasesBeenLost((await start()).database)).toBe(true);
  await noteLossKnown((await start()).database);
  expect(await haveCasesBeenLost((await start()).database)).toBe(false);
});

test('an ordinary start goes on where it was, and a new terminal has lost nothing', async () => {
  const { store, database } = await filled();
  expect(await store.checkpoint(FEED)).toBe('7');
  expect(await haveCasesBeenLost(database)).toBe(false);
  await station?.close();
  station = undefined;
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
  expect(await haveCasesBeenLost((await start()).database)).toBe(false);
});
