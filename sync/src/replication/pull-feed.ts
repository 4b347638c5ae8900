/** The pull half of a round: pages of one feed, each stored before its checkpoint (rule 8). */
import type { CaseDocument } from '../domain/action.ts';
import type { Problem } from '../domain/problem.ts';
import { PULL_LIMIT } from '../protocol/messages.ts';
import type { PackedCase, PullItem } from '../protocol/messages.ts';
import { applyCanonical, applyContested, applyGone } from './apply.ts';
import { pushBatch, unruled } from './push-dirty.ts';
import type { PushContext } from './push-dirty.ts';

const CATALOG = 'catalog';
/** Batches of a snapshot in memory at once. */
const MAX_WRITING = 2;

/** The problem that ended it early, undefined when the feed has ended. */
export async function pullFeed(context: PushContext, feed: string): Promise<Problem | undefined> {
  const { hub, local } = context;
  let since = await local.checkpoint(feed);
  if (since === null && feed !== CATALOG) {
    const problem = await loadSnapshot(context, feed);
    // A hub without a snapshot at hand gives pages.
    if (problem !== undefined && problem.code !== 'not-found') return problem;
    since = await local.checkpoint(feed);
  }
  let hasRestarted = false;
  for (;;) {
    const answer = await hub.pull({ feed, since, limit: PULL_LIMIT });
    if (!answer.ok) {
      if (answer.problem.code !== 'checkpoint-unknown' || hasRestarted) return answer.problem;
      // The hub was set up anew: everything again from the start, which unions to nothing new.
      hasRestarted = true;
      since = null;
      continue;
    }
    const { items, checkpoint, more } = answer.value;
    const problem = await applyPage(context, items);
    if (problem !== undefined) return problem;
    if (checkpoint !== since) await local.saveCheckpoint(feed, checkpoint);
    since = checkpoint;
    if (!more) return undefined;
  }
}

async function applyPage(context: PushContext, items: PullItem[]): Promise<Problem | undefined> {
  const catalog = items.flatMap((item) => (item.kind === 'catalog' ? [item.doc] : []));
  if (catalog.length > 0) await context.local.writeCatalog(catalog);
  // A feed names a case once, so it does not matter that those that stay are written before those that go.
  const docs = items.flatMap((item) => (item.kind === 'case' ? [item.doc] : []));
  const contested = await settle(context, await applyCanonical(context, docs));
  if (contested !== undefined) return contested;
  for (const item of items) {
    if (item.kind !== 'gone') continue;
    const problem = await leave(context, item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Rule 3: an action made here under the id of another is offered to the hub before the hub's own takes its place. */
async function settle(context: PushContext, contested: CaseDocument[]): Promise<Problem | undefined> {
  for (const doc of contested) {
    const known = await context.local.read(doc._id);
    if (known?.kind !== 'case') continue;
    const actions = unruled(known.doc);
    const sent = { caseId: doc._id, n: known.doc.n, actions };
    const problem = actions.length === 0 ? undefined : await pushBatch(context, [sent], new Set());
    if (problem !== undefined) return problem;
  }
  // What the hub could not take at all (parked) is kept in the tray.
  await applyContested(context, contested);
  return undefined;
}

/** Rule 12: what is unsent goes first; its answer is `gone` and buries. The checkpoint waits until then. */
async function leave(
  context: PushContext,
  { caseId, n }: { caseId: string; n: number },
): Promise<Problem | undefined> {
  for (;;) {
    const known = await context.local.read(caseId);
    if (known?.kind !== 'case' || known.doc.n > n) return undefined;
    const actions = unruled(known.doc);
    const sent = { caseId, n: known.doc.n, actions };
    if (actions.length === 0) {
      await applyGone(context, { caseId, n, rulings: {}, aside: [], sent });
      continue;
    }
    const failed = new Set<string>();
    const problem = await pushBatch(context, [sent], failed);
    if (problem !== undefined) return problem;
    const after = await context.local.read(caseId);
    // A fault of the hub's own passes: the case stays dirty, and the answer to its next push buries it.
    if (after?.kind === 'case' && context.suspects.has(caseId)) return undefined;
    // The hub cannot take it (parked): the copy goes all the same, its unsent actions to the tray.
    const isStuck = after?.kind === 'case' && after.doc.n <= n && unruled(after.doc).length >= actions.length;
    if (isStuck) await applyGone(context, { caseId, n, rulings: {}, aside: [], sent });
  }
}

/** First load: packed cases in bulk; those already here are united. Cut off, it is begun again by the next round. */
async function loadSnapshot(context: PushContext, feed: string): Promise<Problem | undefined> {
  const { hub, local } = context;
  const answer = await hub.snapshot(feed);
  if (!answer.ok) return answer.problem;
  // What a load that was cut has stored may have left the unit since: the feed is followed from where the first load began.
  const begun = `${feed} begun`;
  const from = (await local.checkpoint(begun)) ?? answer.value.head.checkpoint;
  await local.saveCheckpoint(begun, from);
  // Batches are written while the next ones are on their way: the line and the disk do not wait for each other.
  const writing: Promise<unknown>[] = [];
  const contested: CaseDocument[] = [];
  try {
    for await (const rows of answer.value.batches) {
      if (writing.length >= MAX_WRITING) await writing.shift();
      const write = storePacked(context, rows).then((found) => contested.push(...found));
      // Its failure is met where it is awaited.
      write.catch(() => undefined);
      writing.push(write);
    }
  } catch (error) {
    await Promise.all(writing);
    if (error instanceof SnapshotCut) return { code: 'offline' };
    throw error;
  }
  await Promise.all(writing);
  const problem = await settle(context, contested);
  if (problem === undefined) await local.saveCheckpoint(feed, from);
  return problem;
}

async function storePacked(context: PushContext, rows: PackedCase[]): Promise<CaseDocument[]> {
  const here = new Set(await context.local.insertPacked(rows));
  const known = rows.flatMap(({ caseId, body }) =>
    here.has(caseId) ? [JSON.parse(body) as CaseDocument] : [],
  );
  return applyCanonical(context, known);
}

/** Thrown by a hub adapter when the answer ended before its last line. */
export class SnapshotCut extends Error {}
