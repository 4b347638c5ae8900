/** The first-run tour: offered to a person once at each terminal, open again from the menu at any time. */
const KEY = 'sanji-tour';

class Tour {
  isOpen = $state(false);
  /** staffIds who took it or declined it here. */
  #known: string[] = $state.raw(read());

  isOfferedTo(staffId: string): boolean {
    return !this.#known.includes(staffId);
  }

  start(): void {
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  /** Taken to the end, left on the way or declined: it is not offered again. */
  end(staffId: string): void {
    this.close();
    if (this.#known.includes(staffId)) return;
    this.#known = [...this.#known, staffId];
    localStorage.setItem(KEY, JSON.stringify(this.#known));
  }
}

/** What somebody else wrote there counts as nothing. */
function read(): string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(known) ? known.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export const tour = new Tour();
