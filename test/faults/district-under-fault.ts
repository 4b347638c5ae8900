/** Stations at work on a hub of its own process while one kind of thing breaks again and again; then everything is held together. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { loadSampleDistrict } from '@sanji/server/seed/sample-district';
import { openHubStores } from '@sanji/server/store/open-store';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';
import { LoopStation } from '../integration/loop-station.ts';
import { findingsOf, masterCases } from './findings.ts';
import { HubChild, OFFSET_MS } from './hub-child.ts';
import { openLine, type Line } from './line.ts';
import { WorkerStation } from './worker-station.ts';

export type StoreKind = 'embedded' | 'compatible';

export interface Scene {
  hubs: HubChild[];
  line: Line;
  random: SeededRandom;
}
export interface Fault {
  name: string;
  stores: readonly StoreKind[];
  hubs: number;
  /** One time; when it resolves, everything works again. */
  strike(scene: Scene): Promise<void>;
}
export interface FaultReport {
  fault: string;
  store: StoreKind;
  seed: number;
  strikes: number;
  cases: number;
  actions: number;
  /** Words of the hub that a station had when it all ended, or had had before. */
  acknowledged: number;
  /** Rounds of stations that failed. */
  troubles: number;
  findings: string[];
}

const SAMPLE = join(import.meta.dirname, '../../deploy/sample-district');
/** A station that is not equal after so many rounds never will be. */
const MAX_ROUNDS = 200;
/** Between two strikes stations are let work for up to this long. */
const MAX_CALM_MS = 600;

export async function runFault(
  fault: Fault,
  { store, seed, strikes }: { store: StoreKind; seed: number; strikes: number },
): Promise<FaultReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'sanji-fault-'));
  const random = new SeededRandom(seed);
  const couch = store === 'compatible' ? await startCompatibleServer() : undefined;
  const couchdbUrl = couch?.url ?? '';
  const place = { dataDir: scratch, couchdbUrl, prefix: `f${randomBytes(5).toString('hex')}_` };
  const env = {
    DATA_DIR: scratch,
    COUCHDB_URL: couchdbUrl,
    COUCHDB_PREFIX: couchdbUrl === '' ? '' : place.prefix,
  };
  const hubs: HubChild[] = [];
  const lines: Line[] = [];
  try {
    for (let i = 0; i < fault.hubs; i++) hubs.push(await HubChild.start(env));
    for (const { port } of hubs) lines.push(await openLine(port));
    const workers = await startWorkers(lines, random);
    const [line] = lines;
    if (line === undefined) throw new Error('no line');
    const stop = new AbortController();
    const working = workers.map((worker) => worker.work(stop.signal));
    for (let i = 0; i < strikes; i++) {
      await new Promise((resolve) => setTimeout(resolve, random.below(MAX_CALM_MS)));
      await fault.strike({ hubs, line, random });
    }
    stop.abort();
    await Promise.all(working);
    await settle(workers);
    for (const hub of hubs) await hub.stop();
    const stores = await openHubStores({ ...place, prefix: couchdbUrl === '' ? '' : place.prefix });
    const masters = await masterCases(stores);
    const findings = findingsOf(masters, workers);
    await stores.store.close();
    return {
      fault: fault.name,
      store,
      seed,
      strikes,
      cases: masters.size,
      actions: workers.reduce((sum, worker) => sum + worker.made().length, 0),
      acknowledged: workers.reduce((sum, worker) => sum + worker.acknowledged.size, 0),
      troubles: workers.reduce((sum, worker) => sum + worker.troubles, 0),
      findings: [
        ...findings,
        ...workers.flatMap(({ station }) => station.faults.map((error) => `threw: ${String(error)}`)),
      ],
    };
  } finally {
    for (const line of lines) line.close();
    for (const hub of hubs) await hub.kill();
    await couch?.kill();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Two communities of one unit's terminals, a street and the district, each by a line of its own turn. */
async function startWorkers(lines: readonly Line[], random: SeededRandom): Promise<WorkerStation[]> {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const clock = { now: () => Date.now() + OFFSET_MS };
  const at = (i: number) => ({
    url: lines[i % lines.length]?.url ?? '',
    clock,
    hub: { container: { catalog: { current: () => catalog } } },
  });
  const district = await LoopStation.join(at(0), 'zhaom');
  const workers: WorkerStation[] = [];
  for (const [i, clerk] of ['yangxm', 'yangxm', 'puyl'].entries())
    workers.push(
      await WorkerStation.join(at(i), {
        clerk,
        next: district,
        random: new SeededRandom(random.below(2 ** 31)),
      }),
    );
  return workers;
}

/** Until nothing is pending anywhere and a whole turn brings nothing new. */
async function settle(workers: readonly WorkerStation[]): Promise<void> {
  for (let round = 0, quiet = 0; quiet < 2; round++) {
    if (round > MAX_ROUNDS)
      throw new Error(`not at rest: ${JSON.stringify(workers.map(({ station }) => station.loop.status))}`);
    const before = JSON.stringify(workers.map(({ docs }) => docs.map(({ _id, n }) => [_id, n])));
    for (const worker of workers) await worker.round();
    const isAtRest = workers.every(
      ({ station }) => station.loop.status.state === 'idle' && station.loop.status.pending === 0,
    );
    const after = JSON.stringify(workers.map(({ docs }) => docs.map(({ _id, n }) => [_id, n])));
    quiet = isAtRest && before === after ? quiet + 1 : 0;
  }
}
