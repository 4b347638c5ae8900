/**
 * Follows the master copies and moves the feeds of the units. Keeps no state but its checkpoint: whom a case concerns is read off
 * `head` (rule 17). Several at once are harmless, since a feed entry only ever rises (rules 16, 19).
 */
import { inEpoch } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import type { FeedEntry, FeedStore, MasterCase, MasterStore, RouterCheckpoint, Timer } from './ports.ts';

export interface RouterPorts {
  master: Pick<MasterStore, 'changes' | 'getMany'>;
  feeds: Pick<FeedStore, 'raise'>;
  checkpoint: RouterCheckpoint;
  /** `Epoch.count`, as of now. */
  epoch: () => number;
  /** What each feed is to say. Default: a hub's, by `n`. */
  targets?: typeof targetsOf;
  /** Tells the stations of a feed that it moved (rule 11). */
  poke: (feed: string) => void;
}

const PAGE = 500;

/**
 * Routes until the changes have ended. Rejects when a store does not answer; to be called again then, nothing is lost. The master is that of
 * its change row or a later one, so no cache can route a case by an older head (rule 18).
 */
export async function routeChanges(ports: RouterPorts): Promise<void> {
  const { master, feeds, checkpoint, epoch, targets = targetsOf, poke } = ports;
  for (;;) {
    const since = await checkpoint.read();
    const { ids, last, seen } = await master.changes(since, PAGE);
    if (ids.length === 0) return;
    const cases = await master.getMany([...new Set(ids)], seen);
    const moved = await Promise.all(
      [...targets(cases, epoch())].map(async ([feed, entries]) =>
        (await feeds.raise(feed, entries)) ? [feed] : [],
      ),
    );
    for (const feed of moved.flat()) poke(feed);
    // After the fan-out: a crash in between repeats it, and repeating is harmless.
    await checkpoint.save(last);
  }
}

/** Every unit that ever was a party gets the case's `n`; one that left gets the marker. */
export function targetsOf(
  cases: readonly (MasterCase | undefined)[],
  epoch: number,
): Map<string, FeedEntry[]> {
  const targets = new Map<string, FeedEntry[]>();
  for (const found of cases) {
    if (found === undefined) continue;
    const { _id: caseId, n, head } = found;
    for (const unit of head.ever) {
      const feed = feedOf(unit);
      const entries = targets.get(feed) ?? [];
      entries.push({ caseId, ...inEpoch(epoch), n, gone: !head.parties.includes(unit) });
      targets.set(feed, entries);
    }
  }
  return targets;
}

/** A store that has lost a node is back within seconds; one that is down for long is asked twice a minute. */
const [MIN_BACKOFF_MS, MAX_BACKOFF_MS] = [500, 30_000];

/**
 * One run at a time; a poke during a run makes another follow, so that no change waits for the next poke. A run that failed is tried again
 * by itself, after longer and longer, and at once when there is a poke.
 */
export class Router {
  readonly #ports: RouterPorts;
  readonly #timer: Timer;
  readonly #onFault: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #failures = 0;
  #isPoked = false;
  #isStopped = false;

  constructor({ timer, ...ports }: RouterPorts & { timer: Timer }, onFault: (error: unknown) => void) {
    this.#ports = ports;
    this.#timer = timer;
    this.#onFault = onFault;
  }

  /** The last run failed; another will follow. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** From the push path and from the store's change feed. Resolves when nothing is left to route or a run has failed; never rejects. */
  poke(_caseIds?: readonly CaseId[]): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#isPoked = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when the run under way has ended; no other begins. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRetry?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelRetry?.();
    while (this.#isPoked && !this.#isStopped) {
      this.#isPoked = false;
      try {
        await routeChanges(this.#ports);
        this.#failures = 0;
      } catch (error) {
        this.#onFault(error);
        this.#failures += 1;
        this.#isPoked = false;
      }
    }
    if (this.#failures > 0 && !this.#isStopped) this.#retry();
  }

  #retry(): void {
    const ms = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(this.#failures - 1, 10));
    this.#cancelRetry = this.#timer.after(ms, () => void this.poke());
  }
}
