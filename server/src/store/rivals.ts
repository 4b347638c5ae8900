/**
 * Trap (h): after a partition a cluster keeps two branches of one document, shows one and hides the other in `_conflicts`. Here they
 * become one again: the union goes on the winner's branch first, and only then are the rivals deleted, so a crash between loses nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { content } from './document-content.ts';
import { StoreError } from './store-error.ts';
import type { Read, StoredDocument } from './store.ts';

export type Pouch = PouchDB.Database;
/** A document with what PouchDB adds when it is asked for conflicts. */
export type WithConflicts<T extends StoredDocument> = Read<T> & { _conflicts?: string[] };

/** Several hubs may meet on one document; each round that fails means another one succeeded. */
const MAX_ROUNDS = 10;

export async function reconcileRivals<T extends StoredDocument>(
  pouch: Pouch,
  found: WithConflicts<T>,
  reconcile: (winner: T, rivals: T[]) => T,
): Promise<Read<T>> {
  let current = found;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { _conflicts: revs = [], ...winner } = current;
    if (revs.length === 0) return winner as unknown as Read<T>;
    const rivals = await Promise.all(revs.map((rev) => findRevision<T>(pouch, current._id, rev)));
    const merged = reconcile(
      winner as unknown as T,
      rivals.filter((rival) => rival !== undefined),
    );
    const rev = await store(pouch, winner as unknown as Read<T>, merged);
    if (rev !== undefined) {
      await pouch.bulkDocs(
        revs.map((rival) => ({ _id: current._id, _rev: rival, _deleted: true }) as object),
      );
      return { ...merged, _rev: rev };
    }
    current = (await pouch.get(current._id, { conflicts: true })) as unknown as WithConflicts<T>;
  }
  throw new StoreError('unavailable', `the rivals of ${found._id} could not be reconciled yet`);
}

/** The revision that holds the merged content, or undefined when someone wrote meanwhile. */
async function store<T extends StoredDocument>(
  pouch: Pouch,
  winner: Read<T>,
  merged: T,
): Promise<string | undefined> {
  if (isDeepStrictEqual(content(winner), content(merged))) return winner._rev;
  const [answer] = await pouch.bulkDocs([{ ...merged, _rev: winner._rev } as object]);
  if (answer !== undefined && 'ok' in answer && answer.ok) return answer.rev;
  if (answer !== undefined && 'status' in answer && answer.status === 409) return undefined;
  throw answer;
}

/** Undefined when another hub has reconciled and deleted it already. */
async function findRevision<T extends StoredDocument>(
  pouch: Pouch,
  id: string,
  rev: string,
): Promise<T | undefined> {
  try {
    const doc = await pouch.get(id, { rev });
    return '_deleted' in doc && doc._deleted === true ? undefined : (doc as unknown as T);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'status' in error && error.status === 404)
      return undefined;
    throw error;
  }
}
