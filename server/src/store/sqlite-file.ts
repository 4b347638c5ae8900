/**
 * One SQLite file that holds many ordered key–value stores, for one process alone. Every acknowledged batch is on the disk
 * (`synchronous=FULL`); what is written in one turn of the event loop shares a commit.
 *
 * It must not be shared: the lock is exclusive for as long as the file is open, and a second opener is refused by name.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreError, StoreStartError } from './store-error.ts';

export interface Pair {
  key: string;
  value: string;
}
export interface Slice {
  lower: { key: string; inclusive: boolean };
  upper: { key: string; inclusive: boolean };
  reverse: boolean;
  limit: number;
  /** Of each value, which must be JSON then, only this field. */
  field?: string;
}

/** One space within the commit under way. */
export interface Entries {
  /** Sees what was put earlier in the same commit. */
  find(key: string): string | undefined;
  put(key: string, value: string): void;
  remove(key: string): void;
}

interface PendingWork {
  space: number;
  work: (entries: Entries) => void;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** 'sanj': marks the file as ours (SQLite's application_id). */
const APPLICATION_ID = 0x73616e6a;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS space (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS entry (
    stamp INTEGER PRIMARY KEY, space INTEGER NOT NULL, key TEXT NOT NULL, value ANY NOT NULL, UNIQUE (space, key)
  ) STRICT;`;

export class SqliteFile {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #slices = new Map<string, StatementSync>();
  #pending: PendingWork[] = [];
  #stamp: number;
  #broken: Error | undefined;
  #closed = false;

  /** Throws StoreStartError. */
  constructor(path: string) {
    this.path = path;
    this.#db = openExclusively(path);
    this.#get = this.#db.prepare('SELECT value FROM entry WHERE space = ? AND key = ?');
    this.#put = this.#db.prepare(
      'INSERT OR REPLACE INTO entry (stamp, space, key, value) VALUES (?, ?, ?, ?)',
    );
    this.#delete = this.#db.prepare('DELETE FROM entry WHERE space = ? AND key = ?');
    this.#stamp = Number(this.#db.prepare('SELECT max(stamp) AS stamp FROM entry').get()?.['stamp'] ?? 0);
  }

  /** The failure after which nothing is read or written any more, until a restart. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  get closed(): boolean {
    return this.#closed;
  }

  spaces(): string[] {
    return this.#db
      .prepare('SELECT name FROM space ORDER BY name')
      .all()
      .map((row) => String(row['name']));
  }

  /** The number of the space of that name, made when missing. */
  space(name: string): number {
    this.#db.prepare('INSERT OR IGNORE INTO space (name) VALUES (?)').run(name);
    return Number(this.#db.prepare('SELECT id FROM space WHERE name = ?').get(name)?.['id']);
  }

  dropSpace(name: string): void {
    const id = this.#db.prepare('SELECT id FROM space WHERE name = ?').get(name)?.['id'];
    if (typeof id !== 'number') return;
    this.#flush();
    this.#transaction(() => {
      this.#db.prepare('DELETE FROM entry WHERE space = ?').run(id);
      this.#db.prepare('DELETE FROM space WHERE id = ?').run(id);
    });
  }

  find(space: number, key: string): string | undefined {
    return this.#guard(() => this.#get.get(space, key)?.['value'] as string | undefined);
  }

  slice(space: number, { lower, upper, reverse, limit, field }: Slice): Pair[] {
    const value = field === undefined ? 'value' : "json_extract(value, '$.' || ?) AS value";
    const where = `space = ? AND key ${lower.inclusive ? '>=' : '>'} ? AND key ${upper.inclusive ? '<=' : '<'} ?`;
    const sql = `SELECT key, ${value} FROM entry WHERE ${where} ORDER BY key ${reverse ? 'DESC' : 'ASC'} LIMIT ?`;
    const statement = this.#slices.get(sql) ?? this.#db.prepare(sql);
    this.#slices.set(sql, statement);
    const fields = field === undefined ? [] : [field];
    const rows = this.#guard(() => statement.all(...fields, space, lower.key, upper.key, limit));
    return rows as unknown as Pair[];
  }

  /**
   * Runs `work` within the next commit, and resolves when that has reached the disk. Nobody reads what `work` put before then, but for
   * later work of the same commit. When anything in a commit fails nothing of it is stored, and everybody in it is told.
   */
  transact(space: number, work: (entries: Entries) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ space, work, resolve, reject });
      if (this.#pending.length === 1) setImmediate(() => this.#flush());
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#db.close();
  }

  #flush(): void {
    const waiting = this.#pending;
    if (waiting.length === 0) return;
    this.#pending = [];
    try {
      if (this.#closed) throw new StoreError('misuse', 'the store is closed');
      if (this.#broken !== undefined) throw this.#broken;
      this.#transaction(() => {
        for (const { space, work } of waiting) work(this.#entries(space));
      });
    } catch (error) {
      const failure = error instanceof StoreError ? error : broken(error);
      for (const { reject } of waiting) reject(failure);
      return;
    }
    for (const { resolve } of waiting) resolve();
  }

  #entries(space: number): Entries {
    return {
      find: (key) => this.find(space, key),
      put: (key, value) => {
        this.#put.run(++this.#stamp, space, key, value);
      },
      remove: (key) => {
        this.#delete.run(space, key);
      },
    };
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** After a failed read nothing is written any more: it would be written over what could not be read. */
  #guard<T>(read: () => T): T {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#closed) throw new StoreError('misuse', 'the store is closed');
    try {
      return read();
    } catch (error) {
      this.#broken = broken(error);
      throw this.#broken;
    }
  }
}

function broken(cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('broken', `the embedded store failed: ${reason}`, cause);
}

function openExclusively(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw new StoreStartError(
      'directory-unusable',
      `The data folder ${dirname(path)} cannot be made.`,
      'Give DATA_DIR a folder the hub may write to.',
      cause,
    );
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    // The lock must be asked for before the log is first touched: only then SQLite keeps the log's index in memory, and alone.
    db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA busy_timeout=0;');
    db.exec('BEGIN EXCLUSIVE; COMMIT;');
    assertOurs(db, path);
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;');
    db.exec(
      `BEGIN EXCLUSIVE; ${SCHEMA} PRAGMA application_id=${String(APPLICATION_ID)}; PRAGMA user_version=${String(SCHEMA_VERSION)}; COMMIT;`,
    );
    return db;
  } catch (cause) {
    if (db?.isOpen === true) db.close();
    throw cause instanceof StoreStartError ? cause : startError(cause, path);
  }
}

function assertOurs(db: DatabaseSync, path: string): void {
  const id = Number(db.prepare('PRAGMA application_id').get()?.['application_id']);
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  const empty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (empty || (id === APPLICATION_ID && version === SCHEMA_VERSION)) return;
  throw new StoreStartError(
    'file-not-a-store',
    `${path} is not a store of this version of the hub (application ${String(id)}, version ${String(version)}).`,
    'Point DATA_DIR at the folder this hub has written before, or at an empty one.',
  );
}

function startError(cause: unknown, path: string): StoreStartError {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0;
  const [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOTADB, SQLITE_CORRUPT] = [5, 6, 26, 11];
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new StoreStartError(
      'file-locked',
      `${path} is in use by another hub process.`,
      'Stop the other process, or give this one its own DATA_DIR. For several hub processes on one store use COUCHDB_URL.',
      cause,
    );
  }
  if (code === SQLITE_NOTADB || code === SQLITE_CORRUPT) {
    return new StoreStartError(
      'file-not-a-store',
      `${path} is damaged or is no store of this hub.`,
      'Restore it from the last backup, or point DATA_DIR at another folder. Keep the file: what is in it may be recoverable.',
      cause,
    );
  }
  return new StoreStartError(
    'directory-unusable',
    `${path} cannot be opened for writing.`,
    'Check that DATA_DIR exists, that the hub may write there, and that the disk is not full.',
    cause,
  );
}
