/** Who answers, and in which epoch of the hub: as this station has come to terms with it. No answer of another epoch is applied. */
import type { Epoch } from '../domain/epoch.ts';
import { isSameEpoch } from '../domain/epoch.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { LocalStore } from './ports.ts';

type Memory = Pick<LocalStore, 'epoch' | 'saveEpoch' | 'relay' | 'moveTo'>;

export class KnownEpoch {
  readonly #local: Memory;
  #known: Epoch | null;
  #relay: string | null;
  #met: Epoch | null = null;
  #hasMoved = false;

  private constructor(local: Memory, known: Epoch | null, relay: string | null) {
    this.#local = local;
    this.#known = known;
    this.#relay = relay;
  }

  static async read(local: Memory): Promise<KnownEpoch> {
    return new KnownEpoch(local, await local.epoch(), await local.relay());
  }

  /** The later epoch that was met and not come to terms with yet. */
  get met(): Epoch | null {
    return this.#met;
  }

  /** The hub of that epoch itself was the last to answer. */
  isOf(epoch: number): boolean {
    return this.#relay === null && this.#known?.count === epoch;
  }

  /** A street relay stands in the hub's place. */
  get isRelay(): boolean {
    return this.#relay !== null;
  }

  /** As if it were known already, and nothing stored: for whoever is coming to terms with it. */
  during(epoch: Epoch): KnownEpoch {
    return new KnownEpoch(this.#local, epoch, this.#relay);
  }

  /** Once true after another relay, or the hub in a relay's place, has answered: what is unruled is to be pushed to it. */
  takeMove(): boolean {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }

  /** A relay does not know what it gave out: it may have forgotten what it took. Nothing to do where the hub itself answers. */
  async distrust(): Promise<void> {
    if (this.#relay === null) return;
    await this.#local.moveTo(this.#relay);
    this.#hasMoved = true;
  }

  /** To be asked of every answer before it is applied. The first one ever is taken as it is. Problems: epoch-changed, hub-behind, unavailable. */
  async meet({ epoch: theirs, relay: name }: { epoch: Epoch; relay?: string }): Promise<Problem | undefined> {
    const relay = name ?? null;
    if (relay !== this.#relay) {
      await this.#local.moveTo(relay);
      this.#relay = relay;
      this.#hasMoved = true;
    }
    if (this.#known === null) await this.adopt(theirs);
    else if (!isSameEpoch(theirs, this.#known)) {
      // A relay that was cut off during a restore hears of it as soon as its line is back.
      if (theirs.count <= this.#known.count) return problem(relay === null ? 'hub-behind' : 'unavailable');
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
