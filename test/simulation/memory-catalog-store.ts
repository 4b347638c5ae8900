/** The hub's catalog in memory, in the order of change. */
import { catalogIdOf, indexCatalog, outranks } from '@sanji/sync/domain/catalog-index';
import type { Catalog, CatalogDocument, CatalogEntry } from '@sanji/sync/domain/catalog';
import { FIRST_EPOCH, inEpoch } from '@sanji/sync/domain/epoch';
import { frozen } from '@sanji/sync/testing/frozen';
import type { Backup } from '@sanji/sync/testing/memory-hub-stores';
import type { CatalogPage, CatalogStore } from '@sanji/server/store/catalog-store';

/** Stands for the hub's signature, which nobody here can forge. */
const SIGNED = 'signed by the hub';

export class MemoryCatalogStore implements Pick<CatalogStore, 'changes'> {
  readonly #rows = new Map<string, { doc: CatalogDocument; seq: number }>();
  #seq = 0;
  #index: Catalog | undefined;

  constructor(entries: CatalogEntry[]) {
    this.put(entries, FIRST_EPOCH);
  }

  /** As of now. */
  get index(): Catalog {
    return (this.#index ??= indexCatalog([...this.#rows.values()].map(({ doc }) => doc)));
  }

  /** @param epoch of the hub that publishes */
  put(entries: CatalogEntry[], epoch: number): void {
    for (const entry of entries) {
      const _id = catalogIdOf(entry);
      const n = (this.#rows.get(_id)?.doc.n ?? 0) + 1;
      this.#take({ _id, ...inEpoch(epoch), n, entry, sig: SIGNED });
    }
  }

  /** What the hub has signed and does not know as late; how many. */
  takeBack(docs: CatalogDocument[]): number {
    const lost = docs.filter((doc) => {
      const known = this.#rows.get(doc._id)?.doc;
      return doc.sig === SIGNED && (known === undefined || outranks(doc, known));
    });
    for (const doc of lost) this.#take(doc);
    return lost.length;
  }

  backup(): Backup {
    const [rows, seq] = [[...this.#rows], this.#seq];
    return () => {
      this.#rows.clear();
      for (const [id, row] of rows) this.#rows.set(id, row);
      this.#seq = seq;
      this.#index = undefined;
    };
  }

  #take(doc: CatalogDocument): void {
    this.#index = undefined;
    this.#rows.delete(doc._id);
    this.#rows.set(doc._id, { doc: frozen(doc), seq: ++this.#seq });
  }

  async changes(since: string | null, limit: number): Promise<CatalogPage> {
    const after = Number(since ?? 0);
    if (after === this.#seq) return { docs: [], last: String(after), more: false };
    const rows = [...this.#rows.values()].filter(({ seq }) => seq > after);
    const page = rows.slice(0, limit);
    return {
      docs: page.map(({ doc }) => doc),
      last: String(page.at(-1)?.seq ?? after),
      more: rows.length > page.length,
    };
  }
}
