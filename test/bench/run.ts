/**
 * `npm run bench [-- --json] [-- --cases N] [-- --only PART,…]`: every speed as a ratio within one run, in a real browser. A part's figures are
 * told on standard error as soon as it is done, so that a later failure takes nothing with it; the report follows at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { freePort, startHubProcess, type RunningHub } from '../e2e/hub-process.ts';
import { measureDesk } from './desk-speed.ts';
import { measureNeighbour } from '../attack/neighbour.ts';
import { measureClerkSwitch } from './clerk-switch.ts';
import { makeCases, UNIT } from './fill.ts';
import { measureIntake } from './intake-speed.ts';
import { measurePrintPreview } from './print-preview.ts';
import { measureSimulation } from './simulation-speed.ts';
import { openStockServer, type StockServer } from './stock-server.ts';
import { measureRelay, measureStreetScreens } from './street-relay.ts';
import { measureSync, type Contest } from './sync-speed.ts';
import { measureInUse } from './terminal-in-use.ts';
import { BenchStation } from './station.ts';

interface Bench {
  hub: RunningHub;
  station: BenchStation;
  /** What the hub holds at the start. */
  cases: PushedCase[];
  stockServer: StockServer;
  scratch: string;
}

/** In this order: what changes the hub for the others comes last. */
const PARTS = {
  sync: async (bench: Bench) => {
    const { firstSync, push, saveMs, sealMs } = await measureSync(bench);
    return {
      firstSync: ratio(firstSync),
      push: { cases: push.cases, ...ratio(push), ownRoundMs: quantile(push.ownRound, 0.5) },
      storeSave: spread(saveMs),
      sealing: spread(sealMs),
    };
  },
  inUse: async ({ hub, scratch }: Bench) => {
    const { saveMs, searchMs, idle, offlineStartMs, scriptGzipKb } = await measureInUse(hub, {
      unit: UNIT,
      scratch,
    });
    return {
      screenSave: spread(saveMs),
      search: spread(searchMs),
      idle,
      offlineStartMs,
      firstScreenScriptGzipKb: scriptGzipKb,
    };
  },
  desk: async ({ hub, scratch }: Bench) => {
    const { frameMs, matrixCells, matrixMs } = await measureDesk(hub, { unit: UNIT, scratch });
    const scroll = { ...spread(frameMs), worstMs: quantile(frameMs, 1) };
    return { workbenchScroll: scroll, matrix: { cells: matrixCells, ...spread(matrixMs) } };
  },
  clerkSwitch: async ({ hub, scratch }: Bench) => ({
    clerkSwitchOffline: spread(await measureClerkSwitch(hub, { unit: UNIT, scratch })),
  }),
  print: async ({ hub, scratch }: Bench) => ({
    printPreview: spread(await measurePrintPreview(hub, { unit: UNIT, scratch })),
  }),
  intake: async ({ hub, scratch }: Bench) => {
    const { matterVersions, keystrokeMs, formMs } = await measureIntake(hub, scratch);
    return { intake: { matterVersions, keystroke: spread(keystrokeMs), formDrawn: spread(formMs) } };
  },
  neighbour: async () => ({ neighbourUnderAttack: await measureNeighbour() }),
  simulation: async () => ({ simulation: await measureSimulation() }),
  relay: async ({ hub, scratch }: Bench) => {
    const screenMs = await measureStreetScreens(hub, scratch);
    const { seenMs, ...relay } = await measureRelay(hub, scratch);
    return {
      streetRelay: { ...relay, seenAtStreet: spread(seenMs), onStreetScreen: spread(screenMs) },
    };
  },
} satisfies Record<string, (bench: Bench) => Promise<object>>;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    cases: { type: 'string', default: '10000' },
    only: { type: 'string', default: Object.keys(PARTS).join() },
  },
});
const wanted = new Set(values.only.split(','));
for (const name of wanted) if (!(name in PARTS)) throw new Error(`no such part: ${name}`);

const scratch = mkdtempSync(join(tmpdir(), 'sanji-bench-'));
const hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
const stockServer = await openStockServer(
  process.env['COUCHDB_URL'] ?? '',
  mkdtempSync(join(scratch, 'stock-')),
);

try {
  const station = await BenchStation.enrol(hub.url, UNIT);
  const cases = await makeCases(station, Number(values.cases), 1);
  for (let i = 0; i < cases.length; i += 100) await station.push(cases.slice(i, i + 100));
  const report = {
    stockServer: stockServer.name,
    cases: cases.length,
    bytesPerCase: Buffer.byteLength(JSON.stringify(cases[0])),
  };
  for (const [name, measure] of Object.entries(PARTS)) {
    if (!wanted.has(name)) continue;
    const figures = await measure({ hub, station, cases, stockServer, scratch });
    process.stderr.write(`${JSON.stringify(figures)}\n`);
    Object.assign(report, figures);
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await stockServer.close();
  await hub.destroy();
  rmSync(scratch, { recursive: true, force: true });
}

/** The middle round; how often is the middle of the rounds' own ratios. */
function ratio({ own, stock }: Contest) {
  const ratios = own.map((ms, i) => (stock[i] ?? NaN) / ms);
  return {
    ownMs: quantile(own, 0.5),
    stockMs: quantile(stock, 0.5),
    timesFaster: quantile(ratios, 0.5, 2),
  };
}

function spread(ms: number[]) {
  return { p50Ms: quantile(ms, 0.5), p95Ms: quantile(ms, 0.95) };
}

function quantile(numbers: number[], share: number, digits = 1): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return Number(found.toFixed(digits));
}
