/** The product's own local store and loop, from the very modules the station uses, against the hub. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import { exportPublicKey, newDeviceKeys } from '@sanji/sync/domain/signing';
import { StationLoop } from '@sanji/sync/replication/station-loop';
import { openCaseDatabase, type CaseCollection } from '../../../client/src/lib/local/case-database.ts';
import { CaseShelf } from '../../../client/src/lib/local/case-shelf.ts';
import { RxLocalStore } from '../../../client/src/lib/local/local-store.ts';
import { importSealKey, Seal } from '../../../client/src/lib/local/seal.ts';
import { StationDatabase } from '../../../client/src/lib/local/station-database.ts';
import { DeviceSession } from '../../../client/src/lib/hub/device-session.ts';
import { enrol } from '../../../client/src/lib/hub/enrolment.ts';
import { HttpHub } from '../../../client/src/lib/hub/http-hub.ts';

/** Sealed, as the product's: under a key that every page load of the bench has. */
async function storeOf(cases: CaseCollection, station: StationDatabase) {
  const seal = new Seal();
  seal.open(await importSealKey(new Uint8Array(32).fill(1)));
  const shelf = new CaseShelf(station, seal);
  return { shelf, store: new RxLocalStore({ cases, shelf, station, seal }) };
}

interface Terminal {
  name: string;
  code: string;
}

async function open({ name, code }: Terminal) {
  const station = new StationDatabase(`${name}-station`);
  const [rx] = await Promise.all([openCaseDatabase(name), station.open()]);
  const { store, shelf } = await storeOf(rx.cases, station);
  const keys = await newDeviceKeys();
  const enrolled = await enrol(code, await exportPublicKey(keys.publicKey));
  if (!enrolled.ok) throw new Error(enrolled.problem.code);
  const { deviceId, unit } = enrolled.value;
  const faults: unknown[] = [];
  const loop = new StationLoop({
    hub: new HttpHub(new DeviceSession({ deviceId, privateKey: keys.privateKey })),
    local: store,
    clock: { now: () => Date.now() },
    timer: { after: () => () => undefined },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    deviceId,
    unit,
    counts: () => store.counts(),
    isUnsealed: () => true,
    onOffset: () => undefined,
    onFault: (error) => faults.push(error),
  });
  return {
    shelf,
    store,
    rx,
    loop,
    async close() {
      await loop.stop();
      await rx.close();
      station.close();
      if (faults.length > 0) throw new Error(String(faults[0]));
    },
  };
}

/** A terminal's first round into an empty store: cases and catalog. Milliseconds until the loop is idle. */
export async function ownFirstSync(terminal: Terminal) {
  const { shelf, rx, loop, close } = await open(terminal);
  const start = performance.now();
  await loop.poke();
  const ms = performance.now() - start;
  const shelved = await Promise.all((await shelf.blocks()).map((block) => shelf.rowsOf(block)));
  const count = (await rx.cases.count().exec()) + shelved.flat().length;
  const { state } = loop.status;
  await close();
  return { ms, count, errors: state === 'idle' ? [] : [state] };
}

/**
 * Pushes `docs` that were made offline. `ms` until all are ruled and the rulings on the disk; `roundMs` until they are in the cases, the echo is
 * pulled and the loop is idle again.
 */
export async function ownPush({ docs, ...terminal }: Terminal & { docs: CaseDocument[] }) {
  const { store, loop, close } = await open(terminal);
  await loop.poke();
  // In one, as the stock plugin's are.
  await store.writeMany(docs.map((doc) => ({ doc, revision: undefined })));
  const ruledAt = watchRulings(store, docs.length);
  const start = performance.now();
  await loop.poke();
  const roundMs = performance.now() - start;
  const ms = ruledAt() - start;
  const { pending, rejected, parked } = loop.status;
  await close();
  return {
    ms,
    roundMs,
    errors:
      pending + rejected + parked === 0 ? [] : [`${String(pending)} pending, ${String(rejected)} rejected`],
  };
}

/** When the rulings on so many cases were on the disk, in the journal or in the cases, on the page's clock; NaN while they are not. */
function watchRulings(store: RxLocalStore, count: number): () => number {
  const ruled = new Set<string>();
  let at = NaN;
  const note = (caseIds: string[]) => {
    for (const caseId of caseIds) ruled.add(caseId);
    if (Number.isNaN(at) && ruled.size === count) at = performance.now();
  };
  const add = store.answers.add.bind(store.answers);
  store.answers.add = async (answers) => {
    const entry = await add(answers);
    note(answers.map(({ result }) => result.caseId));
    return entry;
  };
  const writeMany = store.writeMany.bind(store);
  store.writeMany = async (rows) => {
    const verdicts = await writeMany(rows);
    note(rows.flatMap(({ doc }, i) => (verdicts[i] === true && doc.n > 0 ? [doc._id] : [])));
    return verdicts;
  };
  return () => at;
}

/** Saves `docs` one by one into the store of `name`. Milliseconds each, from the write to the row being readable. */
export async function ownSaves({ name, docs }: { name: string; docs: CaseDocument[] }) {
  const station = new StationDatabase(`${name}-station`);
  const [rx] = await Promise.all([openCaseDatabase(name), station.open()]);
  const { store } = await storeOf(rx.cases, station);
  const times: number[] = [];
  for (const doc of docs) {
    const start = performance.now();
    await store.write(doc, undefined);
    await store.read(doc._id);
    times.push(performance.now() - start);
  }
  await rx.close();
  station.close();
  return times;
}

/** What sealing adds to a save: each document sealed and opened once. Milliseconds each. */
export async function ownSeals({ docs }: { docs: CaseDocument[] }) {
  const seal = new Seal();
  seal.open(await importSealKey(new Uint8Array(32).fill(1)));
  const times: number[] = [];
  for (const doc of docs) {
    const text = JSON.stringify(doc);
    const start = performance.now();
    await seal.unseal(await seal.seal(text, doc._id), doc._id);
    times.push(performance.now() - start);
  }
  return times;
}
