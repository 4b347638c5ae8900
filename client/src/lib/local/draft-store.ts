/** Unfinished input, saved after every field. A draft belongs to the person who typed it. */
import type { StaffId } from '@sanji/sync/domain/identifiers';
import type { Draft, StationDatabase } from './station-database.ts';

export class DraftStore {
  readonly #station: StationDatabase;

  constructor(station: StationDatabase) {
    this.#station = station;
  }

  /** `content` must be plain data; saving under the same id replaces. */
  async save(draft: Draft): Promise<void> {
    await this.#station.drafts.put(draft);
  }

  async find(id: string): Promise<Draft | undefined> {
    return this.#station.drafts.get(id);
  }

  async of(staffId: StaffId): Promise<Draft[]> {
    return this.#station.drafts.where('staffId').equals(staffId).toArray();
  }

  async remove(id: string): Promise<void> {
    await this.#station.drafts.delete(id);
  }
}
