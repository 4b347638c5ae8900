/** Tells the open event streams that a feed moved. Carries no data (rule 11). */
export type PokeListener = (feed: string) => void;

export class Pokes {
  readonly #byFeed = new Map<string, Set<PokeListener>>();

  moved(feed: string): void {
    for (const listener of this.#byFeed.get(feed) ?? []) listener(feed);
  }

  /** Gives back how to stop listening. */
  listen(feeds: readonly string[], listener: PokeListener): () => void {
    for (const feed of feeds) {
      const listeners = this.#byFeed.get(feed) ?? new Set();
      listeners.add(listener);
      this.#byFeed.set(feed, listeners);
    }
    return () => {
      for (const feed of feeds) {
        const listeners = this.#byFeed.get(feed);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#byFeed.delete(feed);
      }
    };
  }
}
