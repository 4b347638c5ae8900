/** What the hub set aside (rule 3), in the database `quarantine`, until an administrator has looked at it. */
import type { Quarantine } from '@sanji/sync/replication/ports';
import type { Database, Store, StoredDocument } from './store.ts';

export type QuarantineEntry = Parameters<Quarantine['file']>[0];

export interface DeviceMark {
  deviceId: string;
  /** Each reason once, oldest first. */
  reasons: string[];
}

export interface QuarantineStore extends Quarantine {
  /** Newest id last. */
  entries(limit: number): Promise<QuarantineEntry[]>;
  markedDevices(): Promise<DeviceMark[]>;
}

interface QuarantineDocument extends StoredDocument {
  entry?: QuarantineEntry;
  mark?: DeviceMark;
}

export async function openQuarantineStore(store: Store): Promise<QuarantineStore> {
  return new QuarantineDatabase(
    await store.open<QuarantineDocument>('quarantine', { reconcile: allReasons }),
  );
}

class QuarantineDatabase implements QuarantineStore {
  readonly #database: Database<QuarantineDocument>;

  constructor(database: Database<QuarantineDocument>) {
    this.#database = database;
  }

  /** A conflict means that this very entry was filed before. */
  async file(entry: QuarantineEntry): Promise<void> {
    await this.#database.put({ _id: `entry:${entry.id}`, entry });
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

  async entries(limit: number): Promise<QuarantineEntry[]> {
    const docs = await this.#database.range({ startkey: 'entry:', endkey: 'entry:\uffff', limit });
    return docs.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  }

  async markedDevices(): Promise<DeviceMark[]> {
    const docs = await this.#database.range({ startkey: 'device:', endkey: 'device:\uffff' });
    return docs.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  }
}

function allReasons(winner: QuarantineDocument, rivals: QuarantineDocument[]): QuarantineDocument {
  if (winner.mark === undefined) return winner;
  const reasons = [winner, ...rivals].flatMap(({ mark }) => mark?.reasons ?? []);
  return { _id: winner._id, mark: { ...winner.mark, reasons: [...new Set(reasons)] } };
}
