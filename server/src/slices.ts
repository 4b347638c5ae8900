/**
 * Long work on the one thread, in slices that leave most of its time to whoever else asks: all such work of the process stands in one queue, so
 * that ten exports at once take no more of it than one does.
 */
import type { Clock, Timer } from '@sanji/sync/replication/ports';
import { MONOTONIC } from './machine-time.ts';

/** A push takes some milliseconds. */
export const SLICE_MS = 2;
const REST_MS = 4;

export class Slices {
  readonly #time: Clock & Timer;
  #queue: Promise<void> = Promise.resolve();

  constructor(time: Clock & Timer = MONOTONIC) {
    this.#time = time;
  }

  /** For one piece of work. The answer is to be awaited between its parts, the shorter the better: it returns at once while the slice lasts. */
  begin(): () => Promise<void> {
    let beganAt = this.#time.now();
    return async () => {
      if (this.#time.now() - beganAt < SLICE_MS) return;
      const rest = () =>
        new Promise<void>((resolve) => {
          this.#time.after(REST_MS, resolve);
        });
      await (this.#queue = this.#queue.then(rest));
      beganAt = this.#time.now();
    };
  }
}

/** Of this process. */
export const SLICES = new Slices();
