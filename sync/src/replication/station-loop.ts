/**
 * Drives a station: pushes what is dirty, pulls what moved. One round at a time; a poke during a round makes another follow. It remembers
 * nothing but the checkpoints: what is unruled is the outbox (rule 1). It must never be what a screen waits for.
 */
import { feedOf } from '../domain/identifiers.ts';
import type { CaseId, DeviceId, UnitCode } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import { KnownEpoch } from './known-epoch.ts';
import { CATALOG, pullFeed } from './pull-feed.ts';
import { pushDirty } from './push-dirty.ts';
import type { PushContext } from './push-dirty.ts';
import { renew } from './renew.ts';
import type { Clock, HubPort, LocalCounts, LocalStore, Random, Timer } from './ports.ts';

export interface LoopPorts {
  hub: HubPort;
  local: LocalStore;
  clock: Clock;
  timer: Timer;
  random: Random;
  deviceId: DeviceId;
  unit: UnitCode;
  counts: () => Promise<LocalCounts>;
  /** Whether cases can be read and written: not before somebody has unlocked the terminal. Until then only the catalog is pulled. */
  isUnsealed: () => boolean;
  /** hub clock − device clock, measured anew: to be kept over restarts and written into actions. */
  onOffset: (offsetMs: number) => void;
  /** A bug or a broken store, as opposed to a line that is down. */
  onFault: (error: unknown) => void;
  /** What a round is made of. Default: a station's, which pushes, and pulls its unit's feed and the catalog. A relay has one of its own. */
  exchange?: (context: PushContext) => Promise<Problem | undefined>;
}

export type LoopState = 'idle' | 'syncing' | 'offline' | 'login-required' | 'blocked' | 'faulty';

export interface LoopStatus extends LocalCounts {
  state: LoopState;
  /** Why it is not idle. */
  problem?: Problem;
  /** The last answer of the hub, milliseconds since the epoch by the station's clock. */
  lastContact?: number;
}

const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** Pokes are lost when an event stream dies silently (trap b); this is how late a station may then be. */
const BACKSTOP_MS = 300_000;

export class StationLoop {
  readonly #ports: LoopPorts;
  readonly #listeners = new Set<(status: LoopStatus) => void>();
  /** Cases the hub could not take for now: pushed last, so that they do not stand in the way of others. */
  readonly #suspects = new Map<CaseId, Problem>();
  #status: LoopStatus = { state: 'idle', pending: 0, relayed: 0, rejected: 0, parked: 0 };
  #running: Promise<void> | undefined;
  #isPoked = false;
  #isStopped = false;
  #failures = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(ports: LoopPorts) {
    const { hub } = ports;
    // Every answer is a contact and a measurement of the clock.
    const timed =
      <A, T extends { hubNow: number }>(
        call: (ask: A) => Promise<{ ok: true; value: T } | { ok: false; problem: Problem }>,
      ) =>
      async (ask: A) => {
        const sentAt = ports.clock.now();
        const answer = await call(ask);
        if (answer.ok) this.#noteContact(sentAt, answer.value.hubNow);
        return answer;
      };
    const measured: HubPort = {
      push: timed((ask) => hub.push(ask)),
      pull: timed((ask) => hub.pull(ask)),
      snapshot: (feed) => hub.snapshot(feed),
      giveBack: timed((ask) => hub.giveBack(ask)),
    };
    this.#ports = { ...ports, hub: measured };
  }

  get status(): LoopStatus {
    return this.#status;
  }

  /** Calls at once and after every change; the answer ends it. */
  subscribe(listener: (status: LoopStatus) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#status);
    return () => this.#listeners.delete(listener);
  }

  /** At start, after a local write, on every connect of the event stream and every event (rule 11). Never rejects. */
  poke(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#isPoked = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelTimer?.();
    while (this.#isPoked && !this.#isStopped) {
      this.#isPoked = false;
      this.#publish({ ...this.#counted(), state: 'syncing' });
      await this.#round();
    }
    // At once: a poke in the moment between would be for a run that looks no more.
    this.#running = undefined;
    if (!this.#isStopped) this.#schedule();
  }

  async #round(): Promise<void> {
    try {
      const known = await KnownEpoch.read(this.#ports.local);
      const context = { ...this.#ports, known, suspects: this.#suspects };
      const isUnsealed = this.#ports.isUnsealed();
      const found = (await this.#exchange(context, isUnsealed)) ?? this.#lastingProblem();
      const counts = isUnsealed ? await this.#ports.counts() : this.#counted();
      this.#failures = found === undefined && this.#suspects.size === 0 ? 0 : this.#failures + 1;
      this.#publish({ ...this.#contact(), ...counts, ...stateOf(found) });
    } catch (error) {
      this.#failures += 1;
      this.#ports.onFault(error);
      this.#publish({ ...this.#counted(), state: 'faulty', problem: { code: 'store-broken' } });
    }
  }

  /** Push first: what the clerk did is safe before anything else, and `gone` finds nothing unsent (rule 12). */
  async #exchange(context: PushContext, isUnsealed: boolean): Promise<Problem | undefined> {
    const { exchange, unit } = this.#ports;
    if (exchange !== undefined) return exchange(context);
    const problem = isUnsealed ? await exchangeCases(context, unit) : undefined;
    return problem ?? pullFeed(context, CATALOG);
  }

  #schedule(): void {
    const ceiling = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(this.#failures, 10));
    // Half fixed, half chance: 112 stations must not come back in step.
    const share = (this.#ports.random.bytes(1)[0] ?? 0) / 255;
    const delay = this.#failures === 0 ? BACKSTOP_MS : ceiling * (0.5 + share / 2);
    this.#cancelTimer = this.#ports.timer.after(delay, () => void this.poke());
  }

  /** What a person must hear of, though the rest of the queue goes on. */
  #lastingProblem(): Problem | undefined {
    return [...this.#suspects.values()].find(({ code }) => code === 'hub-behind');
  }

  #noteContact(sentAt: number, hubNow: number): void {
    const now = this.#ports.clock.now();
    this.#status = { ...this.#status, lastContact: now };
    // The hub read its clock somewhere between the two: the middle errs least.
    this.#ports.onOffset(Math.round(hubNow - (sentAt + now) / 2));
  }

  #contact(): Pick<LoopStatus, 'lastContact'> {
    const { lastContact } = this.#status;
    return lastContact === undefined ? {} : { lastContact };
  }

  #counted(): Omit<LoopStatus, 'state' | 'problem'> {
    const { pending, relayed, rejected, parked } = this.#status;
    return { pending, relayed, rejected, parked, ...this.#contact() };
  }

  #publish(status: LoopStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}

/** Push, then pull; when the hub was restored meanwhile, first everything anew. */
export async function exchangeCases(context: PushContext, unit: UnitCode): Promise<Problem | undefined> {
  const feed = feedOf(unit);
  let isRepeated = false;
  for (;;) {
    const found = (await pushDirty(context)) ?? (await pullFeed(context, feed));
    if (found?.code === 'epoch-changed') {
      const problem = await renew(context, [feed]);
      if (problem !== undefined) return problem;
      continue;
    }
    if (found !== undefined || isRepeated || !(await hasMoreToPush(context))) return found;
    isRepeated = true;
  }
}

/** Another answers than before, or the relay said that it will not hand up after all what it had taken. */
async function hasMoreToPush({ known, local }: PushContext): Promise<boolean> {
  return known.takeMove() || (known.isRelay && (await local.dirty(1)).length > 0);
}

function stateOf(problem: Problem | undefined): { state: LoopState; problem?: Problem } {
  if (problem === undefined) return { state: 'idle' };
  if (problem.code === 'login-required') return { state: 'login-required', problem };
  const isLine = ['offline', 'unavailable', 'rate-limited', 'internal', 'checkpoint-unknown'].includes(
    problem.code,
  );
  return { state: isLine ? 'offline' : 'blocked', problem };
}
