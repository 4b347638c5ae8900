/** What the hub set aside (rule 3), in the database `quarantine`, until an administrator has looked at it. */
import type { ChainFinding, Quarantine, SetAside } from '@sanji/sync/replication/ports';
import type { Database, Store, StoredDocument } from './store.ts';
import { walkRange } from './walk-range.ts';

export interface DeviceMark {
  deviceId: string;
  /** Each reason once, oldest first. */
  reasons: string[];
}

export interface QuarantineStore extends Quarantine {
  /** Newest id last. */
  entries(limit: number): Promise<SetAside[]>;
  markedDevices(): Promise<DeviceMark[]>;
  /** Everything by id, in pieces: entries, marks and findings. */
  walk(): AsyncIterable<QuarantineDocument[]>;
}

export interface QuarantineDocument extends StoredDocument {
  entry?: SetAside;
  mark?: DeviceMark;
  chain?: ChainFinding;
}

export async function openQuarantineStore(store: Store): Promise<QuarantineStore> {
  return new QuarantineDatabase(await store.open<QuarantineDocument>('quarantine', { reconcile: united }));
}

class QuarantineDatabase implements QuarantineStore {
  readonly #database: Database<QuarantineDocument>;

  constructor(database: Database<QuarantineDocument>) {
    this.#database = database;
  }

  async file(entry: SetAside): Promise<SetAside> {
    const _id = `entry:${entry.id}`;
    const { kind } = await this.#database.put({ _id, entry });
    // A conflict means that this very content was filed before.
    return kind === 'written' ? entry : ((await this.#database.get(_id))?.entry ?? entry);
  }

  async markDevice(deviceId: string, reason: string): Promise<void> {
    const _id = `device:${deviceId}`;
    let verdict: 'written' | 'conflict' = 'conflict';
    // A conflict means that another process marked the device meanwhile: its reason must stay beside ours.
    while (verdict === 'conflict') {
      const stored = await this.#database.get(_id);
      const reasons = stored?.mark?.reasons ?? [];
      if (reasons.includes(reason)) return;
      const doc: QuarantineDocument = { _id, mark: { deviceId, reasons: [...reasons, reason] } };
      verdict = (await this.#database.put(stored === undefined ? doc : { ...doc, _rev: stored._rev })).kind;
    }
  }

  async suspectChain(deviceId: string): Promise<void> {
    const _id = `chain:${deviceId}`;
    let verdict: 'written' | 'conflict' = 'conflict';
    while (verdict === 'conflict') {
      const stored = await this.#database.get(_id);
      if (stored?.chain?.isDue === true) return;
      const chain = { deviceId, checkedAt: 0, faults: [], ...stored?.chain, isDue: true };
      const doc: QuarantineDocument = { _id, chain };
      verdict = (await this.#database.put(stored === undefined ? doc : { ...doc, _rev: stored._rev })).kind;
    }
  }

  async chains(): Promise<{ finding: ChainFinding; rev: string }[]> {
    const docs = await this.#database.range({ startkey: 'chain:', endkey: 'chain:\uffff' });
    return docs.flatMap(({ chain, _rev }) => (chain === undefined ? [] : [{ finding: chain, rev: _rev }]));
  }

  async noteChain(chain: ChainFinding, rev: string): Promise<'written' | 'conflict'> {
    return (await this.#database.put({ _id: `chain:${chain.deviceId}`, chain, _rev: rev })).kind;
  }

  async entries(limit: number): Promise<SetAside[]> {
    const docs = await this.#database.range({ startkey: 'entry:', endkey: 'entry:\uffff', limit });
    return docs.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  }

  async markedDevices(): Promise<DeviceMark[]> {
    const docs = await this.#database.range({ startkey: 'device:', endkey: 'device:\uffff' });
    return docs.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  }

  async *walk(): AsyncGenerator<QuarantineDocument[]> {
    for await (const docs of walkRange(this.#database)) yield docs.map(({ _rev, ...doc }) => doc);
  }
}

function united(winner: QuarantineDocument, rivals: QuarantineDocument[]): QuarantineDocument {
  if (winner.chain !== undefined) return { _id: winner._id, chain: { ...winner.chain, isDue: true } };
  if (winner.mark === undefined) return winner;
  const reasons = [winner, ...rivals].flatMap(({ mark }) => mark?.reasons ?? []);
  return { _id: winner._id, mark: { ...winner.mark, reasons: [...new Set(reasons)] } };
}
