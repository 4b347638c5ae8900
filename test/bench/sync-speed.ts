/** First sync, push, save and sealing in a real browser: the stock plugin and the product's own store in turns. */
import { join } from 'node:path';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import type { StockServer } from './stock-server.ts';
import { openBareBrowser } from './bare-page.ts';
import { asStockDocument, makeCases, UNIT } from './fill.ts';
import { servePage } from './serve-page.ts';
import { makeCode, type BenchStation } from './station.ts';

const ROUNDS = 3;
const SAVES = 200;

/** Milliseconds of each round; `own` and `stock` of one index were measured one after the other. */
export interface Contest {
  own: number[];
  stock: number[];
}

export interface SyncSpeed {
  firstSync: Contest;
  push: Contest & { cases: number; ownRound: number[] };
  saveMs: number[];
  sealMs: number[];
}

interface Timed {
  ms: number;
  errors: string[];
}

export interface SyncSpeedParts {
  hub: { url: string };
  station: BenchStation;
  /** What the hub holds already. */
  cases: PushedCase[];
  stockServer: StockServer;
  scratch: string;
}

export async function measureSync({
  hub,
  station,
  cases,
  stockServer,
  scratch,
}: SyncSpeedParts): Promise<SyncSpeed> {
  const stockDb = await stockServer.makeDatabase(cases.map(asStockDocument));
  const page = await servePage(hub.url, stockServer.url);
  const browser = await openBareBrowser(page.url, join(scratch, 'profile'));
  const inPage = <T>(name: string, options: object) => page.jobs.call<T>(name, options);

  const firstSync: Contest = { own: [], stock: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const own = await inPage<Timed & { count: number }>('ownFirstSync', {
      name: `sanji-bench-${String(round)}`,
      code: await makeCode(hub.url, UNIT),
    });
    const stock = await inPage<Timed & { count: number }>('stockFirstSync', {
      name: `stock-${String(round)}`,
      url: `${page.url}/couch/${stockDb}/`,
    });
    if (own.count !== cases.length || stock.count !== cases.length) {
      const errors = [...own.errors, ...stock.errors].join();
      throw new Error(`incomplete: own ${String(own.count)}, stock ${String(stock.count)} ${errors}`);
    }
    firstSync.own.push(own.ms);
    firstSync.stock.push(stock.ms);
  }

  const pushed = Math.max(1, Math.round(cases.length / 10));
  const push: SyncSpeed['push'] = { cases: pushed, own: [], stock: [], ownRound: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = await makeCases(station, pushed, cases.length + 1 + round * pushed);
    const docs = fresh.map(asStockDocument);
    const own = await inPage<Timed & { roundMs: number }>('ownPush', {
      name: `sanji-bench-push-${String(round)}`,
      code: await makeCode(hub.url, UNIT),
      docs,
    });
    const stock = await inPage<Timed>('stockPush', {
      name: `stock-push-${String(round)}`,
      url: `${page.url}/couch/${await stockServer.makeDatabase([])}/`,
      docs,
    });
    const errors = [...own.errors, ...stock.errors];
    if (errors.length > 0) throw new Error(errors.join());
    push.own.push(own.ms);
    push.ownRound.push(own.roundMs);
    push.stock.push(stock.ms);
  }

  const saving = await makeCases(station, SAVES, cases.length + 1 + ROUNDS * pushed);
  const docs = saving.map(asStockDocument);
  const saveMs = await inPage<number[]>('ownSaves', { name: 'sanji-bench-0', docs });
  const sealMs = await inPage<number[]>('ownSeals', { docs });
  await browser.close();
  page.close();
  return { firstSync, push, saveMs, sealMs };
}
