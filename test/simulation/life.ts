/** A process that may die at any step it awaits. What it wrote to its store stays; nothing more of it runs. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { FaultKind, Faults } from './faults.ts';
import type { Schedule } from './schedule.ts';

export class Crashed extends Error {}
/** Thrown over and over: a stack each time would cost more than the steps between. */
const DEAD = new Crashed('the process is dead');

export interface LifeOptions {
  schedule: Schedule;
  random: SeededRandom;
  faults: Faults;
  /** What its death is counted as. */
  kind: FaultKind;
  /** Chance to die at one step. */
  risk: number;
  /** Chance to stall at one step. */
  stall: number;
}

type Method = (...args: unknown[]) => Promise<unknown>;

export class Life {
  isOver = false;
  readonly #options: LifeOptions;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  end(): void {
    if (!this.isOver) this.#options.faults.note(this.#options.kind);
    this.isOver = true;
  }

  /** `target` as this process calls it: every call takes time, and the process may die before or after it took effect. */
  guard<T extends object>(target: T, but: readonly (keyof T)[] = []): T {
    const guarded = new Map<string | symbol, Method>();
    return new Proxy(target, {
      get: (object, name) => {
        const known = guarded.get(name);
        if (known !== undefined) return known;
        const found: unknown = Reflect.get(object, name);
        if (typeof found !== 'function') return found;
        const isPlain = (but as readonly (string | symbol)[]).includes(name);
        const method = isPlain ? (found.bind(object) as Method) : this.#stepped(object, found as Method);
        guarded.set(name, method);
        return method;
      },
    });
  }

  #stepped(object: object, found: Method): Method {
    return async (...args) => {
      const pause = this.#begin();
      if (pause > 0) {
        await this.#options.schedule.delay(pause);
        this.check();
      }
      const result = await found.apply(object, args);
      this.#mayDie();
      return result;
    };
  }

  /** How long the call takes to come through. */
  #begin(): number {
    const { random, faults, stall } = this.#options;
    this.#mayDie();
    const dice = random.next();
    // Now and then a process stalls, and the others get far ahead of it.
    if (faults.strikes('process-stalls', stall, dice)) return random.below(500);
    return dice < 0.3 ? random.below(8) : 0;
  }

  #mayDie(): void {
    this.check();
    const { random, faults, kind, risk } = this.#options;
    if (faults.strikes(kind, risk, random.next())) this.isOver = true;
    this.check();
  }

  check(): void {
    if (this.isOver) throw DEAD;
  }
}
