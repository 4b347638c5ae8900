/**
 * That this terminal was taken out of service, as it learned from the hub: noted before anything else, so that nobody opens a case on it any
 * more, whatever becomes of the line. And the end: everything is deleted by name.
 */
import type { StationDatabase } from './station-database.ts';
import type { Station } from './station.ts';

const NAME = 'revoked';
/** Where Paraglide keeps the language: nobody's data, and the last page should stay in it. */
const LANGUAGE = 'PARAGLIDE_LOCALE';

export async function isRevoked({ settings }: StationDatabase): Promise<boolean> {
  return (await settings.get(NAME)) !== undefined;
}

export async function noteRevoked({ settings }: StationDatabase, at: number): Promise<void> {
  await settings.put({ name: NAME, value: { at } });
}

/** The hub says that the terminal is in service after all. */
export async function liftRevocation({ settings }: StationDatabase): Promise<void> {
  await settings.delete(NAME);
}

/** To be called only once the hub has confirmed that it holds what was unsent. Cut off, it is begun again by the next start. */
export async function wipeTerminal(station: Station): Promise<void> {
  const own = station.database.name;
  await station.close();
  const names = (await indexedDB.databases())
    .map(({ name }) => name ?? '')
    .filter((name) => name.includes('sanji') && name !== own);
  for (const name of names) await deleted(name);
  // Last, since it holds the note by which a wipe that was cut off goes on.
  await deleted(own);
  sessionStorage.clear();
  for (const key of Object.keys(localStorage)) if (key !== LANGUAGE) localStorage.removeItem(key);
}

/** Other tabs let go of a database when they are told that it is to be deleted. */
function deleted(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => {
      resolve();
    };
    request.onerror = () => {
      reject(request.error ?? new Error(`${name} was not deleted`));
    };
  });
}
