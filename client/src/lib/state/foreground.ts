/** While what a clerk has just clicked is being carried out, what reads and counts in the background waits. */
class Foreground {
  #running = 0;
  #waiting: (() => void)[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Resolves when nothing is being carried out; at once when nothing is. */
  async free(): Promise<void> {
    while (this.#running > 0) {
      await new Promise<void>((resume) => {
        this.#waiting.push(resume);
      });
    }
  }
}

export const foreground = new Foreground();
