/** This terminal: its identity and key, and, as the DeviceStore port, the numbers it gives out and the end of its hash chain. */
import type { DeviceState, DeviceStore } from '@sanji/sync/replication/ports';
import type { DeviceRecord, StationDatabase } from './station-database.ts';

export type DeviceIdentity = Omit<DeviceRecord, 'id' | 'offsetMs' | 'offsetAt'>;

const FIRST: DeviceState = { counter: 0, tip: null, intent: null, numbers: {} };

export class DexieDeviceStore implements DeviceStore {
  readonly #station: StationDatabase;

  constructor(station: StationDatabase) {
    this.#station = station;
  }

  async find(): Promise<DeviceRecord | undefined> {
    return this.#station.device.get('device');
  }

  /** Rejects when this terminal is enrolled already: an identity is never replaced by another. */
  async enrol(identity: DeviceIdentity): Promise<void> {
    await this.#station.device.add({ id: 'device', ...identity, offsetMs: 0 });
  }

  /** @param offsetMs hub clock − device clock, measured at `offsetAt` of the device clock */
  async saveOffset(offsetMs: number, offsetAt: number): Promise<void> {
    await this.#station.device.update('device', { offsetMs, offsetAt });
  }

  async read(): Promise<DeviceState> {
    return (await this.#station.chain.get('chain'))?.state ?? FIRST;
  }

  async save(state: DeviceState): Promise<void> {
    // Strict durability: a counter that a crash takes back would be given out twice.
    const { chain } = this.#station;
    await this.#station.transaction('rw', chain, async () => chain.put({ id: 'chain', state }));
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    // Locks.request is typed to resolve what the callback returns, promise or not.
    return (await navigator.locks.request('sanji-device', work)) as T;
  }
}
