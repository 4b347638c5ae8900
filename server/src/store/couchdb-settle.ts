/**
 * Compare-and-set on a cluster. Each of the copies of a document judges a write on its own, so writers who meet may each be accepted by
 * one copy: one has the quorum (201), others are told 202 or 409 while a copy of theirs stays behind as a hidden rival. And an answer
 * may be lost. Here every such write gets the verdict that is true: after a meeting at most one writer is told «written», and one copy stays.
 *
 * A write that was accepted below the quorum and has no rival counts as written: that is a cluster with most of its nodes down.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CouchCluster } from './couchdb-cluster.ts';
import { StoreError } from './store-error.ts';
import { content } from './document-content.ts';
import type { PutVerdict, Read, StoredDocument } from './store.ts';

type Asked = Pick<CouchCluster, 'fetch' | 'copies'>;

export interface Unsettled {
  doc: StoredDocument;
  verdict: PutVerdict;
  /** The store said so, but not with its quorum. */
  accepted: boolean;
  /** How often it was put back. */
  depth?: number;
}

/** Before a writer puts back what all gave up. */
const MAX_PAUSE_MS = 400;
/** Of writers that give way to each other, again and again. */
const MAX_DEPTH = 5;

/** `lostAnswer`: an answer to a write of this process was lost meanwhile, so a conflict may be with our own copy. */
export async function settle(
  cluster: Asked,
  db: string,
  { doc, verdict, accepted, depth = 0 }: Unsettled,
  lostAnswer: boolean,
): Promise<PutVerdict> {
  const leaves = await openLeaves(cluster, db, doc._id);
  const mine = leaves.find((leaf) =>
    accepted && verdict.kind === 'written'
      ? leaf._rev === verdict.rev
      : isDeepStrictEqual(content(leaf), content(doc)),
  );
  // Accepted and no leaf any more: somebody has built on it.
  if (mine === undefined) return verdict;
  if (leaves.length === 1) return accepted || lostAnswer ? { kind: 'written', rev: mine._rev } : verdict;
  // At once: whoever reads meanwhile would make one of what is about to go.
  await retract(cluster, db, mine);
  if ((await openLeaves(cluster, db, doc._id)).length > 0) return { kind: 'conflict' };
  // The others gave way as well. One of all comes first now.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE_MS));
  if ((await openLeaves(cluster, db, doc._id)).length > 0) return { kind: 'conflict' };
  return putBack(cluster, db, { doc, depth });
}

/**
 * Both gave way, and nothing is left: the document would count as deleted, with all that stood in it before. What was to be written holds all of
 * that, since it was made from it.
 */
async function putBack(
  cluster: Asked,
  db: string,
  { doc, depth }: { doc: StoredDocument; depth: number },
): Promise<PutVerdict> {
  if (depth === MAX_DEPTH) throw new StoreError('unavailable', `the writers of ${doc._id} do not come apart`);
  const { _rev, ...fresh } = doc;
  const answer = await cluster.fetch(`/${db}/_bulk_docs`, {
    method: 'POST',
    body: JSON.stringify({ docs: [fresh] }),
  });
  const [row] = (await answer.json()) as { ok?: boolean; rev?: string }[];
  const isAccepted = row?.ok === true && row.rev !== undefined;
  const verdict: PutVerdict = isAccepted ? { kind: 'written', rev: row.rev ?? '' } : { kind: 'conflict' };
  return settle(cluster, db, { doc: fresh, verdict, accepted: isAccepted, depth: depth + 1 }, false);
}

/**
 * CouchDB leaves out the copy of a node that is down, but waits a minute for one that hangs, and fails then. Under load a copy takes this long
 * at worst; the price of not having seen it is what it is when its node is down.
 */
const ALL_COPIES_MS = 2_000;

/** Every branch of the document that lives, from all copies that answer. */
async function openLeaves(cluster: Asked, db: string, id: string): Promise<Read<StoredDocument>[]> {
  const ask = (copies: number, init: RequestInit = {}) =>
    cluster.fetch(`/${db}/${encodeURIComponent(id)}?open_revs=all&r=${String(copies)}`, init);
  const quorum = Math.floor(cluster.copies / 2) + 1;
  const answer =
    quorum === cluster.copies
      ? await ask(quorum)
      : await ask(cluster.copies, { signal: AbortSignal.timeout(ALL_COPIES_MS) }).catch(() => ask(quorum));
  if (answer.status !== 200) return [];
  const rows = (await answer.json()) as { ok?: Read<StoredDocument> & { _deleted?: boolean } }[];
  return rows.flatMap(({ ok }) => (ok === undefined || ok._deleted === true ? [] : [ok]));
}

async function retract(cluster: Asked, db: string, { _id, _rev }: Read<StoredDocument>): Promise<void> {
  await cluster.fetch(`/${db}/_bulk_docs`, {
    method: 'POST',
    body: JSON.stringify({ docs: [{ _id, _rev, _deleted: true }] }),
  });
}
