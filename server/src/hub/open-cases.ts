/**
 * The heads of all open cases, for what is asked about the whole district. Read once in pages when somebody first asks, then only what has
 * changed since: of half a million cases a year some twenty thousand are open, and every case would have to be read to find them.
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
  #looked: Promise<void> = Promise.resolve();

  constructor(master: Pick<MasterStore, 'changes' | 'getMany'>) {
    this.#master = master;
  }

  /** As they are stored when it is called. Rejects when the store does not answer; the next call goes on from there. */
  async list(): Promise<OpenCase[]> {
    const before = this.#looked;
    const looked = before.catch(() => undefined).then(() => this.#look());
    this.#looked = looked;
    await looked;
    return [...this.#heads].map(([_id, head]) => ({ _id, head }));
  }

  async #look(): Promise<void> {
    for (;;) {
      const { ids, last } = await this.#master.changes(this.#since, PAGE);
      if (ids.length === 0) return;
      const found = await this.#master.getMany(ids);
      ids.forEach((id, i) => {
        const head = found[i]?.head;
        if (head !== undefined && isOpen(head.status)) this.#heads.set(id, head);
        else this.#heads.delete(id);
      });
      this.#since = last;
    }
  }
}
