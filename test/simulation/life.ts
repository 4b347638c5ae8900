/** A process that may die at any step it awaits. What it wrote to its store stays; nothing more of it runs. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { Schedule } from './schedule.ts';

export class Crashed extends Error {}

export class Life {
  isOver = false;
  readonly #schedule: Schedule;
  readonly #random: SeededRandom;
  /** Chance to die at one step. */
  readonly #risk: () => number;

  constructor(schedule: Schedule, random: SeededRandom, risk: () => number) {
    this.#schedule = schedule;
    this.#random = random;
    this.#risk = risk;
  }

  /** `target` as this process calls it: every call takes time, and the process may die before or after it took effect. */
  guard<T extends object>(target: T, but: readonly (keyof T)[] = []): T {
    return new Proxy(target, {
      get: (object, name) => {
        const found: unknown = Reflect.get(object, name);
        if (typeof found !== 'function') return found;
        if ((but as readonly (string | symbol)[]).includes(name)) return found.bind(object);
        return async (...args: unknown[]) => {
          await this.#step();
          const result: unknown = await found.apply(object, structuredClone(args));
          await this.#step();
          return result;
        };
      },
    });
  }

  async #step(): Promise<void> {
    this.#check();
    // Now and then a process stalls, and the others get far ahead of it.
    if (this.#risk() > 0 && this.#random.chance(0.03)) await this.#schedule.delay(this.#random.below(500));
    else if (this.#random.chance(0.5)) await this.#schedule.delay(this.#random.below(8));
    if (this.#random.chance(this.#risk())) this.isOver = true;
    this.#check();
  }

  #check(): void {
    if (this.isOver) throw new Crashed('the process is dead');
  }
}
