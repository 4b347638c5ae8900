/**
 * Cases just as the hub packed them for the first load, a hundred a record. IndexedDB takes one large record in the time of two small ones
 * (docs/decisions/0006), so ten thousand cases are a hundred writes. A block is never added to; a case that changes is written to the case
 * database and hides its copy here. Nothing outside this folder knows where a case lies.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { liveQuery } from 'dexie';
import { queueOf } from './case-record.ts';
import type { ShelfHead, StationDatabase } from './station-database.ts';

/** A case is read with its whole block: half a megabyte, a few milliseconds. */
const BLOCK_CASES = 100;

export class CaseShelf {
  readonly #station: StationDatabase;
  /** What the blocks read so far hold. Another tab may have taken a case off since: then its block no longer has it. */
  readonly #places = new Map<CaseId, { block: number; queue: number }>();
  readonly #indexed = new Set<number>();

  constructor(station: StationDatabase) {
    this.#station = station;
  }

  async add(rows: PackedCase[]): Promise<void> {
    const { shelf, shelfHeads } = this.#station;
    await this.#station.transaction('rw', shelf, shelfHeads, async () => {
      for (let i = 0; i < rows.length; i += BLOCK_CASES) {
        const part = rows.slice(i, i + BLOCK_CASES);
        const block = await shelf.add({ rows: part });
        await shelfHeads.add({ block, cases: part.map(headOf) });
      }
    });
  }

  async find(caseIds: CaseId[]): Promise<Map<CaseId, PackedCase>> {
    const found = new Map<CaseId, PackedCase>();
    if (caseIds.length === 0) return found;
    await this.#refresh();
    const wanted = new Set(caseIds);
    const blocks = new Set(caseIds.flatMap((id) => this.#places.get(id)?.block ?? []));
    for (const block of await this.#station.shelf.bulkGet([...blocks])) {
      for (const row of block?.rows ?? []) if (wanted.has(row.caseId)) found.set(row.caseId, row);
    }
    return found;
  }

  /** Those of `caseIds` that were put here and, as far as this tab knows, not taken off. */
  async known(caseIds: CaseId[]): Promise<Set<CaseId>> {
    await this.#refresh();
    return new Set(caseIds.filter((id) => this.#places.has(id)));
  }

  /** The open cases received first. */
  async oldest(limit: number): Promise<CaseId[]> {
    await this.#refresh();
    return [...this.#places]
      .filter(([, { queue }]) => queue < queueOf('gone', 0))
      .sort(([, a], [, b]) => a.queue - b.queue)
      .slice(0, limit)
      .map(([caseId]) => caseId);
  }

  /** Takes the copy off the disk. Idempotent. */
  async remove(caseId: CaseId): Promise<void> {
    await this.#refresh();
    const place = this.#places.get(caseId);
    if (place === undefined) return;
    const { shelf, shelfHeads } = this.#station;
    await this.#station.transaction('rw', shelf, shelfHeads, async () => {
      const { block } = place;
      const rows = (await shelf.get(block))?.rows.filter((row) => row.caseId !== caseId) ?? [];
      if (rows.length === 0) {
        await shelf.delete(block);
        await shelfHeads.delete(block);
      } else {
        await shelf.put({ block, rows });
        await shelfHeads.put({ block, cases: rows.map(headOf) });
      }
    });
    this.#places.delete(caseId);
  }

  async blocks(): Promise<number[]> {
    return this.#station.shelf.toCollection().primaryKeys();
  }

  async rowsOf(block: number): Promise<PackedCase[]> {
    return (await this.#station.shelf.get(block))?.rows ?? [];
  }

  /** Calls back with the keys of the blocks, now and after each change by any tab. Returns how to stop. */
  watch(changed: (blocks: number[]) => void): () => void {
    const subscription = liveQuery(() => this.#station.shelfHeads.toCollection().primaryKeys()).subscribe(
      changed,
    );
    return () => {
      subscription.unsubscribe();
    };
  }

  async #refresh(): Promise<void> {
    const keys = await this.#station.shelfHeads.toCollection().primaryKeys();
    const fresh = keys.filter((block) => !this.#indexed.has(block));
    if (fresh.length === 0) return;
    for (const head of await this.#station.shelfHeads.bulkGet(fresh)) {
      if (head === undefined) continue;
      this.#indexed.add(head.block);
      for (const { caseId, queue } of head.cases) this.#places.set(caseId, { block: head.block, queue });
    }
  }
}

function headOf({ caseId, status, receivedAt }: PackedCase): ShelfHead['cases'][number] {
  return { caseId, queue: queueOf(status, receivedAt) };
}
