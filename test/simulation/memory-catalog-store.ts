/** The hub's catalog in memory, in the order of change. */
import { catalogIdOf, indexCatalog } from '@sanji/sync/domain/catalog-index';
import type { Catalog, CatalogDocument, CatalogEntry } from '@sanji/sync/domain/catalog';
import { frozen } from '@sanji/sync/testing/frozen';
import type { CatalogPage, CatalogStore } from '@sanji/server/store/catalog-store';

export class MemoryCatalogStore implements Pick<CatalogStore, 'changes'> {
  readonly #rows = new Map<string, { doc: CatalogDocument; seq: number }>();
  #seq = 0;
  #index: Catalog | undefined;

  constructor(entries: CatalogEntry[]) {
    this.put(entries);
  }

  /** As of now. */
  get index(): Catalog {
    return (this.#index ??= indexCatalog([...this.#rows.values()].map(({ doc }) => doc)));
  }

  put(entries: CatalogEntry[]): void {
    this.#index = undefined;
    for (const entry of entries) {
      const _id = catalogIdOf(entry);
      const n = (this.#rows.get(_id)?.doc.n ?? 0) + 1;
      this.#rows.delete(_id);
      this.#rows.set(_id, { doc: frozen({ _id, n, entry }), seq: ++this.#seq });
    }
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
