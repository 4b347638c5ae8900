/** Unfinished input, saved after every field. A draft belongs to the person who typed it. */
import type { StaffId } from '@sanji/sync/domain/identifiers';
import type { Seal } from './seal.ts';
import type { StationDatabase } from './station-database.ts';

export interface Draft {
  id: string;
  staffId: StaffId;
  /** Which screen it belongs to, e.g. `intake`. */
  screen: string;
  savedAt: number;
  content: unknown;
}

export class DraftStore {
  readonly #station: StationDatabase;
  readonly #seal: Seal;

  constructor(station: StationDatabase, seal: Seal) {
    this.#station = station;
    this.#seal = seal;
  }

  /** `content` must be plain data; saving under the same id replaces. */
  async save({ content, ...draft }: Draft): Promise<void> {
    const sealed = await this.#seal.seal(JSON.stringify(content), draft.id);
    await this.#station.drafts.put({ ...draft, sealed });
  }

  async find(id: string): Promise<Draft | undefined> {
    const found = await this.#station.drafts.get(id);
    if (found === undefined) return undefined;
    const { sealed, ...draft } = found;
    return { ...draft, content: JSON.parse(await this.#seal.unseal(sealed, id)) };
  }

  async remove(id: string): Promise<void> {
    await this.#station.drafts.delete(id);
  }
}
