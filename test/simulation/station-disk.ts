/** A station's disk as its process meets it: frail, and watched for what must never happen even for a moment. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import { deviceOf } from '@sanji/sync/domain/action';
import { isLater } from '@sanji/sync/replication/apply';
import type { AnswerJournal, LocalStore } from '@sanji/sync/replication/ports';
import type { MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { Crashed } from './life.ts';
import type { Life } from './life.ts';
import type { SimulatedStationOptions } from './simulated-station.ts';

/** Quota, a closed database: nothing is half done, and the process goes on. */
export class StoreRefused extends Error {}

interface Surroundings extends Pick<SimulatedStationOptions, 'faults' | 'random'> {
  /** Somebody has read a case and is about to do something with it. */
  onRead?: (caseId: string) => void;
}

/** The rows that reach the disk one by one: a power cut leaves the first of them. */
const PAGES = ['writeMany', 'insertPacked', 'writeCatalog', 'addStrays'] as const;
const REFUSABLE = new Set<keyof LocalStore>([...PAGES, 'write', 'bury', 'park', 'saveCheckpoint', 'answers']);

export function frailDisk(
  local: MemoryLocalStore,
  life: Life,
  { faults, random, onRead }: Surroundings,
): LocalStore {
  const told = (caseIds: string[]): void => {
    if (onRead === undefined) return;
    for (const caseId of caseIds)
      if (faults.strikes('worked-on-meanwhile', 0.02, random.next())) onRead(caseId);
  };
  const refuse = (name: keyof LocalStore): void => {
    if (REFUSABLE.has(name) && faults.strikes('store-refuses', 0.006, random.next()))
      throw new StoreRefused(`quota exceeded in ${name}`);
  };
  const { answers: journal } = local;
  const answers: AnswerJournal = {
    worthFrom: journal.worthFrom,
    add: async (noted) => {
      refuse('answers');
      return journal.add(noted);
    },
    read: () => journal.read(),
    forget: (entries) => journal.forget(entries),
  };
  const target: LocalStore = {
    answers: life.guard(answers),
    read: (caseId) => {
      told([caseId]);
      return local.read(caseId);
    },
    readMany: (caseIds) => {
      told(caseIds);
      return local.readMany(caseIds);
    },
    dirty: (limit, except) => local.dirty(limit, except),
    checkpoint: (feed) => local.checkpoint(feed),
    write: async (doc, revision) => {
      refuse('write');
      return local.write(doc, revision);
    },
    walk: () => local.walk(),
    readCatalog: () => local.readCatalog(),
    epoch: () => local.epoch(),
    saveEpoch: (epoch) => local.saveEpoch(epoch),
    relay: () => local.relay(),
    moveTo: async (relay) => {
      refuse('moveTo');
      return local.moveTo(relay);
    },
    bury: async (caseId, gone, revision) => {
      refuse('bury');
      return local.bury(caseId, gone, revision);
    },
    park: async (caseId, problem) => {
      refuse('park');
      return local.park(caseId, problem);
    },
    saveCheckpoint: async (feed, checkpoint) => {
      refuse('saveCheckpoint');
      if (faults.strikes('checkpoint-not-saved', 0.02, random.next())) life.isOver = true;
      life.check();
      return local.saveCheckpoint(feed, checkpoint);
    },
    writeMany: (rows) => page('writeMany', rows, (part) => local.writeMany(part)),
    insertPacked: (rows) => page('insertPacked', rows, (part) => local.insertPacked(part)),
    writeCatalog: (docs) => page('writeCatalog', docs, (part) => local.writeCatalog(part)),
    addStrays: (strays) => page('addStrays', strays, (part) => local.addStrays(part)),
  };
  const page = async <R, A>(
    name: (typeof PAGES)[number],
    rows: R[],
    write: (rows: R[]) => Promise<A>,
  ): Promise<A> => {
    refuse(name);
    if (rows.length > 1 && faults.strikes('page-half-written', 0.08, random.next())) {
      life.isOver = true;
      await write(rows.slice(0, 1 + random.below(rows.length - 1)));
      throw new Crashed('the power failed in the middle of a page');
    }
    return write(rows);
  };
  return life.guard(target, ['walk']);
}

/** Holds every write against what was there: `n` never goes back, counters rise, and what this device writes is remembered for ever. */
export function watchedDisk({ name, disk, ledger, device, onViolation }: SimulatedStationOptions): void {
  const { deviceId } = device;
  const { local } = disk;
  const write = local.write.bind(local);
  local.write = async (doc: CaseDocument, revision) => {
    const row = local.rows.get(doc._id);
    const before = standingOf(row);
    const isWritten = await write(doc, revision);
    if (!isWritten) return false;
    if (isLater(before, doc)) onViolation(`n went back: ${name} ${doc._id}`);
    for (const action of Object.values(doc.actions)) {
      if (action.body.id.startsWith(`${deviceId}.`)) ledger.add(action, 'made', name);
    }
    return true;
  };
  const bury = local.bury.bind(local);
  local.bury = async (caseId, gone, revision) => {
    const row = local.rows.get(caseId);
    const isBuried = await bury(caseId, gone, revision);
    // What a relay says of the street it knows is kept as said of the state before.
    const said = local.knownRelay === null ? gone : { ...gone, n: gone.n + 1 };
    if (isBuried && row?.kind === 'case' && isLater(row.doc, said))
      onViolation(`n went back: ${name} buried ${caseId}`);
    return isBuried;
  };
  const addStrays = local.addStrays.bind(local);
  local.addStrays = async (strays) => {
    for (const { caseId, action, problem } of strays) {
      const row = local.rows.get(caseId);
      const former = row?.kind === 'case' ? row.doc.former?.[action.body.id] : undefined;
      // What a hub had ruled on before a restore was done while its terminal was in service.
      if (problem?.code === 'device-revoked' && former !== undefined && deviceOf(action) !== deviceId)
        onViolation(`set aside though ruled: ${action.body.id}`);
    }
    return addStrays(strays);
  };
  const save = disk.device.save.bind(disk.device);
  disk.device.save = async (state) => {
    const before = disk.device.state;
    if (state.counter < before.counter) onViolation(`counter went back: ${deviceId}`);
    for (const [series, number] of Object.entries(before.numbers)) {
      if ((state.numbers[series] ?? 0) < number) onViolation(`number went back: ${deviceId} ${series}`);
    }
    return save(state);
  };
}

type Row = ReturnType<MemoryLocalStore['rows']['get']>;

/** Below which the case may not fall, a tombstone only being overcome by a later state. */
function standingOf(row: Row): Pick<CaseDocument, 'n' | 'epoch'> {
  if (row === undefined) return { n: 0 };
  return row.kind === 'case' ? row.doc : { n: row.goneN + 1, epoch: row.goneEpoch };
}
