/**
 * `npm run bench [-- --json] [-- --cases N]`: every speed as a ratio within one run, in a real browser. The stock plugin talks to the
 * server of `COUCHDB_URL` (of a cluster the first node that answers; the hub has them all), or else to the CouchDB-compatible one of the
 * tests; the output says which.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCouchUrls } from '@sanji/server/store/couchdb-cluster';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';
import { openProfile } from '../e2e/browser.ts';
import { freePort, startHubProcess } from '../e2e/hub-process.ts';
import { asStockDocument, makeCases, UNIT } from './fill.ts';
import { measureIntake } from './intake-speed.ts';
import { measurePrintPreview } from './print-preview.ts';
import { measureSimulation } from './simulation-speed.ts';
import { measureRelay } from './street-relay.ts';
import { measureInUse } from './terminal-in-use.ts';
import { servePage } from './serve-page.ts';
import { BenchStation, makeCode } from './station.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, cases: { type: 'string', default: '10000' } },
});
const count = Number(values.cases);
const pushed = Math.max(1, Math.round(count / 10));
const ROUNDS = 3;

interface Timed {
  ms: number;
  errors: string[];
}

const couchUrls = process.env['COUCHDB_URL'] ?? '';
const couchUrl = couchUrls === '' ? undefined : await answeringNode(couchUrls);
const scratch = mkdtempSync(join(tmpdir(), 'sanji-bench-'));
const hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
const compatible = couchUrl === undefined ? await startCompatibleServer() : undefined;
const stockServer = couchUrl ?? compatible?.url ?? '';
const databases: string[] = [];

try {
  const station = await BenchStation.enrol(hub.url, UNIT);
  const cases = await makeCases(station, count, 1);
  for (let i = 0; i < cases.length; i += 100) await station.push(cases.slice(i, i + 100));
  const stockDb = await stockDatabase(cases);
  const page = await servePage(hub.url, stockServer);
  const profile = await openProfile(join(scratch, 'profile'));
  const tab = await profile.newPage();
  tab.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
  await tab.goto(page.url);
  await tab.waitForFunction(() => document.title === 'ready');

  const sync = { own: [] as number[], stock: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const own = await inPage<Timed & { count: number }>('ownFirstSync', {
      name: `sanji-bench-${String(round)}`,
      code: await makeCode(hub.url, UNIT),
    });
    const stock = await inPage<Timed & { count: number }>('stockFirstSync', {
      name: `stock-${String(round)}`,
      url: `${page.url}/couch/${stockDb}/`,
    });
    if (own.count !== count || stock.count !== count) {
      throw new Error(
        `incomplete: own ${String(own.count)}, stock ${String(stock.count)} ${[...own.errors, ...stock.errors].join()}`,
      );
    }
    sync.own.push(own.ms);
    sync.stock.push(stock.ms);
  }

  const push = { own: [] as number[], stock: [] as number[], round: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = await makeCases(station, pushed, count + 1 + round * pushed);
    const own = await inPage<Timed & { roundMs: number }>('ownPush', {
      name: `sanji-bench-push-${String(round)}`,
      code: await makeCode(hub.url, UNIT),
      docs: fresh.map(asStockDocument),
    });
    if (own.errors.length > 0) throw new Error(own.errors.join());
    push.own.push(own.ms);
    push.round.push(own.roundMs);
    const db = await stockDatabase([]);
    const stock = await inPage<Timed>('stockPush', {
      name: `stock-push-${String(round)}`,
      url: `${page.url}/couch/${db}/`,
      docs: fresh.map(asStockDocument),
    });
    if (stock.errors.length > 0) throw new Error(stock.errors.join());
    push.stock.push(stock.ms);
  }

  const saving = await makeCases(station, 200, count + 1 + ROUNDS * pushed);
  const saves = await inPage<number[]>('ownSaves', {
    name: 'sanji-bench-0',
    rows: [],
    docs: saving.map(asStockDocument),
  });

  const seals = await inPage<number[]>('ownSeals', { docs: saving.map(asStockDocument) });

  async function inPage<T>(name: string, options: object): Promise<T> {
    const run = ([fn, given]: [string, object]): Promise<unknown> =>
      window.bench[fn]?.(given as never) ?? Promise.reject(new Error(fn));
    return (await tab.evaluate(run, [name, options] as [string, object])) as T;
  }

  await profile.close();
  page.close();
  const inUse = await measureInUse(hub, { unit: UNIT, scratch });
  const previews = await measurePrintPreview(hub, { unit: UNIT, scratch });
  const intake = await measureIntake(hub, scratch);
  const simulation = await measureSimulation();
  const relay = await measureRelay(hub, scratch);

  const report = {
    stockServer: couchUrl === undefined ? 'CouchDB-compatible server of the tests' : 'CouchDB at COUCHDB_URL',
    cases: count,
    bytesPerCase: Buffer.byteLength(JSON.stringify(cases[0])),
    firstSync: ratio(sync),
    push: { cases: pushed, ...ratio(push), ownRoundMs: quantile(push.round, 0.5) },
    storeSave: { p50Ms: quantile(saves, 0.5), p95Ms: quantile(saves, 0.95) },
    sealing: { p50Ms: quantile(seals, 0.5), p95Ms: quantile(seals, 0.95) },
    screenSave: { p50Ms: quantile(inUse.saveMs, 0.5), p95Ms: quantile(inUse.saveMs, 0.95) },
    search: { p50Ms: quantile(inUse.searchMs, 0.5), p95Ms: quantile(inUse.searchMs, 0.95) },
    idle: inUse.idle,
    offlineStartMs: inUse.offlineStartMs,
    firstScreenScriptGzipKb: inUse.scriptGzipKb,
    printPreview: { p50Ms: quantile(previews, 0.5), p95Ms: quantile(previews, 0.95) },
    streetRelay: {
      stations: relay.stations,
      cases: relay.cases,
      rssMb: relay.rssMb,
      peakRssMb: relay.peakRssMb,
      seenAtStreetP95Ms: quantile(relay.seenMs, 0.95),
    },
    intake: {
      matterVersions: intake.matterVersions,
      keystrokeP95Ms: quantile(intake.keystrokeMs, 0.95),
      formDrawnP95Ms: quantile(intake.formMs, 0.95),
    },
    simulation,
  };
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
} finally {
  for (const name of databases) await couch('DELETE', name);
  await compatible?.kill();
  await hub.destroy();
  rmSync(scratch, { recursive: true, force: true });
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

async function stockDatabase(cases: PushedCase[]): Promise<string> {
  const name = `bench_${String(Date.now())}_${String(databases.length)}`;
  databases.push(name);
  await couch('PUT', name);
  for (let i = 0; i < cases.length; i += 500) {
    await couch('POST', `${name}/_bulk_docs`, { docs: cases.slice(i, i + 500).map(asStockDocument) });
  }
  return name;
}

async function couch(method: string, path: string, body?: object): Promise<void> {
  const base = new URL(stockServer);
  const login =
    base.username === '' ? {} : { authorization: `Basic ${btoa(`${base.username}:${base.password}`)}` };
  const response = await fetch(`${base.origin}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...login },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && method !== 'DELETE') throw new Error(`${method} ${path}: ${String(response.status)}`);
}

function ratio({ own, stock }: { own: number[]; stock: number[] }) {
  const ratios = own.map((ms, i) => (stock[i] ?? NaN) / ms);
  return {
    ownMs: quantile(own, 0.5),
    stockMs: quantile(stock, 0.5),
    timesFaster: Number(quantile(ratios, 0.5).toFixed(2)),
  };
}

function quantile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1));
}
