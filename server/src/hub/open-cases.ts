/**
 * The heads of all open cases, for what is asked about the whole district. Read once in pages, from the start of the hub on whenever it has
 * nothing better to do, then only what has changed since: of half a million cases a year some twenty thousand are open, and every case would have
 * to be read to find them.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import type { CaseHead } from '@sanji/sync/domain/state';
import type { MasterStore } from '@sanji/sync/replication/ports';

export interface OpenCase {
  _id: CaseId;
  head: CaseHead;
}

const PAGE = 500;

export class OpenCases {
  readonly #master: Pick<MasterStore, 'changes' | 'getMany'>;
  readonly #heads = new Map<CaseId, CaseHead>();
  #since: string | null = null;
  /** The last look, which the next one goes on from. */
  #looked: Promise<unknown> = Promise.resolve();

  constructor(master: Pick<MasterStore, 'changes' | 'getMany'>) {
    this.#master = master;
  }

  /** As they are stored when it is called. Rejects when the store does not answer; the next call goes on from there. */
  async list(): Promise<OpenCase[]> {
    await this.#next(async () => {
      while (await this.#readPage());
    });
    return [...this.#heads].map(([_id, head]) => ({ _id, head }));
  }

  /**
   * Reads ahead, so that whoever asks first does not wait for all of them. Ends when it has come to the newest. Whoever asks meanwhile waits for
   * one page at most.
   * @param calm when the next page may be read
   */
  async warm(calm: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let more = true; more;) {
      await calm();
      if (signal.aborted) return;
      more = await this.#next(() => this.#readPage());
    }
  }

  /** One after the other, whatever became of the one before. */
  #next<T>(look: () => Promise<T>): Promise<T> {
    const looked = this.#looked.then(look, look);
    this.#looked = looked;
    return looked;
  }

  /** False when there was nothing new. */
  async #readPage(): Promise<boolean> {
    const { ids, last, seen } = await this.#master.changes(this.#since, PAGE);
    if (ids.length === 0) return false;
    const found = await this.#master.getMany(ids, seen);
    ids.forEach((id, i) => {
      const head = found[i]?.head;
      if (head !== undefined && isOpen(head.status)) this.#heads.set(id, head);
      else this.#heads.delete(id);
    });
    this.#since = last;
    return true;
  }
}
