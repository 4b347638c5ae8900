/** This terminal: its identity, its key, and the numbers it gives out. Every change is one transaction on one record. */
import type { Day } from '@sanji/sync/domain/identifiers';
import type { DeviceRecord, StationDatabase } from './station-database.ts';

export type DeviceIdentity = Pick<
  DeviceRecord,
  'deviceId' | 'unit' | 'unitName' | 'terminal' | 'publicKey' | 'privateKey'
>;

/** The numbers and the link of the chain for the next actions. */
export interface Reserved {
  firstCounter: number;
  prev: string | null;
}

export class DeviceStore {
  readonly #station: StationDatabase;

  constructor(station: StationDatabase) {
    this.#station = station;
  }

  async find(): Promise<DeviceRecord | undefined> {
    return this.#station.device.get('device');
  }

  async get(): Promise<DeviceRecord> {
    const record = await this.find();
    if (record === undefined) throw new Error('this terminal is not enrolled');
    return record;
  }

  async enrol(identity: DeviceIdentity): Promise<void> {
    await this.#station.device.add({
      id: 'device',
      ...identity,
      counter: 0,
      prev: null,
      caseCounter: { day: '', last: 0 },
      offsetMs: 0,
    });
  }

  /** Rule 20: the raised counter is stored before anything is signed with it. A crash leaves a gap, never a reuse. */
  async reserve(count: number): Promise<Reserved> {
    return this.#change((record) => {
      const firstCounter = record.counter + 1;
      record.counter += count;
      return { firstCounter, prev: record.prev };
    });
  }

  /** Remembers what is about to be written, so that a crash between the two writes cannot fork the chain. */
  async intend(intent: NonNullable<DeviceRecord['intent']>): Promise<void> {
    await this.#change((record) => {
      record.intent = intent;
    });
  }

  /** `written` says whether the intended action is in the local store. Without an intent nothing happens. */
  async settle(written: boolean): Promise<void> {
    await this.#change((record) => {
      if (record.intent !== undefined && written) record.prev = record.intent.hash;
      delete record.intent;
    });
  }

  /** The next case number of the day at this terminal. Gaps are possible, doubles are not. */
  async nextCaseCounter(day: Day): Promise<number> {
    return this.#change((record) => {
      // A clock set back must not start an earlier day again.
      const isLater = day > record.caseCounter.day;
      record.caseCounter = isLater
        ? { day, last: 1 }
        : { day: record.caseCounter.day, last: record.caseCounter.last + 1 };
      return record.caseCounter.last;
    });
  }

  async saveOffset(offsetMs: number, offsetAt: number): Promise<void> {
    await this.#change((record) => {
      record.offsetMs = offsetMs;
      record.offsetAt = offsetAt;
    });
  }

  async #change<T>(change: (record: DeviceRecord) => T): Promise<T> {
    const { device } = this.#station;
    return this.#station.transaction('rw', device, async () => {
      const record = await this.get();
      const result = change(record);
      await device.put(record);
      return result;
    });
  }
}
