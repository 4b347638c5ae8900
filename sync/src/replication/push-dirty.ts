/** The push half of a round: every dirty case, batch by batch, around those the hub cannot take (rules 1, 2, 7). */
import type { CaseId } from '../domain/identifiers.ts';
import type { CaseDocument, SignedAction } from '../domain/action.ts';
import { order } from '../domain/order.ts';
import type { Problem, ProblemCode } from '../domain/problem.ts';
import { retryOf } from '../domain/problem.ts';
import { MAX_PUSH_ACTIONS, MAX_PUSH_BYTES, MAX_PUSH_CASES, PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { PushedCase } from '../protocol/messages.ts';
import { applyPushResults } from './apply.ts';
import type { Answered, ApplyPorts } from './apply.ts';
import type { KnownEpoch } from './known-epoch.ts';
import { rebaseCase } from './rebase-case.ts';
import type { HubPort } from './ports.ts';

export interface PushContext extends ApplyPorts {
  hub: HubPort;
  known: KnownEpoch;
  /** Cases the hub could not take for a reason that passes, and which; kept over rounds. */
  suspects: Map<CaseId, Problem>;
}

/** Nothing about one case: every case would meet it, so nothing is parked for it. */
const OF_THE_STATION: ReadonlySet<ProblemCode> = new Set([
  'login-required',
  'device-required',
  'device-unknown',
  'device-revoked',
  'version-unsupported',
  'forbidden',
]);

/** Requests under way at once: the hub rules one batch while the station stores the rulings of another. */
const LANES = 2;
const LANE_CASES = 75;
/** Read from the store at a time: enough that both lanes are busy. */
const TAKE_CASES = 2 * LANES * LANE_CASES;

/** The problem that ended the push early, undefined when every case was answered. */
export async function pushDirty(context: PushContext): Promise<Problem | undefined> {
  const failed = new Set<CaseId>();
  const before = new Set(context.suspects.keys());
  let last: string | undefined;
  for (;;) {
    const dirty = await context.local.dirty(TAKE_CASES + failed.size + before.size);
    const open = dirty.filter(({ _id }) => !failed.has(_id));
    const calm = open.filter(({ _id }) => !before.has(_id));
    const batches = batchesOf(calm.length > 0 ? calm : open);
    if (batches.length === 0) return undefined;
    const taken = batches.flat();
    // The same cases again: answered, yet still dirty. Left for the next round instead of a busy loop.
    const key = JSON.stringify(
      taken.map(({ caseId, actions }) => [caseId, actions.map(({ body }) => body.id)]),
    );
    const problem = key === last ? undefined : await pushBatches(context, batches, failed);
    if (problem !== undefined) return problem;
    if (key === last) for (const { caseId } of taken) failed.add(caseId);
    last = key;
  }
}

function batchesOf(docs: CaseDocument[]): PushedCase[][] {
  const batches: PushedCase[][] = [];
  for (let i = 0; i < docs.length;) {
    const batch = batchOf(docs.slice(i, i + LANE_CASES));
    const last = batch.at(-1)?.caseId;
    if (last === undefined) break;
    batches.push(batch);
    i = docs.findIndex(({ _id }) => _id === last) + 1;
  }
  return batches;
}

/** A case is in one batch only, so the lanes do not meet. What a lane has begun it ends, whatever the other one met. */
async function pushBatches(
  context: PushContext,
  batches: PushedCase[][],
  failed: Set<CaseId>,
): Promise<Problem | undefined> {
  const queue = [...batches];
  let problem: Problem | undefined;
  const runLane = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const found = await pushBatch(context, batch, failed);
      if (found === undefined) continue;
      problem ??= found;
      queue.length = 0;
    }
  };
  const lanes = Array.from({ length: Math.min(LANES, batches.length) }, runLane);
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
  return problem;
}

/** As many cases as one push may carry, at least one. */
export function batchOf(docs: CaseDocument[]): PushedCase[] {
  const batch: PushedCase[] = [];
  let bytes = 0;
  let count = 0;
  for (const doc of docs) {
    const pushed = pushedOf(doc);
    if (pushed.actions.length === 0) continue;
    bytes += JSON.stringify(pushed).length * 3;
    count += pushed.actions.length;
    const isFull = bytes > MAX_PUSH_BYTES || count > MAX_PUSH_ACTIONS || batch.length >= MAX_PUSH_CASES;
    if (isFull && batch.length > 0) break;
    batch.push(pushed);
  }
  return batch;
}

/** Everything of the case that the hub has not ruled on in this epoch (rule 1), with what it said before a restore. */
export function pushedOf(doc: CaseDocument): PushedCase {
  const { _id: caseId, epoch, n, former } = doc;
  return {
    caseId,
    ...(epoch === undefined ? {} : { epoch }),
    n,
    actions: unruled(doc),
    ...(former === undefined ? {} : { former }),
  };
}

/** Oldest first. */
export function unruled(doc: CaseDocument): SignedAction[] {
  return order(doc).flatMap(({ action, ruling }) => (ruling === undefined ? [action] : []));
}

/** Halves what is refused as a whole until the culprit stands alone; that one is parked, or passed over when the fault is the hub's. */
export async function pushBatch(
  context: PushContext,
  batch: PushedCase[],
  failed: Set<CaseId>,
): Promise<Problem | undefined> {
  const answer = await context.hub.push({ v: PROTOCOL_VERSION, cases: batch });
  if (answer.ok) {
    const stranger = await context.known.meet(answer.value.epoch);
    if (stranger !== undefined) return stranger;
    const sent = new Map(batch.map((pushed) => [pushed.caseId, pushed]));
    const answered: Answered[] = [];
    for (const result of answer.value.results) {
      // A copy that missed the last renewal: offered whole by the next turn.
      if (result.kind === 'refused' && result.problem.code === 'epoch-changed') {
        await rebaseCase(context.local, result.caseId, answer.value.epoch.count);
        continue;
      }
      const isFault = result.kind === 'refused' && retryOf(result.problem) === 'backoff';
      if (isFault) failed.add(result.caseId);
      if (isFault) context.suspects.set(result.caseId, result.problem);
      else context.suspects.delete(result.caseId);
      const pushed = sent.get(result.caseId);
      if (!isFault && pushed !== undefined) answered.push({ sent: pushed, result });
    }
    await applyPushResults(context, answered, answer.value.epoch.count);
    return undefined;
  }
  const { problem } = answer;
  const isPassing = retryOf(problem) === 'backoff' && problem.code !== 'internal';
  if (isPassing || OF_THE_STATION.has(problem.code)) return problem;
  const [only] = batch;
  if (only !== undefined && batch.length === 1) return setAside(context, { only, problem, failed });
  const half = Math.ceil(batch.length / 2);
  return (
    (await pushBatch(context, batch.slice(0, half), failed)) ??
    (await pushBatch(context, batch.slice(half), failed))
  );
}

async function setAside(
  { local, suspects }: PushContext,
  { only, problem, failed }: { only: PushedCase; problem: Problem; failed: Set<CaseId> },
): Promise<undefined> {
  failed.add(only.caseId);
  if (problem.code === 'internal') suspects.set(only.caseId, problem);
  else await local.park(only.caseId, problem);
}
