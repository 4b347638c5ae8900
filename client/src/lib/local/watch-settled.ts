import type { ActionId } from '@sanji/sync/domain/identifiers';
import { liveQuery } from 'dexie';
import type { StationDatabase } from './station-database.ts';

export function watchSettled(station: StationDatabase, next: (ids: ActionId[]) => void): () => void {
  const subscription = liveQuery(() => station.settled.toCollection().primaryKeys()).subscribe(next);
  return () => {
    subscription.unsubscribe();
  };
}
