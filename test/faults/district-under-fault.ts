/** Stations at work on hubs in processes of their own while things break again and again; then everything is held together. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { loadSampleDistrict } from '@sanji/server/seed/sample-district';
import { openHubStores } from '@sanji/server/store/open-store';
import { LoopStation } from '../integration/loop-station.ts';
import { openCompatibleCouch, openRealCouch, type Couch } from './couch.ts';
import type { Fault, Scene } from './faults.ts';
import { findingsOf, masterCases, unsettled } from './findings.ts';
import { Happenings } from './happenings.ts';
import { HubChild, OFFSET_MS } from './hub-child.ts';
import { openLine, type Line } from './line.ts';
import { WorkerStation, type Hubs } from './worker-station.ts';

/** `embedded`: one hub on its file. Else two on one CouchDB: the stand-in, or the one that COUCHDB_URL names. */
export type StoreKind = 'embedded' | 'compatible' | 'couchdb';

export interface Run {
  store: StoreKind;
  seed: number;
  /** Strike one after the other, in an order that the seed gives. */
  faults: readonly Fault[];
  /** For `couchdb`. */
  couchdbUrl?: string;
  /** A module that is loaded before the hubs: a mistake to be found. */
  planted?: URL;
  /** How long is waited for rest; with a mistake planted there may be none. */
  settleMs?: number;
}
export interface Report {
  store: StoreKind;
  seed: number;
  faults: string[];
  cases: number;
  actions: number;
  /** Words of the hub that a station had when it all ended, or had had before. */
  acknowledged: number;
  /** Rounds of stations that failed. */
  troubles: number;
  findings: string[];
}

const SAMPLE = join(import.meta.dirname, '../../deploy/sample-district');
/** A router that failed is tried again after 30 s at most, and a request to a store that hangs is given up after 45 s. */
const SETTLE_MS = 120_000;

export async function runUnderFaults(run: Run): Promise<Report> {
  const { store, seed, faults, couchdbUrl = '', planted, settleMs = SETTLE_MS } = run;
  const scratch = mkdtempSync(join(tmpdir(), 'sanji-fault-'));
  const random = new SeededRandom(seed);
  const happenings = new Happenings();
  const onAsked = () => {
    happenings.note('store');
  };
  const dataDir = join(scratch, 'hub');
  mkdirSync(dataDir);
  const file = watch(dataDir, (_kind, name) => {
    if (store === 'embedded' && name === 'hub.sqlite-wal') onAsked();
  });
  const hubs: HubChild[] = [];
  const lines: Line[] = [];
  let couch: Couch | undefined;
  try {
    if (store === 'compatible') couch = await openCompatibleCouch(scratch, onAsked);
    if (store === 'couchdb') couch = await openRealCouch(couchdbUrl, onAsked);
    const prefix = couch === undefined ? '' : `f${randomBytes(5).toString('hex')}_`;
    const env = {
      DATA_DIR: dataDir,
      COUCHDB_URL: couch?.url ?? '',
      COUCHDB_PREFIX: prefix,
      ...(planted !== undefined && { NODE_OPTIONS: `--import ${planted.href}` }),
    };
    for (let i = 0; i < (couch === undefined ? 1 : 2); i++) hubs.push(await HubChild.start(env));
    for (const { port } of hubs) lines.push(await openStationLine(port, happenings));
    const workers = await startWorkers({ hubs, lines, random });
    await strikeAll(faults, { hubs, lines, couch, happenings, random }, workers);
    const unrest = await settle(workers, settleMs);
    for (const hub of hubs) await hub.stop();
    const stores = await openHubStores({ dataDir, couchdbUrl: couch?.directUrl ?? '', prefix });
    const masters = await masterCases(stores);
    if (store === 'couchdb') for (const name of await stores.store.list()) await stores.store.destroy(name);
    await stores.store.close();
    return {
      store,
      seed,
      faults: faults.map(({ name }) => name),
      cases: masters.size,
      actions: sum(workers, ({ made }) => made.size),
      acknowledged: sum(workers, ({ acknowledged }) => acknowledged.size),
      troubles: sum(workers, ({ troubles }) => troubles),
      findings: [
        ...unrest.map((words) => `not at rest: ${words}`),
        ...findingsOf(masters, workers),
        ...workers.flatMap(({ station }) => station.faults.map((error) => `threw: ${String(error)}`)),
        ...hubs.flatMap(({ fault }) => fault),
      ],
    };
  } finally {
    file.close();
    for (const line of lines) line.close();
    for (const hub of hubs) await hub.kill();
    await couch?.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function openStationLine(port: number, happenings: Happenings): Promise<Line> {
  const onPiece = (way: 'there' | 'back') => {
    happenings.note(way === 'there' ? 'request' : 'answer');
  };
  return openLine({ host: 'localhost', port, onPiece });
}

async function strikeAll(
  faults: readonly Fault[],
  scene: Scene,
  workers: readonly WorkerStation[],
): Promise<void> {
  const stop = new AbortController();
  const working = Promise.all(workers.map((worker) => worker.work(stop.signal)));
  // A station that throws ends the run; without it nothing may ever strike.
  const broken = working.then(() => undefined);
  for (const left = [...faults]; left.length > 0;) {
    const [fault] = left.splice(scene.random.below(left.length), 1);
    await Promise.race([fault?.strike(scene), broken]);
  }
  stop.abort();
  await working;
}

/** Two terminals of one community and one of its street, who hand on to the district. */
async function startWorkers({ hubs, lines, random }: Pick<Scene, 'hubs' | 'lines' | 'random'>) {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const clock = { now: () => Date.now() + OFFSET_MS };
  let calls = 0;
  const all = lines.map(({ host }) => ({
    url: `http://${host}`,
    clock,
    hub: { container: { catalog: { current: () => catalog } } },
    callerAddress: () => `10.0.${String((calls++ >> 8) & 255)}.${String(calls & 255)}`,
  }));
  const listening = () => Promise.race(hubs.map((hub) => hub.listening));
  const [first] = all;
  if (first === undefined) throw new Error('no hub');
  const district = await LoopStation.join(first, 'zhaom');
  const workers: WorkerStation[] = [];
  for (const [i, clerk] of ['yangxm', 'yangxm', 'puyl'].entries()) {
    const turned: Hubs = { all: [...all.slice(i % all.length), ...all.slice(0, i % all.length)], listening };
    const seeded = new SeededRandom(random.below(2 ** 31));
    workers.push(await WorkerStation.join(turned, { clerk, next: district, random: seeded }));
  }
  return workers;
}

/** Until nothing is pending anywhere and every unit has heard of everything; what is not so after all that time. */
async function settle(workers: readonly WorkerStation[], ms: number): Promise<string[]> {
  const until = performance.now() + ms;
  for (;;) {
    for (const worker of workers) await worker.settleRound();
    const left = unsettled(workers);
    if (left.length === 0 || performance.now() > until) return left;
  }
}

function sum(workers: readonly WorkerStation[], of: (worker: WorkerStation) => number): number {
  return workers.reduce((all, worker) => all + of(worker), 0);
}
