/** When to connect again: soon at first, then less often, at once when something says that the line is back. */
const FIRST_MS = 1_000;
const LAST_MS = 30_000;

export class Reconnect {
  #delayMs = FIRST_MS;
  #wake: (() => void) | undefined;

  succeeded(): void {
    this.#delayMs = FIRST_MS;
  }

  now(): void {
    this.#delayMs = FIRST_MS;
    this.#wake?.();
  }

  async wait(): Promise<void> {
    // Half fixed, half chance: a hundred stations must not come back in step.
    const delayMs = this.#delayMs * (0.5 + Math.random() / 2);
    this.#delayMs = Math.min(this.#delayMs * 2, LAST_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
