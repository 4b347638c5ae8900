/** The small typed documents of a simulated hub in memory, compare-and-set as the real ones are. */
import type { TypedDocuments } from '@sanji/server/store/directory-store';
import { frozen } from '@sanji/sync/testing/frozen';
import type { Backup } from '@sanji/sync/testing/memory-hub-stores';

interface Row {
  value: object;
  rev: string;
}

export class MemoryDirectory {
  readonly #rows = new Map<string, Row>();
  /** Ever rising, over a backup put back too: no revision means two things. */
  #revs = 0;

  /** As it lies in the store. */
  peek<T extends object>(kind: string, id: string): T | undefined {
    return this.#rows.get(`${kind}:${id}`)?.value as T | undefined;
  }

  /** By a command that works on the store alone. */
  set(kind: string, id: string, value: object): void {
    this.#rows.set(`${kind}:${id}`, { value: frozen(value), rev: String(++this.#revs) });
  }

  documents<T extends object>(kind: string): TypedDocuments<T> {
    const found = (id: string) => this.#rows.get(`${kind}:${id}`) as { value: T; rev: string } | undefined;
    const isCurrent = (id: string, rev: string | undefined) => found(id)?.rev === rev;
    return {
      find: async (id) => found(id),
      put: async (id, value, rev) => {
        if (!isCurrent(id, rev)) return 'conflict';
        this.set(kind, id, value);
        return 'written';
      },
      remove: async (id, rev) => {
        if (!isCurrent(id, rev)) return 'conflict';
        this.#rows.delete(`${kind}:${id}`);
        return 'written';
      },
      list: async () =>
        [...this.#rows.keys()].flatMap((key) => {
          const id = key.slice(kind.length + 1);
          const row = key.startsWith(`${kind}:`) ? found(id) : undefined;
          return row === undefined ? [] : [{ ...row, id }];
        }),
    };
  }

  backup(): Backup {
    const copy = [...this.#rows];
    return () => {
      this.#rows.clear();
      for (const [key, row] of copy) this.#rows.set(key, row);
    };
  }
}
