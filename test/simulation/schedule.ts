/**
 * Virtual time: everything that waits is in one queue, and its order follows from the seed alone. Work that real time does (WebCrypto) is
 * handed in by `outside` and comes back in the order in which it was asked for, so that threads decide nothing.
 */
import type { Clock, Timer } from '@sanji/sync/replication/ports';

interface Entry {
  at: number;
  task: () => void;
}

export class Schedule implements Clock, Timer {
  #now = Date.UTC(2026, 10, 23, 1, 0);
  /** Sorted, the earliest last; of two at one time the older runs first. */
  #entries: Entry[] = [];
  #outside: (() => Promise<void>)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, task };
    const entries = this.#entries;
    let i = entries.length;
    while (i > 0 && (entries[i - 1]?.at ?? Infinity) <= entry.at) i--;
    entries.splice(i, 0, entry);
    return () => {
      const found = this.#entries.indexOf(entry);
      if (found >= 0) this.#entries.splice(found, 1);
    };
  }

  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** `work` is under way at once; its outcome is handed on when its turn has come. */
  outside<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#outside.push(async () => work.then(resolve, reject));
    });
  }

  /** Runs what is due until `untilMs` from now; what the tasks of one instant resolve runs before the next instant. */
  async run(untilMs: number): Promise<void> {
    const end = this.#now + untilMs;
    await this.#drain();
    for (;;) {
      const next = this.#entries.at(-1);
      if (next === undefined || next.at > end) break;
      // What became due while everybody slept runs late.
      this.#now = Math.max(this.#now, next.at);
      while ((this.#entries.at(-1)?.at ?? Infinity) <= next.at) this.#entries.pop()?.task();
      await this.#drain();
    }
    this.#now = end;
  }

  /** Time goes on until `work`, which waits for time and for what is handed in by `outside`, has ended. */
  await<T>(work: Promise<T>): Promise<T> {
    return this.#until(work, () => this.run(1));
  }

  /** Time stands still until `work`, which waits for threads in ways of its own, has ended: how long that takes must decide nothing. */
  still<T>(work: Promise<T>): Promise<T> {
    return this.#until(work, () => this.#drain());
  }

  async #until<T>(work: Promise<T>, step: () => Promise<void>): Promise<T> {
    let isOver = false;
    const ended = work.finally(() => (isOver = true));
    ended.catch(() => undefined);
    while (!isOver) {
      await step();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ended;
  }

  /** Time passes and nothing runs: every machine is asleep. */
  sleep(ms: number): void {
    this.#now += Math.round(ms);
  }

  /** All microtasks have run: nothing in a simulation waits for anything else. */
  async #drain(): Promise<void> {
    await allSettled();
    for (let next = this.#outside.shift(); next !== undefined; next = this.#outside.shift()) {
      await next();
      await allSettled();
    }
  }
}

/** Node runs what is put off to the next tick when no microtask is left; a turn of the event loop would cost ten times as much. */
function allSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
