/**
 * How much one caller may have under way at once: the rest of its requests wait in order, and past that they are refused. Whoever asks for
 * more than anybody needs so waits for itself, and not the others for it.
 */
export interface LaneWidth {
  /** Served at once. */
  atOnce: number;
  /** Waiting for their turn. */
  waiting: number;
}

interface Lane {
  underWay: number;
  waiting: (() => void)[];
}

export class Lanes {
  readonly #width: LaneWidth;
  readonly #lanes = new Map<string, Lane>();

  constructor(width: LaneWidth) {
    this.#width = width;
  }

  /** Undefined: too many are waiting. Otherwise resolves when it is this one's turn; to be called when it is done, once. */
  enter(caller: string): Promise<() => void> | undefined {
    const lane = this.#lanes.get(caller) ?? { underWay: 0, waiting: [] };
    this.#lanes.set(caller, lane);
    const leave = () => {
      const next = lane.waiting.shift();
      if (next !== undefined) next();
      else if (--lane.underWay === 0) this.#lanes.delete(caller);
    };
    if (lane.underWay < this.#width.atOnce) {
      lane.underWay += 1;
      return Promise.resolve(leave);
    }
    if (lane.waiting.length >= this.#width.waiting) return undefined;
    return new Promise((resolve) => {
      lane.waiting.push(() => {
        resolve(leave);
      });
    });
  }
}
