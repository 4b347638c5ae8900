/** What happens while stations work, counted: a fault strikes in the midst of something, not after a time. */
export type Happening =
  /** A piece of a request is on its way to a hub. */
  | 'request'
  /** A piece of an answer is on its way to a station. */
  | 'answer'
  /** A hub writes into its file, or asks its CouchDB for something. */
  | 'store';

export class Happenings {
  readonly #awaited = new Set<{ kind: Happening; left: number; resolve: () => void }>();

  note(kind: Happening): void {
    for (const each of this.#awaited) {
      if (each.kind !== kind) continue;
      each.left -= 1;
      if (each.left > 0) continue;
      this.#awaited.delete(each);
      each.resolve();
    }
  }

  /** Resolves at the `nth` from now, the first being 1. */
  nth(kind: Happening, nth: number): Promise<void> {
    return new Promise((resolve) => this.#awaited.add({ kind, left: nth, resolve }));
  }
}
