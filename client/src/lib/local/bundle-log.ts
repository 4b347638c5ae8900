/** How many bundles this terminal has made, and which answer it heard last. */
import type { StationDatabase } from './station-database.ts';

export interface BundleLog {
  /** Of the last bundle made. */
  seq: number;
  exportedAt?: number;
  /** The last answer: `seq` is the hub's count. */
  answered?: { seq: number; at: number };
}

const NAME = 'bundles';

export async function readBundleLog({ settings }: StationDatabase): Promise<BundleLog> {
  const found = await settings.get(NAME);
  return found === undefined ? { seq: 0 } : (found.value as BundleLog);
}

/** Durable when it resolves; what others wrote in between is in `log`. */
export async function changeBundleLog(
  database: StationDatabase,
  change: (log: BundleLog) => BundleLog,
): Promise<BundleLog> {
  const { settings } = database;
  return database.transaction('rw', settings, async () => {
    const value = change(await readBundleLog(database));
    await settings.put({ name: NAME, value });
    return value;
  });
}
