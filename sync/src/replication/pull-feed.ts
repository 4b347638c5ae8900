/** The pull half of a round: pages of one feed, each stored before its checkpoint (rule 8). */
import type { CaseDocument } from '../domain/action.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import { outranks } from '../domain/catalog-index.ts';
import { inEpoch } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import { relayedOf, unsentOf } from '../domain/relayed.ts';
import { GIVE_BACK_BYTES, PROTOCOL_VERSION, PULL_LIMIT } from '../protocol/messages.ts';
import type { PackedCase, PullAnswer, PullItem } from '../protocol/messages.ts';
import { applyCanonical, applyContested, applyGone, isLater } from './apply.ts';
import type { Contested } from './apply.ts';
import { logBehind } from './kept-work.ts';
import { pushBatch, pushedOf, unruled } from './push-dirty.ts';
import type { PushContext } from './push-dirty.ts';
import { rebaseCase } from './rebase-case.ts';

export const CATALOG = 'catalog';
/** Batches of a snapshot in memory at once. */
const MAX_WRITING = 2;

interface PullOptions {
  /** Over what is here already, without a snapshot. */
  fromStart?: boolean;
}

/** The problem that ended it early, undefined when the feed has ended. */
export async function pullFeed(
  context: PushContext,
  feed: string,
  { fromStart = false }: PullOptions = {},
): Promise<Problem | undefined> {
  const { local } = context;
  const saved = await local.checkpoint(feed);
  if (feed === CATALOG) return pullCatalog(context, saved);
  if (saved === null && !fromStart) {
    const problem = await loadSnapshot(context, feed);
    // A hub without a snapshot at hand gives pages.
    if (problem !== undefined && problem.code !== 'not-found') return problem;
  }
  const since = fromStart ? null : await local.checkpoint(feed);
  return eachPage(context, { feed, since }, async (page, before) => {
    const { items, checkpoint, epoch } = page;
    const problem = (await context.known.meet(page)) ?? (await applyPage(context, items, epoch.count));
    if (problem === undefined && checkpoint !== before) await local.saveCheckpoint(feed, checkpoint);
    return problem;
  });
}

/** Entries say themselves which is the later, whatever hub gave them. A hub that begins anew is given what it does not know any more. */
async function pullCatalog(context: PushContext, saved: string | null): Promise<Problem | undefined> {
  const { local } = context;
  const heard = new Map<string, CatalogDocument>();
  let [isAnew, last] = [false, saved];
  const problem = await eachPage(
    context,
    { feed: CATALOG, since: saved },
    async ({ items, checkpoint }, before) => {
      isAnew ||= before === null && saved !== null;
      const docs = items.flatMap((item) => (item.kind === 'catalog' ? [item.doc] : []));
      if (docs.length > 0) await local.writeCatalog(docs);
      for (const doc of docs) heard.set(doc._id, doc);
      last = checkpoint;
      // Only after the hub has back what it lacks; until then this begins again.
      if (!isAnew && checkpoint !== before) await local.saveCheckpoint(CATALOG, checkpoint);
      return undefined;
    },
  );
  if (problem !== undefined || !isAnew) return problem;
  const refusal = await giveBack(context, heard);
  if (refusal === undefined && last !== null) await local.saveCheckpoint(CATALOG, last);
  return refusal;
}

async function giveBack(
  { hub, local }: PushContext,
  heard: ReadonlyMap<string, CatalogDocument>,
): Promise<Problem | undefined> {
  const lacking = (await local.readCatalog()).filter((doc) => {
    const theirs = heard.get(doc._id);
    return doc.sig !== undefined && (theirs === undefined || outranks(doc, theirs));
  });
  for (const docs of inRequests(lacking)) {
    const answer = await hub.giveBack({ v: PROTOCOL_VERSION, docs });
    if (!answer.ok) return answer.problem;
  }
  return undefined;
}

function* inRequests(docs: CatalogDocument[]): Generator<CatalogDocument[]> {
  let request: CatalogDocument[] = [];
  let bytes = 0;
  for (const doc of docs) {
    // Three bytes a character at most.
    const size = JSON.stringify(doc).length * 3;
    if (bytes + size > GIVE_BACK_BYTES && request.length > 0) {
      yield request;
      [request, bytes] = [[], 0];
    }
    request.push(doc);
    bytes += size;
  }
  if (request.length > 0) yield request;
}

/** Hands in page after page until the feed has ended or one of them is a problem; from the start when the hub does not know the checkpoint. */
async function eachPage(
  { hub, known }: PushContext,
  { feed, since }: { feed: string; since: string | null },
  take: (page: PullAnswer, before: string | null) => Promise<Problem | undefined>,
): Promise<Problem | undefined> {
  let before = since;
  let hasRestarted = false;
  for (;;) {
    const answer = await hub.pull({ feed, since: before, limit: PULL_LIMIT });
    if (!answer.ok) {
      if (answer.problem.code !== 'checkpoint-unknown' || hasRestarted) return answer.problem;
      // Another hub or relay than before, or one that was set up anew or put back: everything again, which unions to nothing new.
      hasRestarted = true;
      if (feed !== CATALOG) await known.distrust();
      before = null;
      continue;
    }
    const problem = await take(answer.value, before);
    if (problem !== undefined) return problem;
    before = answer.value.checkpoint;
    if (!answer.value.more) return undefined;
  }
}

async function applyPage(
  context: PushContext,
  items: PullItem[],
  epoch: number,
): Promise<Problem | undefined> {
  // A feed names a case once, so it does not matter that those that stay are written before those that go.
  const docs = items.flatMap((item) => (item.kind === 'case' ? [item.doc] : []));
  const contested = await settle(context, await applyCanonical(context, docs), epoch);
  if (contested !== undefined) return contested;
  for (const item of items) {
    if (item.kind !== 'gone') continue;
    const problem = await leave(context, { ...item, epoch });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Rule 3: an action made here under the id of another is offered to the hub before the hub's own takes its place. */
async function settle(
  context: PushContext,
  contested: CaseDocument[],
  epoch: number,
): Promise<Problem | undefined> {
  // Again for what somebody at the counter did while the hub was asked.
  for (let open = contested; open.length > 0;) {
    const asked: Contested[] = [];
    for (const doc of open) {
      const { problem, offered } = await offer(context, doc._id, epoch);
      if (problem !== undefined) return problem;
      // What the hub could not take at all (parked) is kept in the tray; what it could not take now is pushed again.
      if (!context.suspects.has(doc._id)) asked.push({ doc, offered });
    }
    open = await applyContested(context, asked);
  }
  return undefined;
}

/** Pushes what is unruled of the case; with the hashes of all that is here, since what is ruled the hub has heard before. */
async function offer(
  context: PushContext,
  caseId: CaseId,
  epoch: number,
): Promise<{ problem: Problem | undefined; offered: ReadonlySet<string> }> {
  await rebaseCase(context.local, caseId, epoch);
  const known = await context.local.read(caseId);
  const log = known === undefined ? undefined : logBehind(known);
  const offered = new Set(Object.values(log?.actions ?? {}).map(({ hash }) => hash));
  const sent = known?.kind === 'case' ? pushedOf(known.doc) : undefined;
  const isNothing = sent === undefined || sent.actions.length === 0;
  return { problem: isNothing ? undefined : await pushBatch(context, [sent], new Set()), offered };
}

/** Rule 12: what is unsent goes first; its answer is `gone` and buries. The checkpoint waits until then. */
async function leave(
  context: PushContext,
  { caseId, epoch, n }: { caseId: string; epoch: number; n: number },
): Promise<Problem | undefined> {
  for (;;) {
    await rebaseCase(context.local, caseId, epoch);
    const known = await context.local.read(caseId);
    if (known?.kind !== 'case' || isLater(known.doc, { n, ...inEpoch(epoch) })) return undefined;
    const sent = pushedOf(known.doc);
    if (sent.actions.length === 0) {
      await applyGone(context, { caseId, epoch, n, rulings: {}, aside: [], sent });
      continue;
    }
    const failed = new Set<string>();
    const problem = await pushBatch(context, [sent], failed);
    if (problem !== undefined) return problem;
    const after = await context.local.read(caseId);
    // A fault of the hub's own passes: the case stays dirty, and the answer to its next push buries it.
    if (after?.kind === 'case' && context.suspects.has(caseId)) return undefined;
    // A relay has it: when the district has ruled, the feed moves again, and the answer to that push buries it.
    if (after?.kind === 'case' && unsentOf(after.doc).length === 0 && relayedOf(after.doc).length > 0)
      return undefined;
    // The hub cannot take it (parked): the copy goes all the same, its unsent actions to the tray.
    const isStuck =
      after?.kind === 'case' &&
      !isLater(after.doc, { n, ...inEpoch(epoch) }) &&
      unruled(after.doc).length >= sent.actions.length;
    if (isStuck) await applyGone(context, { caseId, epoch, n, rulings: {}, aside: [], sent });
  }
}

/** First load: packed cases in bulk; those already here are united. Cut off, it is begun again by the next round. */
async function loadSnapshot(context: PushContext, feed: string): Promise<Problem | undefined> {
  const { hub, local } = context;
  const answer = await hub.snapshot(feed);
  if (!answer.ok) return answer.problem;
  const { checkpoint, epoch } = answer.value.head;
  const stranger = await context.known.meet(answer.value.head);
  if (stranger !== undefined) return stranger;
  // What a load that was cut has stored may have left the unit since: the feed is followed from where the first load began.
  const begun = `${feed} begun`;
  const from = (await local.checkpoint(begun)) ?? checkpoint;
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
  const problem = await settle(context, contested, epoch.count);
  if (problem === undefined) await local.saveCheckpoint(feed, from);
  return problem;
}

async function storePacked(context: PushContext, rows: PackedCase[]): Promise<CaseDocument[]> {
  const here = new Set(await context.local.insertPacked(rows.filter(({ isRelayed }) => isRelayed !== true)));
  const known = rows.filter(({ caseId, isRelayed }) => isRelayed === true || here.has(caseId));
  const docs = known.map(({ body }) => JSON.parse(body) as CaseDocument);
  return applyCanonical(context, docs);
}

/** Thrown by a hub adapter when the answer ended before its last line. */
export class SnapshotCut extends Error {}
