/**
 * What the hub does by itself as long as it runs: following the cases and the catalog, routing, its own acts. An error ends none of it: it is
 * reported, and the work begins again after longer and longer. Which of it is failing now is said to whoever operates the hub.
 */
import type { Timer } from '@sanji/sync/replication/ports';

/** A store that has lost a node is back within seconds; one that is down for long is asked twice a minute. */
const [MIN_BACKOFF_MS, MAX_BACKOFF_MS] = [500, 30_000];
/** Work that never ends by itself counts as well again when it has gone on for so long. */
const WELL_MS = 5_000;

export interface LastingWorkDeps {
  timer: Timer;
  /** Called once for each failure. */
  onFault: (error: unknown) => void;
}

export class LastingWork {
  readonly #deps: LastingWorkDeps;
  readonly #failing = new Map<string, number>();

  constructor(deps: LastingWorkDeps) {
    this.#deps = deps;
  }

  /** The names of what failed last and waits to be tried again or has not shown yet that it goes on. */
  failing(): string[] {
    return [...this.#failing.keys()].sort();
  }

  /** Begins `work` until it ends without an error or `signal` is aborted. Never rejects. */
  async keep(name: string, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      const isWell = () => this.#failing.delete(name);
      const cancel = this.#failing.has(name) ? this.#deps.timer.after(WELL_MS, isWell) : undefined;
      try {
        await work();
        isWell();
        return;
      } catch (error) {
        this.#deps.onFault(error);
      } finally {
        cancel?.();
      }
      const failures = (this.#failing.get(name) ?? 0) + 1;
      this.#failing.set(name, failures);
      const ms = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
      await this.#pause(ms, signal);
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#deps.timer.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}
