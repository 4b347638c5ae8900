/**
 * Compare-and-set on a cluster. Each of the copies of a document judges a write on its own, so writers who meet may each be accepted by
 * one copy: one has the quorum (201), others are told 202 or 409 while a copy of theirs stays behind as a hidden rival. And an answer
 * may be lost. Here every such write gets the verdict that is true: after a meeting at most one writer is told «written».
 *
 * A write that was accepted below the quorum and has no rival counts as written: that is a cluster with most of its nodes down.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CouchCluster } from './couchdb-cluster.ts';
import { content } from './document-content.ts';
import type { PutVerdict, Read, StoredDocument } from './store.ts';

export interface Unsettled {
  doc: StoredDocument;
  verdict: PutVerdict;
  /** The store said so, but not with its quorum. */
  accepted: boolean;
}

/** `lostAnswer`: an answer to a write of this process was lost meanwhile, so a conflict may be with our own copy. */
export async function settle(
  cluster: CouchCluster,
  db: string,
  { doc, verdict, accepted }: Unsettled,
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
  if (leaves.length > 1) {
    await retract(cluster, db, mine);
    return { kind: 'conflict' };
  }
  return accepted || lostAnswer ? { kind: 'written', rev: mine._rev } : verdict;
}

/** Every branch of the document that lives, from all copies that answer. */
async function openLeaves(cluster: CouchCluster, db: string, id: string): Promise<Read<StoredDocument>[]> {
  const answer = await cluster.fetch(
    `/${db}/${encodeURIComponent(id)}?open_revs=all&r=${String(cluster.copies)}`,
  );
  if (answer.status !== 200) return [];
  const rows = (await answer.json()) as { ok?: Read<StoredDocument> & { _deleted?: boolean } }[];
  return rows.flatMap(({ ok }) => (ok === undefined || ok._deleted === true ? [] : [ok]));
}

async function retract(
  cluster: CouchCluster,
  db: string,
  { _id, _rev }: Read<StoredDocument>,
): Promise<void> {
  await cluster.fetch(`/${db}/_bulk_docs`, {
    method: 'POST',
    body: JSON.stringify({ docs: [{ _id, _rev, _deleted: true }] }),
  });
}
