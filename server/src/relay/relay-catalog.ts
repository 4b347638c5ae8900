/** The district's catalog at the relay: kept in its store as it came, signatures included, and indexed in memory. Nothing is published here. */
import type { Catalog, CatalogDocument } from '@sanji/sync/domain/catalog';
import { indexCatalog, outranks } from '@sanji/sync/domain/catalog-index';
import type { CatalogPage, CatalogStore } from '../store/catalog-store.ts';

export class RelayCatalog {
  readonly #store: CatalogStore;
  readonly #docs: Map<string, CatalogDocument>;
  readonly #listeners = new Set<() => void>();
  #index: Catalog;

  private constructor(store: CatalogStore, docs: CatalogDocument[]) {
    this.#store = store;
    this.#docs = new Map(docs.map((doc) => [doc._id, doc]));
    this.#index = indexCatalog(docs);
  }

  static async open(store: CatalogStore): Promise<RelayCatalog> {
    return new RelayCatalog(store, await store.all());
  }

  current(): Catalog {
    return this.#index;
  }

  async all(): Promise<CatalogDocument[]> {
    return [...this.#docs.values()];
  }

  changes(since: string | null, limit: number): Promise<CatalogPage> {
    return this.#store.changes(since, limit);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What does not outrank the stored one is left out. */
  async write(docs: CatalogDocument[]): Promise<void> {
    const due = docs.filter((doc) => {
      const known = this.#docs.get(doc._id);
      return known === undefined || outranks(doc, known);
    });
    if (due.length === 0) return;
    const verdicts = await this.#store.put(due);
    for (const [i, doc] of due.entries()) if (verdicts[i] === 'written') this.#docs.set(doc._id, doc);
    this.#index = indexCatalog(this.#docs.values());
    for (const listener of this.#listeners) listener();
  }
}
