/**
 * When a database cannot be opened the ordinary way: reads whatever IndexedDB still gives, record by record. What is unsent goes into a bundle
 * like any other, to be imported at the district; it stays sealed, since the hub has the terminal's key. Where not even the terminal's own key
 * can be read, everything goes into one plain file for the administrator. Changes nothing.
 */
import { toBase64Url } from '@sanji/sync/domain/signing';
import { bundleText, type SealedPart } from '@sanji/sync/protocol/bundle';
import { partOf } from './sealed-outbox.ts';
import { bundleName, signBundles, type Signer } from './sign-bundles.ts';

export interface Rescued {
  /** `bundle`: to be imported at any terminal · `dump`: for the administrator. */
  kind: 'bundle' | 'dump';
  files: { name: string; text: string }[];
  /** Cases with unsent actions that were found. */
  unsent: number;
  /** Records that could not be read, and databases that could not be opened. */
  lost: number;
}

interface ReadDatabase {
  name: string;
  stores: { name: string; rows: unknown[]; unreadable: number }[];
  problem?: string;
}

export async function rescueAll(now: Date): Promise<Rescued> {
  const names = (await indexedDB.databases())
    .map(({ name }) => name ?? '')
    .filter((name) => name.includes('sanji'));
  const databases = await Promise.all(names.map(readDatabase));
  const rows = databases.flatMap(({ stores }) => stores.flatMap((store) => store.rows)).filter(isObject);
  const cases = rows.flatMap(caseIn);
  const unsent = rows.filter(({ dirty }) => dirty === 1 || dirty === 2).length;
  const lost = databases.reduce(
    (sum, { stores, problem }) =>
      sum + (problem === undefined ? 0 : 1) + stores.reduce((more, { unreadable }) => more + unreadable, 0),
    0,
  );
  const signer = rows.find(isSigner);
  if (signer === undefined) {
    const text = JSON.stringify({ madeAt: now.toISOString(), databases }, withoutKeys);
    const name = `sanji-${now.toISOString().slice(0, 10)}.json`;
    return { kind: 'dump', files: [{ name, text }], unsent, lost };
  }
  // Number 0: a store that is broken cannot count on.
  const head = { purpose: 'upload', seq: 0, at: now.getTime(), asks: null } as const;
  const bundles = await signBundles(signer, [...cases, ...rows.flatMap(strayIn)], head);
  const files = bundles.map((bundle, i) => ({
    name: bundleName(signer, bundle, i),
    text: bundleText(bundle),
  }));
  return { kind: 'bundle', files, unsent, lost };
}

type Row = Record<string, unknown>;

function isObject(row: unknown): row is Row {
  return typeof row === 'object' && row !== null;
}

function isSigner(row: Row): row is Row & Signer {
  return row['id'] === 'device' && row['privateKey'] instanceof CryptoKey;
}

/** Whatever the hub has not ruled on, as far as its fields still say so. */
function caseIn({ caseId, dirty, body, status }: Row): SealedPart[] {
  const isCase = typeof caseId === 'string' && typeof body === 'string' && body !== '' && status !== 'gone';
  return isCase && dirty !== 0 ? [partOf(caseId, body)] : [];
}

function strayIn({ actionId, strayedAt, sealed }: Row): SealedPart[] {
  const isStray = typeof actionId === 'string' && typeof strayedAt === 'number' && typeof sealed === 'string';
  return isStray ? [partOf(actionId, sealed)] : [];
}

async function readDatabase(name: string): Promise<ReadDatabase> {
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

async function readStore(database: IDBDatabase, name: string): Promise<ReadDatabase['stores'][number]> {
  const keys = await done(database.transaction(name).objectStore(name).getAllKeys());
  const rows: unknown[] = [];
  let unreadable = 0;
  for (const key of keys) {
    try {
      rows.push(await done(database.transaction(name).objectStore(name).get(key)));
    } catch {
      // One damaged record must not keep the others from being saved: it is counted and said.
      unreadable += 1;
    }
  }
  return { name, rows, unreadable };
}

/** Keys stay in the browser, wrapped ones too. Sealed bytes become base64url. */
function withoutKeys(field: string, value: unknown): unknown {
  if (value instanceof CryptoKey || field === 'wrapped' || field === 'salt') return undefined;
  return value instanceof Uint8Array ? toBase64Url(value) : value;
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
