/**
 * A planted mistake, loaded before a hub (`--import`): its file says «committed» and commits only once a second. Reads through the same connection see
 * everything, an orderly end stores it, and a kill loses what had been acknowledged since.
 */
import { DatabaseSync } from 'node:sqlite';

const LATE_MS = 1_000;
const { exec, close } = DatabaseSync.prototype;
const promised = new WeakSet<DatabaseSync>();

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  if (sql === 'COMMIT') promise(this);
  else if (sql !== 'BEGIN IMMEDIATE' || !this.isTransaction) exec.call(this, sql);
};

DatabaseSync.prototype.close = function (this: DatabaseSync): void {
  keep(this);
  close.call(this);
};

function promise(database: DatabaseSync): void {
  if (promised.has(database)) return;
  promised.add(database);
  setTimeout(() => {
    keep(database);
  }, LATE_MS).unref();
}

function keep(database: DatabaseSync): void {
  promised.delete(database);
  if (database.isOpen && database.isTransaction) exec.call(database, 'COMMIT');
}
