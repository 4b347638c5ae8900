/** The push half of a round: every dirty case, batch by batch, around those the hub cannot take (rules 1, 2, 7). */
import type { CaseId } from '../domain/identifiers.ts';
import type { CaseDocument, SignedAction } from '../domain/action.ts';
import { order } from '../domain/order.ts';
import type { Problem, ProblemCode } from '../domain/problem.ts';
import { retryOf } from '../domain/problem.ts';
import { MAX_PUSH_ACTIONS, MAX_PUSH_BYTES, MAX_PUSH_CASES, PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { PushedCase } from '../protocol/messages.ts';
import { DeferredAnswers, redoNoted } from './deferred-answers.ts';
import { applyPushResults } from './apply.ts';
import type { Answered, LeavePorts } from './apply.ts';
import type { KnownEpoch } from './known-epoch.ts';
import { rebaseCase } from './rebase-case.ts';
import type { HubPort } from './ports.ts';
import { setAsideRevoked } from './set-aside.ts';

export interface PushContext extends LeavePorts {
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
/** Cases of the first batches: little enough for a line that takes seconds for each hundred kilobytes. */
const FIRST_CASES = 50;
/** A batch that is answered so fast is followed by one of twice the size, a slow one by one of half. */
const FAST_MS = 1_000;
const SLOW_MS = 5_000;
/** Read from the store at first, so that the lanes soon have something to do. */
const FIRST_TAKE = 2 * LANES * FIRST_CASES;
/** Read at a time then, ahead of the lanes: a read waits for every write before it, and the lanes write all the time. Some 5 MB. */
const TAKE_CASES = 800;
/** UTF-8 takes no more for one unit of UTF-16. */
const MAX_BYTES_PER_UNIT = 3;

/** The problem that ended the push early, undefined when every case was answered. */
export async function pushDirty(context: PushContext): Promise<Problem | undefined> {
  await redoNoted(context);
  return new Outbox(context).empty();
}

/** The dirty cases of one round, batch by batch for the lanes. A case is in one batch at a time, so the lanes do not meet. */
class Outbox {
  readonly #context: PushContext;
  /** On which the hub failed in an earlier round: they come last. */
  readonly #suspects: ReadonlySet<CaseId>;
  readonly #failed = new Set<CaseId>();
  /** In a batch that is waiting or under way, or answered and not written yet. */
  readonly #taken = new Set<CaseId>();
  /** By case, what was handed in during this round. */
  readonly #offered = new Map<CaseId, string>();
  #waiting: PushedCase[] = [];
  /** Cases in a batch, as the line allows. */
  #size = FIRST_CASES;
  #take = FIRST_TAKE;
  #reading: Promise<boolean> | undefined;
  /** The last read did not come to the end. */
  #hasMore = true;
  #problem: Problem | undefined;
  #isOver = false;
  /** Of what was waiting when the outbox had been read to its end. */
  #share = Infinity;
  readonly #deferred: DeferredAnswers;

  constructor(context: PushContext) {
    this.#context = context;
    this.#suspects = new Set(context.suspects.keys());
    this.#deferred = new DeferredAnswers(context);
  }

  async empty(): Promise<Problem | undefined> {
    // Once more after what was deferred: a case may have been added to meanwhile.
    for (let again = true; again;) {
      const lanes = Array.from({ length: LANES }, () => this.#runLane());
      for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
      again = (await this.#writeDeferred()) && !this.#isOver;
    }
    if (this.#problem === undefined) this.#forgetSettled();
    return this.#problem;
  }

  /** False when there was nothing. */
  async #writeDeferred(): Promise<boolean> {
    const written = await this.#deferred.write();
    for (const caseId of written) this.#taken.delete(caseId);
    return written.length > 0;
  }

  /** What is not dirty any more was settled by a pull, or by another tab. */
  #forgetSettled(): void {
    for (const caseId of this.#suspects)
      if (!this.#offered.has(caseId)) this.#context.suspects.delete(caseId);
  }

  /** What a lane has begun it ends, whatever the other one met. */
  async #runLane(): Promise<void> {
    try {
      for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) {
        const begun = this.#context.clock.now();
        const problem = await pushBatch(this.#context, batch, this.#failed, this.#deferred);
        this.#fit(batch.length, this.#context.clock.now() - begun);
        for (const { caseId } of batch) if (!this.#deferred.has(caseId)) this.#taken.delete(caseId);
        if (this.#deferred.isDue()) await this.#writeDeferred();
        if (problem !== undefined) {
          this.#problem ??= problem;
          this.#isOver = true;
        }
      }
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  async #next(): Promise<PushedCase[] | undefined> {
    for (let again = true; again && !this.#isOver && this.#waiting.length === 0;) {
      again = await this.#readOnce();
    }
    if (this.#isOver || this.#waiting.length === 0) return undefined;
    const batch = batchOf(this.#waiting, Math.min(this.#size, this.#endShare()));
    this.#waiting = this.#waiting.slice(batch.length);
    // Read on while the lanes are busy. A store that fails now fails again when it is asked in earnest.
    if (this.#hasMore && this.#waiting.length <= LANES * this.#size)
      void this.#readOnce().catch(() => undefined);
    return batch;
  }

  /** The end is shared out, so that the lanes come to it together. */
  #endShare(): number {
    const isEnd = !this.#hasMore && this.#waiting.length <= LANES * this.#size;
    if (!isEnd) this.#share = Infinity;
    else if (this.#share === Infinity)
      this.#share = Math.max(FIRST_CASES, Math.ceil(this.#waiting.length / LANES));
    return this.#share;
  }

  #readOnce(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  #fit(cases: number, tookMs: number): void {
    if (tookMs > SLOW_MS) this.#size = Math.max(1, Math.floor(cases / 2));
    else if (tookMs < FAST_MS) this.#size = Math.min(MAX_PUSH_CASES, Math.max(this.#size, 2 * cases));
  }

  /** True when there may be more behind what was found to be stuck. */
  async #read(): Promise<boolean> {
    const limit = this.#take + this.#suspects.size;
    const dirty = await this.#context.local.dirty(limit, new Set([...this.#failed, ...this.#taken]));
    this.#take = TAKE_CASES;
    this.#hasMore = dirty.length === limit;
    const open = dirty
      // The hub may have failed on it while this was read.
      .filter(({ _id }) => !this.#failed.has(_id))
      .map(pushedOf)
      .filter(({ actions }) => actions.length > 0);
    // The same actions again: answered, yet still unruled. Left for the next round instead of a busy loop.
    const [stuck, fresh] = partition(open, (pushed) => this.#offered.get(pushed.caseId) === keyOf(pushed));
    for (const { caseId } of stuck) this.#failed.add(caseId);
    const [last, first] = partition(fresh, ({ caseId }) => this.#suspects.has(caseId));
    const next = first.length > 0 || this.#waiting.length > 0 ? first : last;
    for (const pushed of next) {
      this.#waiting.push(pushed);
      this.#taken.add(pushed.caseId);
      this.#offered.set(pushed.caseId, keyOf(pushed));
    }
    return fresh.length === 0 && stuck.length > 0;
  }
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

/** Differs when anything was added to the case, or its copy was made to fit the hub's epoch. */
function keyOf({ epoch, n, actions }: PushedCase): string {
  return JSON.stringify([epoch, n, actions.map(({ body }) => body.id)]);
}

function partition<T>(all: T[], isIn: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isIn), all.filter((each) => !isIn(each))];
}

/** The first of `cases`, as many as one push may carry, at least one. */
function batchOf(cases: PushedCase[], most: number): PushedCase[] {
  let bytes = 0;
  let count = 0;
  const end = cases.slice(0, most).findIndex((pushed) => {
    bytes += JSON.stringify(pushed).length * MAX_BYTES_PER_UNIT;
    count += pushed.actions.length;
    return bytes > MAX_PUSH_BYTES || count > MAX_PUSH_ACTIONS;
  });
  return cases.slice(0, end < 0 ? most : Math.max(1, end));
}

/** Oldest first. */
export function unruled(doc: CaseDocument): SignedAction[] {
  return order(doc).flatMap(({ action, ruling }) => (ruling === undefined ? [action] : []));
}

/**
 * Halves what is refused as a whole until the culprit stands alone; that one is parked, or passed over when the fault is the hub's.
 * @param deferred takes what need not be written at once
 */
export async function pushBatch(
  context: PushContext,
  batch: PushedCase[],
  failed: Set<CaseId>,
  deferred?: DeferredAnswers,
): Promise<Problem | undefined> {
  const answer = await context.hub.push({ v: PROTOCOL_VERSION, cases: batch });
  if (answer.ok) {
    const stranger = await context.known.meet(answer.value);
    if (stranger !== undefined) return stranger;
    const sent = new Map(batch.map((pushed) => [pushed.caseId, pushed]));
    const answered: Answered[] = [];
    for (const result of answer.value.results) {
      // A copy that missed the last renewal: offered whole by the next turn.
      if (result.kind === 'refused' && result.problem.code === 'epoch-changed') {
        await rebaseCase(context.local, result.caseId, answer.value.epoch.count);
        continue;
      }
      if (result.kind === 'refused' && (await setAsideRevoked(context, result.caseId, result.problem)))
        continue;
      const isFault = result.kind === 'refused' && retryOf(result.problem) === 'backoff';
      if (isFault) failed.add(result.caseId);
      if (isFault) context.suspects.set(result.caseId, result.problem);
      else context.suspects.delete(result.caseId);
      const pushed = sent.get(result.caseId);
      if (!isFault && pushed !== undefined) answered.push({ sent: pushed, result });
    }
    const { count } = answer.value.epoch;
    await applyPushResults(context, (await deferred?.take(answered, count)) ?? answered, count);
    return undefined;
  }
  const { problem } = answer;
  const isPassing = retryOf(problem) === 'backoff' && problem.code !== 'internal';
  if (isPassing || isOfStation(problem)) return problem;
  const [only] = batch;
  if (only !== undefined && batch.length === 1) return setAside(context, { only, problem, failed });
  const half = Math.ceil(batch.length / 2);
  return (
    (await pushBatch(context, batch.slice(0, half), failed, deferred)) ??
    (await pushBatch(context, batch.slice(half), failed, deferred))
  );
}

/** A relay that does not serve this unit names it: the address is to lead elsewhere, and all cases are the same to it. */
function isOfStation({ code, params }: Problem): boolean {
  return OF_THE_STATION.has(code) || (code === 'out-of-scope' && params?.['unit'] !== undefined);
}

async function setAside(
  { local, suspects }: PushContext,
  { only, problem, failed }: { only: PushedCase; problem: Problem; failed: Set<CaseId> },
): Promise<undefined> {
  failed.add(only.caseId);
  if (problem.code === 'internal') suspects.set(only.caseId, problem);
  else await local.park(only.caseId, problem);
}
