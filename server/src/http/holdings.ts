/** Bytes of long bodies in memory, of each caller and of all: coming in, or waiting for their turn. A line that stands still holds next to none. */
export interface Bounds {
  /** Of one caller. */
  each: number;
  inAll: number;
}

export interface Holding {
  /** False: it would be too much. */
  add(bytes: number): boolean;
  /** Everything is let go. Idempotent. */
  release(): void;
}

export class Holdings {
  readonly #bounds: Bounds;
  readonly #callers = new Map<string, number>();
  #all = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  open(caller: string): Holding {
    let own = 0;
    return {
      add: (bytes) => {
        const { each, inAll } = this.#bounds;
        if ((this.#callers.get(caller) ?? 0) + bytes > each || this.#all + bytes > inAll) return false;
        own += bytes;
        this.#change(caller, bytes);
        return true;
      },
      release: () => {
        this.#change(caller, -own);
        own = 0;
      },
    };
  }

  #change(caller: string, bytes: number): void {
    this.#all += bytes;
    const held = (this.#callers.get(caller) ?? 0) + bytes;
    if (held > 0) this.#callers.set(caller, held);
    else this.#callers.delete(caller);
  }
}
