/**
 * When to do what follows a push: routing, the hub's own acts. A push that comes alone is followed at once; while they come one upon another
 * what follows waits, so that stations have their rulings sooner and one routing serves many pushes.
 */
import type { Clock, Timer } from '@sanji/sync/replication/ports';
import { MONOTONIC } from '../machine-time.ts';

/** Between two pushes of one station lies the time in which it stores its rulings. */
const QUIET_MS = 100;
/** So many cases in one push are those of a station that was offline: it has more of them, and as many rulings to store first. */
const BULK_CASES = 20;
const BULK_QUIET_MS = 300;
/** Nobody waits longer for what others did. */
const MAX_WAIT_MS = 800;

export class PushPace {
  readonly #time: Clock & Timer;
  #underWay = 0;
  #lastEnd = -Infinity;
  /** After the last push that ended. */
  #quietMs = QUIET_MS;
  #isClosed = false;
  #waiting: (() => void)[] = [];
  #cancelQuiet: (() => void) | undefined;

  constructor(time = MONOTONIC) {
    this.#time = time;
  }

  /** @param cases in the push */
  async during<T>(cases: number, push: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    this.#cancelQuiet?.();
    try {
      return await push();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#ended(cases >= BULK_CASES);
    }
  }

  /**
   * Resolves when it is time. Never rejects.
   * @param maxWaitMs in a storm that never ends
   */
  calm(maxWaitMs: number = MAX_WAIT_MS): Promise<void> {
    if (this.#isClosed || (this.#underWay === 0 && !this.#isLively())) return Promise.resolve();
    return new Promise((resolve) => {
      const cancelPatience = this.#time.after(maxWaitMs, resolve);
      this.#waiting.push(() => {
        cancelPatience();
        resolve();
      });
      if (this.#underWay === 0) this.#releaseAfter(this.#quietMs);
    });
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  #ended(isBulk: boolean): void {
    const isFollowed = isBulk || this.#isLively();
    this.#quietMs = isBulk ? BULK_QUIET_MS : QUIET_MS;
    this.#lastEnd = this.#time.now();
    // Not at this very moment: first the answer goes out.
    if (this.#waiting.length > 0) this.#releaseAfter(isFollowed ? this.#quietMs : 0);
  }

  #isLively(): boolean {
    return this.#time.now() - this.#lastEnd < this.#quietMs;
  }

  #releaseAfter(ms: number): void {
    this.#cancelQuiet?.();
    this.#cancelQuiet = this.#time.after(ms, () => {
      this.#release();
    });
  }

  #release(): void {
    this.#cancelQuiet?.();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
