/** The hub's epoch as this station has come to terms with it. No answer of another epoch is applied. */
import type { Epoch } from '../domain/epoch.ts';
import { isSameEpoch } from '../domain/epoch.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { LocalStore } from './ports.ts';

export class KnownEpoch {
  readonly #local: Pick<LocalStore, 'saveEpoch'>;
  #known: Epoch | null;
  #met: Epoch | null = null;

  private constructor(local: Pick<LocalStore, 'saveEpoch'>, known: Epoch | null) {
    this.#local = local;
    this.#known = known;
  }

  static async read(local: Pick<LocalStore, 'epoch' | 'saveEpoch'>): Promise<KnownEpoch> {
    return new KnownEpoch(local, await local.epoch());
  }

  /** The later epoch that was met and not come to terms with yet. */
  get met(): Epoch | null {
    return this.#met;
  }

  /** As if it were known already, and nothing stored: for whoever is coming to terms with it. */
  during(epoch: Epoch): KnownEpoch {
    return new KnownEpoch(this.#local, epoch);
  }

  /** To be asked of every answer before it is applied. The first one ever is taken as it is. Problems: epoch-changed, hub-behind. */
  async meet(theirs: Epoch): Promise<Problem | undefined> {
    if (this.#known === null) await this.adopt(theirs);
    else if (!isSameEpoch(theirs, this.#known)) {
      if (theirs.count <= this.#known.count) return problem('hub-behind');
      this.#met = theirs;
      return problem('epoch-changed');
    }
    return undefined;
  }

  async adopt(epoch: Epoch): Promise<void> {
    await this.#local.saveEpoch(epoch);
    this.#known = epoch;
    this.#met = null;
  }
}
