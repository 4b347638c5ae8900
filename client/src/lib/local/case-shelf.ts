/**
 * Cases just as the hub packed them for the first load, a hundred a record. IndexedDB takes one large record in the time of two small ones
 * (docs/decisions/0006), so ten thousand cases are a hundred writes. A block is never added to; a case that changes is written to the case
 * database and hides its copy here. Nothing outside this folder knows where a case lies.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { packedBytes, unpackLines } from '@sanji/sync/protocol/pack-case';
import { liveQuery } from 'dexie';
import { queueOf } from './case-record.ts';
import type { Seal } from './seal.ts';
import type { ShelfBlock, ShelfHead, StationDatabase } from './station-database.ts';

/** A case is read with its whole block: half a megabyte, a few milliseconds. */
const BLOCK_CASES = 100;
const LABEL = 'shelf';

export class CaseShelf {
  readonly #station: StationDatabase;
  readonly #seal: Seal;
  /** What the blocks read so far hold. Another tab may have taken a case off since: then its block no longer has it. */
  readonly #places = new Map<CaseId, { block: number; queue: number }>();
  readonly #indexed = new Set<number>();

  constructor(station: StationDatabase, seal: Seal) {
    this.#station = station;
    this.#seal = seal;
  }

  async add(rows: PackedCase[]): Promise<void> {
    const parts: PackedCase[][] = [];
    for (let i = 0; i < rows.length; i += BLOCK_CASES) parts.push(rows.slice(i, i + BLOCK_CASES));
    // Before the transaction: IndexedDB ends one that waits for anything else.
    const sealed = await Promise.all(parts.map((part) => this.#seal.sealBytes(packedBytes(part), LABEL)));
    const { shelf, shelfHeads } = this.#station;
    const added = await this.#station.transaction('rw', shelf, shelfHeads, async () => {
      const heads: ShelfHead[] = [];
      for (const [i, part] of parts.entries()) {
        const bytes = sealed[i];
        if (bytes === undefined) continue;
        const head = { block: await shelf.add({ sealed: bytes }), cases: part.map(headOf) };
        await shelfHeads.add(head);
        heads.push(head);
      }
      return heads;
    });
    for (const head of added) this.#index(head);
  }

  async find(caseIds: CaseId[]): Promise<Map<CaseId, PackedCase>> {
    const found = new Map<CaseId, PackedCase>();
    if (caseIds.length === 0) return found;
    await this.#refresh();
    const wanted = new Set(caseIds);
    const blocks = new Set(caseIds.flatMap((id) => this.#places.get(id)?.block ?? []));
    const stored = await this.#station.shelf.bulkGet([...blocks]);
    for (const rows of await Promise.all(stored.map((block) => this.#open(block)))) {
      for (const row of rows) if (wanted.has(row.caseId)) found.set(row.caseId, row);
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
    const { shelf, shelfHeads } = this.#station;
    for (;;) {
      await this.#refresh();
      const place = this.#places.get(caseId);
      if (place === undefined) return;
      const { block } = place;
      const before = await shelf.get(block);
      const rows = (await this.#open(before)).filter((row) => row.caseId !== caseId);
      const sealed = await this.#seal.sealBytes(packedBytes(rows), LABEL);
      const isDone = await this.#station.transaction('rw', shelf, shelfHeads, async () => {
        const now = await shelf.get(block);
        // Another tab took off another case meanwhile.
        if (now !== undefined && !isSame(now, before)) return false;
        if (now === undefined) return true;
        if (rows.length > 0) {
          await shelf.put({ block, sealed });
          await shelfHeads.put({ block, cases: rows.map(headOf) });
        } else {
          await shelf.delete(block);
          await shelfHeads.delete(block);
        }
        return true;
      });
      if (!isDone) continue;
      this.#places.delete(caseId);
      return;
    }
  }

  async blocks(): Promise<number[]> {
    return this.#station.shelf.toCollection().primaryKeys();
  }

  async rowsOf(block: number): Promise<PackedCase[]> {
    return this.#open(await this.#station.shelf.get(block));
  }

  /** Calls back with the keys of what is added from now on, by any tab. Returns how to stop. */
  watch(added: (blocks: number[]) => void, failed: (error: unknown) => void): () => void {
    // Asked for before anything can be added: what the query below says first may hold more.
    const before = this.blocks().then((blocks) => new Set(blocks));
    const keys = liveQuery(() => this.#station.shelfHeads.toCollection().primaryKeys());
    const subscription = keys.subscribe((blocks) => {
      before
        .then((known) => {
          const fresh = blocks.filter((block) => !known.has(block));
          for (const block of fresh) known.add(block);
          if (fresh.length > 0) added(fresh);
        })
        .catch(failed);
    }, failed);
    return () => {
      subscription.unsubscribe();
    };
  }

  async #open(block: ShelfBlock | undefined): Promise<PackedCase[]> {
    return block === undefined ? [] : unpackBlock(await this.#seal.openBytes(block.sealed, LABEL));
  }

  async #refresh(): Promise<void> {
    const keys = await this.#station.shelfHeads.toCollection().primaryKeys();
    const fresh = keys.filter((block) => !this.#indexed.has(block));
    if (fresh.length === 0) return;
    for (const head of await this.#station.shelfHeads.bulkGet(fresh))
      if (head !== undefined) this.#index(head);
  }

  #index({ block, cases }: ShelfHead): void {
    this.#indexed.add(block);
    for (const { caseId, queue } of cases) this.#places.set(caseId, { block, queue });
  }
}

function headOf({ caseId, status, receivedAt }: PackedCase): ShelfHead['cases'][number] {
  return { caseId, queue: queueOf(status, receivedAt) };
}

/** Each seal has an iv of its own, which begins it. */
function isSame(a: ShelfBlock, b: ShelfBlock | undefined): boolean {
  return b?.sealed.subarray(0, 12).every((byte, i) => byte === a.sealed[i]) === true;
}

function unpackBlock(text: string): PackedCase[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const rows: PackedCase[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) rows.push(unpackLines(lines[i] ?? '', lines[i + 1] ?? ''));
  return rows;
}
