/**
 * What the stock plugin talks to: the server of `COUCHDB_URL` (of a cluster the first node that answers), or else the compatible one of the tests, on disk as
 * both CouchDB and the hub are. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import { parseCouchUrls } from '@sanji/server/store/couchdb-cluster';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';

const BULK = 500;

export interface StockServer {
  /** For the report. */
  name: string;
  url: string;
  /** Name of a new database with `docs` in it. */
  makeDatabase(docs: CaseDocument[]): Promise<string>;
  /** Takes its databases with it. */
  close(): Promise<void>;
}

/** @param folder for the compatible server's databases */
export async function openStockServer(couchUrls: string, folder: string): Promise<StockServer> {
  if (couchUrls !== '') {
    return stockServer('CouchDB at COUCHDB_URL', await answeringNode(couchUrls), () => Promise.resolve());
  }
  const compatible = await startCompatibleServer({ folder });
  return stockServer('CouchDB-compatible server of the tests, on disk', compatible.url, () =>
    compatible.kill(),
  );
}

function stockServer(name: string, url: string, stop: () => Promise<void>): StockServer {
  const databases: string[] = [];
  return {
    name,
    url,
    async makeDatabase(docs) {
      const database = `bench_${String(Date.now())}_${String(databases.length)}`;
      databases.push(database);
      await ask(url, 'PUT', database);
      for (let i = 0; i < docs.length; i += BULK) {
        await ask(url, 'POST', `${database}/_bulk_docs`, { docs: docs.slice(i, i + BULK) });
      }
      return database;
    },
    async close() {
      for (const database of databases) await ask(url, 'DELETE', database);
      await stop();
    },
  };
}

async function answeringNode(urls: string): Promise<string> {
  for (const { base, authorization, url } of parseCouchUrls(urls)) {
    const headers = authorization === undefined ? {} : { authorization };
    const up = await fetch(`${base}/_up`, { headers, signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    if (up?.ok === true) return url;
  }
  throw new Error('no CouchDB of COUCHDB_URL answers');
}

async function ask(server: string, method: string, path: string, body?: object): Promise<void> {
  const base = new URL(server);
  const login =
    base.username === '' ? {} : { authorization: `Basic ${btoa(`${base.username}:${base.password}`)}` };
  const response = await fetch(`${base.origin}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...login },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && method !== 'DELETE') throw new Error(`${method} ${path}: ${String(response.status)}`);
}
