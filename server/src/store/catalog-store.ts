/** What the district publishes, in the database `catalog`, which is also the feed every station follows. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { Database, Read, Store } from './store.ts';

export interface CatalogPage {
  docs: CatalogDocument[];
  /** Opaque checkpoint. */
  last: string;
  more: boolean;
}

export interface CatalogStore {
  /** Every document, by id. */
  all(): Promise<CatalogDocument[]>;
  find(id: string): Promise<CatalogDocument | undefined>;
  /**
   * One verdict per document, in order. 'conflict', and nothing written for it, when the stored `n` is not lower than the given one:
   * someone published before. Equal content under an equal `n` is 'written', so a repetition is harmless.
   */
  put(docs: CatalogDocument[]): Promise<('written' | 'conflict')[]>;
  /** The documents changed after `since` (null: from the beginning), oldest first, each once. */
  changes(since: string | null, limit: number): Promise<CatalogPage>;
  /** Like `changes`, waiting for more, whichever hub process wrote it; the same page may come twice. */
  follow(since: string | null, signal: AbortSignal): AsyncIterable<CatalogPage>;
}
