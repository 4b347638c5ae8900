/**
 * When a database cannot be opened the ordinary way: reads whatever IndexedDB still gives, record by record, so that signed
 * actions can be carried to the district in a file. Changes nothing.
 */
export interface Rescue {
  madeAt: string;
  databases: {
    name: string;
    stores: { name: string; rows: unknown[]; unreadable: number }[];
    problem?: string;
  }[];
}

/** `cases` and `actions` count what looks like a stored case, for the sentence shown to the clerk. */
export async function rescueAll(now: Date): Promise<{ rescue: Rescue; cases: number; actions: number }> {
  const names = (await indexedDB.databases())
    .map(({ name }) => name ?? '')
    .filter((name) => name.includes('sanji'));
  const databases = await Promise.all(names.map(readDatabase));
  const bodies = databases
    .flatMap(({ stores }) => stores)
    .flatMap(({ rows }) => rows)
    .map((row) => (typeof row === 'object' && row !== null && 'body' in row ? row.body : undefined))
    .filter((body): body is string => typeof body === 'string' && body !== '');
  return {
    rescue: { madeAt: now.toISOString(), databases },
    cases: bodies.length,
    actions: bodies.reduce((sum, body) => sum + (body.match(/"sig":/g)?.length ?? 0), 0),
  };
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

/** Keys stay in the browser and password verifiers are nobody's business outside it. */
function plain(row: unknown): unknown {
  return JSON.parse(
    JSON.stringify(row, (field, value: unknown) =>
      value instanceof CryptoKey || field === 'verifier' || field === 'salt' ? undefined : value,
    ) ?? 'null',
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
