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
      await this.step();
      const result = await found.apply(object, args);
      await this.step();
      return result;
    };
  }

  async step(): Promise<void> {
    this.check();
    const { schedule, random, faults, kind, risk, stall } = this.#options;
    const dice = random.next();
    // Now and then a process stalls, and the others get far ahead of it.
    if (faults.strikes('process-stalls', stall, dice)) await schedule.delay(random.below(500));
    else if (dice < 0.25) await schedule.delay(random.below(8));
    this.check();
    if (faults.strikes(kind, risk, random.next())) this.isOver = true;
    this.check();
  }

  check(): void {
    if (this.isOver) throw DEAD;
  }
}
