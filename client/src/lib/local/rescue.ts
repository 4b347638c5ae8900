/**
 * When a database cannot be opened the ordinary way: reads whatever IndexedDB still gives, record by record, so that signed
 * actions can be carried to the district in a file. It stays sealed: the hub has the terminal's key. Changes nothing.
 */
import { toBase64Url } from '@sanji/sync/domain/signing';

export interface Rescue {
  madeAt: string;
  databases: {
    name: string;
    stores: { name: string; rows: unknown[]; unreadable: number }[];
    problem?: string;
  }[];
}

/** `cases` and `unsent` count what looks like a stored case, for the sentence shown to the clerk. */
export async function rescueAll(now: Date): Promise<{ rescue: Rescue; cases: number; unsent: number }> {
  const names = (await indexedDB.databases())
    .map(({ name }) => name ?? '')
    .filter((name) => name.includes('sanji'));
  const databases = await Promise.all(names.map(readDatabase));
  const rows = databases.flatMap(({ stores }) => stores.flatMap((store) => store.rows)).filter(isObject);
  const cases = rows.filter(
    ({ body, status }) => typeof body === 'string' && body !== '' && status !== 'gone',
  );
  const shelved = rows.flatMap(({ cases: held }) => (Array.isArray(held) ? held : []));
  return {
    rescue: { madeAt: now.toISOString(), databases },
    cases: cases.length + shelved.length,
    unsent: cases.filter(({ dirty }) => dirty === 1 || dirty === 2).length,
  };
}

function isObject(row: unknown): row is Record<string, unknown> {
  return typeof row === 'object' && row !== null;
}

async function readDatabase(name: string): Promise<Rescue['databases'][number]> {
  try {
    const database = await done(indexedDB.open(name));
    const stores = [];
    for (const store of database.objectStoreNames) stores.push(await readStore(database, store));
    database.close();
    return { name, stores };
  } catch (error) {
    return { name, stores: [], problem: String(error) };
  }
}

async function readStore(
  database: IDBDatabase,
  name: string,
): Promise<Rescue['databases'][number]['stores'][number]> {
  const keys = await done(database.transaction(name).objectStore(name).getAllKeys());
  const rows: unknown[] = [];
  let unreadable = 0;
  for (const key of keys) {
    try {
      rows.push(plain(await done(database.transaction(name).objectStore(name).get(key))));
    } catch {
      // One damaged record must not keep the others from being saved: it is counted and said.
      unreadable += 1;
    }
  }
  return { name, rows, unreadable };
}

/** Keys stay in the browser, wrapped ones too. Sealed bytes become base64url. */
function plain(row: unknown): unknown {
  return JSON.parse(
    JSON.stringify(row, (field, value: unknown) => {
      if (value instanceof CryptoKey || field === 'wrapped' || field === 'salt') return undefined;
      return value instanceof Uint8Array ? toBase64Url(value) : value;
    }) ?? 'null',
  );
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB gave no reason'));
    };
  });
}
