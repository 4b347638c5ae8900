/** Puts a backup back and begins a new epoch: for the embedded store the file and the epoch in one step, for CouchDB the epoch alone. */
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@sanji/sync/replication/ports';
import { BEAT_MS, lastPulse } from './hub/hub-life.ts';
import { keepOut } from './hub/keep-out.ts';
import { raiseEpoch, type RaisedEpoch } from './hub/raise-epoch.ts';
import { openHubStores } from './store/open-store.ts';
import { openEmbeddedStore } from './store/embedded-store.ts';
import { StoreStartError } from './store/store-error.ts';
import type { Config } from './config.ts';

/** In words for an operator. */
export class RestoreRefused extends Error {}

export interface RestoreOptions {
  config: Pick<Config, 'dataDir' | 'couchdbUrl' | 'couchdbPrefix'>;
  /** A copy of `hub.sqlite`, or of the data folder. Undefined: the backup is in its place already. */
  from?: string;
  clock: Clock;
}

export interface Restored extends RaisedEpoch {
  /** Where the store that was replaced is kept. */
  keptAs?: string;
  /** Entries out of service again since the replaced store tells so; undefined when none can be asked. */
  keptOut?: number;
}

const FILE = 'hub.sqlite';
const RESTORING = `${FILE}.restoring`;
const READING = `${FILE}.reading`;
/** The file, and what SQLite keeps beside one that was not closed. */
const PARTS = ['', '-wal', '-shm'];

/** Throws `RestoreRefused` and `StoreStartError`, with everything as it was. */
export async function restoreBackup({ config, from, clock }: RestoreOptions): Promise<Restored> {
  if (from === undefined) return raiseInPlace(config, clock);
  if (config.couchdbUrl !== undefined) {
    throw new RestoreRefused(
      'With COUCHDB_URL the databases are put back by CouchDB’s own means. Do that first, then call this without --from.',
    );
  }
  return replaceFile(config, backupIn(from), clock);
}

async function raiseInPlace(config: RestoreOptions['config'], clock: Clock): Promise<Restored> {
  const { dataDir, couchdbUrl, couchdbPrefix: prefix } = config;
  if (couchdbUrl === undefined && !existsSync(join(dataDir, FILE)))
    throw new RestoreRefused(`There is no store in ${dataDir}. Name the backup with --from.`);
  const stores = await openHubStores({ dataDir, prefix, ...(couchdbUrl !== undefined && { couchdbUrl }) });
  try {
    // The embedded store is locked by its process; who works on a CouchDB says so every minute.
    // Either way: its clock may have been ahead.
    const quietMs = Math.abs(clock.now() - (await lastPulse(stores.directory)));
    if (stores.store.kind === 'couchdb' && quietMs < 2 * BEAT_MS) {
      throw new RestoreRefused(
        `A hub was at work on this store ${String(Math.round(quietMs / 1_000))} s ago. Stop every hub, wait two minutes, and try again.`,
      );
    }
    return await raiseEpoch(stores, clock);
  } finally {
    await stores.store.close();
  }
}

/** The new epoch is in the file before it takes its place, so a hub never runs on a backup without one. */
async function replaceFile(
  config: RestoreOptions['config'],
  backup: string,
  clock: Clock,
): Promise<Restored> {
  const { dataDir } = config;
  mkdirSync(dataDir, { recursive: true });
  const [place, next] = [join(dataDir, FILE), join(dataDir, RESTORING)];
  removeAll(next);
  copyAll(backup, next);
  try {
    const raised = await raisedIn(config, clock);
    const keptAs = await keepAside(place, clock.now());
    const keptOut = keptAs === undefined ? undefined : await stillOut(config, keptAs, clock);
    renameSync(next, place);
    return {
      ...raised,
      ...(keptAs !== undefined && { keptAs }),
      ...(keptOut !== undefined && { keptOut }),
    };
  } finally {
    removeAll(next);
  }
}

async function raisedIn(
  { dataDir, couchdbPrefix: prefix }: RestoreOptions['config'],
  clock: Clock,
): Promise<RaisedEpoch> {
  const stores = await openHubStores({ dataDir, prefix, file: RESTORING });
  try {
    if ((await stores.catalog.all()).length === 0)
      throw new RestoreRefused('The backup is an empty store: nothing was put back.');
    return await raiseEpoch(stores, clock);
  } finally {
    await stores.store.close();
  }
}

/** A copy is asked, so that what is kept stays as it is. Undefined: it cannot be read. */
async function stillOut(
  { dataDir, couchdbPrefix: prefix }: RestoreOptions['config'],
  keptAs: string,
  clock: Clock,
): Promise<number | undefined> {
  const copy = join(dataDir, READING);
  removeAll(copy);
  copyAll(keptAs, copy);
  try {
    const replaced = await openHubStores({ dataDir, prefix, file: READING });
    try {
      const restored = await openHubStores({ dataDir, prefix, file: RESTORING });
      try {
        return await keepOut(replaced, restored, clock);
      } finally {
        await restored.store.close();
      }
    } finally {
      await replaced.store.close();
    }
  } catch (error) {
    if (error instanceof StoreStartError) return undefined;
    throw error;
  } finally {
    removeAll(copy);
  }
}

/** What is in the place now stays on the disk under another name: it may be the last copy of something. */
async function keepAside(place: string, now: number): Promise<string | undefined> {
  if (!existsSync(place)) return undefined;
  const keptAs = `${place}.before-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
  // Before it is opened: SQLite throws away a log that it cannot read.
  copyAll(place, keptAs);
  try {
    // Closing writes the log into the file, so that the file alone is whole; and nobody else may hold it.
    await openEmbeddedStore({ path: place }).close();
    removeAll(keptAs);
    copyAll(place, keptAs);
  } catch (error) {
    if (!(error instanceof StoreStartError) || error.code === 'file-locked') {
      removeAll(keptAs);
      throw error;
    }
    // Damaged, and so the reason for the restore. Its log must not be taken for the new file's.
    removeAll(place);
  }
  return keptAs;
}

function copyAll(from: string, to: string): void {
  for (const part of PARTS)
    if (existsSync(from + part)) copyFileSync(from + part, to + part, constants.COPYFILE_FICLONE);
}

function removeAll(path: string): void {
  for (const part of PARTS) rmSync(path + part, { force: true });
}

function backupIn(from: string): string {
  const file = existsSync(from) && statSync(from).isDirectory() ? join(from, FILE) : from;
  if (!existsSync(file)) throw new RestoreRefused(`There is no backup at ${file}.`);
  return file;
}
