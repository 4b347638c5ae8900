/** What the screens read of the cases: the open ones first, then everything in pieces, then each change. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { merge } from '@sanji/sync/domain/merge';
import type { Problem } from '@sanji/sync/domain/problem';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { byQueue, tableOf, type CaseCollection } from './case-database.ts';
import type { CaseShelf } from './case-shelf.ts';
import type { Seal } from './seal.ts';
import { CLOSED, documentOf, problemLabel, type CaseRecord } from './case-record.ts';

/** `doc` is undefined when the case has left this unit. */
export interface StoredCase {
  caseId: CaseId;
  doc?: CaseDocument;
  /** The problem a parked case waits with. */
  parked?: Problem;
}

/** Parsed and folded within a frame or two, so that a clerk who works meanwhile does not wait for it. */
export const PIECE = 50;

function shelvedOf({ caseId, body }: PackedCase): StoredCase {
  return { caseId, doc: JSON.parse(body) as CaseDocument };
}

function unitedOf(shelved: StoredCase, here: StoredCase | undefined): StoredCase {
  if (here === undefined) return shelved;
  if (here.doc === undefined || shelved.doc === undefined) return here;
  return { ...here, doc: merge(here.doc, shelved.doc) };
}

export class CaseReader {
  readonly #cases: CaseCollection;
  readonly #shelf: CaseShelf;
  readonly #seal: Seal;

  constructor({ cases, shelf, seal }: { cases: CaseCollection; shelf: CaseShelf; seal: Seal }) {
    this.#cases = cases;
    this.#shelf = shelf;
    this.#seal = seal;
  }

  /** The oldest open cases, the unsent ones before them: what the first screen shows while the rest is read. */
  async firstPage(limit: number): Promise<StoredCase[]> {
    const [pages, shelved] = await Promise.all([
      Promise.all(([2, 3, 1, 0] as const).map((dirty) => this.#open(dirty, limit))),
      this.#shelf.oldest(limit).then((caseIds) => this.#shelf.find(caseIds)),
    ]);
    const written = await this.#writtenAmong([...shelved.keys()]);
    const rows = [...shelved.values()].filter(({ caseId }) => !written.has(caseId));
    return [...(await this.#openAll(pages.flat())), ...rows.map(shelvedOf)];
  }

  async #open(dirty: CaseRecord['dirty'], limit: number): Promise<CaseRecord[]> {
    const open = await byQueue(this.#cases, dirty, dirty, CLOSED);
    return open.limit(limit).toArray() as Promise<CaseRecord[]>;
  }

  async #openAll(records: readonly CaseRecord[]): Promise<StoredCase[]> {
    return Promise.all(records.map((record) => this.#openOne(record)));
  }

  async #openOne(record: CaseRecord): Promise<StoredCase> {
    const { caseId, status, problem } = record;
    if (status === 'gone') return { caseId };
    const doc = await documentOf(record, this.#seal);
    // The part that was kept of a case that left, on its way back to a restored hub: nothing to be seen by itself.
    if (status === 'new' && doc.former !== undefined) return { caseId };
    const stored: StoredCase = { caseId, doc };
    if (problem !== '')
      stored.parked = JSON.parse(await this.#seal.unseal(problem, problemLabel(caseId))) as Problem;
    return stored;
  }

  /** Every case, `size` at a time in no order. */
  async *all(size: number): AsyncGenerator<StoredCase[]> {
    const { dexieTable } = await tableOf(this.#cases);
    let last = '';
    for (let more = true; more;) {
      const page = (await dexieTable.where('caseId').above(last).limit(size).toArray()) as CaseRecord[];
      if (page.length > 0) yield await this.#openAll(page);
      more = page.length === size;
      last = page.at(-1)?.caseId ?? last;
    }
    for (const block of await this.#shelf.blocks()) yield* this.#shelved(block, size);
  }

  /** What a block holds and the database does not. */
  async *#shelved(block: number, size: number): AsyncGenerator<StoredCase[]> {
    const rows = await this.#shelf.rowsOf(block);
    for (let i = 0; i < rows.length; i += size) {
      const part = rows.slice(i, i + size);
      const written = await this.#writtenAmong(part.map(({ caseId }) => caseId));
      yield part.filter(({ caseId }) => !written.has(caseId)).map(shelvedOf);
    }
  }

  /** What a new block holds, with what the database knows of it: cases that settle are on the shelf before they leave the database. */
  async *#united(block: number): AsyncGenerator<StoredCase[]> {
    const { dexieTable } = await tableOf(this.#cases);
    const rows = await this.#shelf.rowsOf(block);
    for (let i = 0; i < rows.length; i += PIECE) {
      const part = rows.slice(i, i + PIECE).map(shelvedOf);
      const ids = part.map(({ caseId }) => caseId);
      const records = (await dexieTable.where('caseId').anyOf(ids).toArray()) as CaseRecord[];
      const here = new Map((await this.#openAll(records)).map((stored) => [stored.caseId, stored]));
      yield part.map((shelved) => unitedOf(shelved, here.get(shelved.caseId)));
    }
  }

  /** Asked for after the shelf was read: what is written in between is told by `watch`. */
  async #writtenAmong(caseIds: CaseId[]): Promise<Set<CaseId>> {
    const { dexieTable } = await tableOf(this.#cases);
    const keys = await dexieTable.where('caseId').anyOf(caseIds).primaryKeys();
    return new Set(keys as CaseId[]);
  }

  /** Calls back after each write of any tab; `failed` when what was written could not be read. Returns how to stop. */
  watch(changed: (stored: StoredCase[]) => void, failed: (error: unknown) => void): () => void {
    // One after the other: two writes of a case must not be told in the wrong order.
    let told = Promise.resolve();
    const subscription = this.#cases.$.subscribe(({ documentData }) => {
      const opened = this.#openOne(documentData);
      told = told
        .then(async () => {
          changed([await opened]);
        })
        .catch(failed);
    });
    const stop = this.#shelf.watch((blocks) => {
      const read = async (): Promise<void> => {
        for (const block of blocks) for await (const part of this.#united(block)) changed(part);
      };
      read().catch(failed);
    }, failed);
    return () => {
      subscription.unsubscribe();
      stop();
    };
  }
}
