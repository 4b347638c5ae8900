import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { liveQuery } from 'dexie';
import type { StationDatabase } from './station-database.ts';

/** Calls back with the whole catalog now and after every change by any tab. */
export function watchCatalog(
  station: StationDatabase,
  observer: { next(docs: CatalogDocument[]): void; error(problem: unknown): void },
): () => void {
  const subscription = liveQuery(() => station.catalog.toArray()).subscribe(observer);
  return () => {
    subscription.unsubscribe();
  };
}
