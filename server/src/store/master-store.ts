/** The master copy of every case, in the database `cases`. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { MasterCase, MasterStore } from '@sanji/sync/replication/ports';
import { reconcileCases, toMaster, toStored, type StoredCase } from './case-document.ts';
import type { Database, Store } from './store.ts';

export interface FollowedMasterStore extends MasterStore {
  /** Pages of changed case ids, waiting for more, whichever hub process wrote them; the same page may come twice. */
  follow(since: string | null, signal: AbortSignal): AsyncIterable<{ ids: CaseId[]; last: string }>;
}

export async function openMasterStore(store: Store): Promise<FollowedMasterStore> {
  return new CasesDatabase(await store.open<StoredCase>('cases', { reconcile: reconcileCases }));
}

class CasesDatabase implements FollowedMasterStore {
  readonly #cases: Database<StoredCase>;

  constructor(cases: Database<StoredCase>) {
    this.#cases = cases;
  }

  async getMany(ids: CaseId[]): Promise<(MasterCase | undefined)[]> {
    const docs = await this.#cases.getMany(ids);
    return docs.map((doc) => (doc === undefined ? undefined : toMaster(doc)));
  }

  async putMany(docs: MasterCase[]): Promise<('written' | 'conflict')[]> {
    const verdicts = await this.#cases.putMany(docs.map(toStored));
    return verdicts.map(({ kind }) => kind);
  }

  async changes(since: string | null, limit: number): Promise<{ ids: CaseId[]; last: string }> {
    const { rows, last } = await this.#cases.changes(since, limit, { docs: false });
    return { ids: rows.map(({ id }) => id), last };
  }

  async *follow(since: string | null, signal: AbortSignal): AsyncGenerator<{ ids: CaseId[]; last: string }> {
    for await (const { rows, last } of this.#cases.follow(since, signal, { docs: false })) {
      yield { ids: rows.map(({ id }) => id), last };
    }
  }
}
