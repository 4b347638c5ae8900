import type { Stray } from '@sanji/sync/replication/ports';
import { liveQuery } from 'dexie';
import type { Station } from './station.ts';

/** Calls back with the tray now and after every change by any tab. To be called once the terminal is unlocked. */
export function watchStrays(
  { database, seal }: Pick<Station, 'database' | 'seal'>,
  observer: { next(strays: Stray[]): void; error(problem: unknown): void },
): () => void {
  const subscription = liveQuery(() => database.strays.toArray()).subscribe({
    next: (records) => {
      // Opened outside the query: Dexie ends a transaction that waits for anything but the database.
      Promise.all(
        records.map(async ({ actionId, sealed }) => JSON.parse(await seal.unseal(sealed, actionId)) as Stray),
      ).then(observer.next, observer.error);
    },
    error: observer.error,
  });
  return () => {
    subscription.unsubscribe();
  };
}
