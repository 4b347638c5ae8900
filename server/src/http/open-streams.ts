/**
 * How many event streams one terminal may hold open: past that the oldest ends for the newest. Never the other way round, since the hub may
 * take minutes to notice that a line has died, and whoever comes back must not be kept out by what it left behind.
 */
export class OpenStreams {
  readonly #perCaller: number;
  readonly #byCaller = new Map<string, Set<AbortController>>();

  constructor(perCaller: number) {
    this.#perCaller = perCaller;
  }

  /** `ended` is aborted when newer ones have taken its place; `leave` is to be called when it is over, for whatever reason. */
  enter(caller: string): { ended: AbortSignal; leave: () => void } {
    const streams = this.#byCaller.get(caller) ?? new Set<AbortController>();
    this.#byCaller.set(caller, streams);
    const own = new AbortController();
    streams.add(own);
    // A set gives back what was put in first.
    for (const oldest of [...streams].slice(0, -this.#perCaller)) {
      streams.delete(oldest);
      oldest.abort();
    }
    const leave = () => {
      streams.delete(own);
      if (streams.size === 0 && this.#byCaller.get(caller) === streams) this.#byCaller.delete(caller);
    };
    return { ended: own.signal, leave };
  }

  /** Callers that hold one or more. */
  get callers(): number {
    return this.#byCaller.size;
  }
}
