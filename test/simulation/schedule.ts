/** Virtual time: everything that waits is in one queue, and its order follows from the seed alone. */
import type { Clock, Timer } from '@sanji/sync/replication/ports';

interface Entry {
  at: number;
  order: number;
  task: () => void;
}

export class Schedule implements Clock, Timer {
  #now = Date.UTC(2026, 10, 23, 1, 0);
  #order = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, order: this.#order++, task };
    // Sorted, the earliest last; of two at one time the older runs first.
    let i = this.#entries.length;
    while (i > 0 && (this.#entries[i - 1]?.at ?? Infinity) <= entry.at) i--;
    this.#entries.splice(i, 0, entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs what is due until `untilMs` from now; what the tasks resolve runs before the next one. */
  async run(untilMs: number): Promise<void> {
    const end = this.#now + untilMs;
    await drained();
    for (;;) {
      const next = this.#entries.at(-1);
      if (next === undefined || next.at > end) break;
      this.#entries.pop();
      this.#now = next.at;
      next.task();
      await drained();
    }
    this.#now = end;
  }
}

/** All microtasks have run: nothing in a simulation waits for anything else. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
