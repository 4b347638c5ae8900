/**
 * The master copy of every case, in the database `cases`. What this process wrote last is kept in memory: it is routed, looked at by the agenda
 * and pulled by its stations right after. Where others write too, a kept copy counts only for whoever has just seen its revision in the changes.
 */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { ChangedCases, MasterCase, MasterStore, SeenRevisions } from '@sanji/sync/replication/ports';
import { reconcileCases, toMaster, toStored, type StoredCase } from './case-document.ts';
import type { ChangePage, Database, Store } from './store.ts';
import { walkRange } from './walk-range.ts';

export interface FollowedMasterStore extends MasterStore {
  /** Pages of changed case ids, waiting for more, whichever hub process wrote them; the same page may come twice. */
  follow(since: string | null, signal: AbortSignal): AsyncIterable<ChangedCases>;
  /** Every case by id, in pieces, as stored. */
  walk(): AsyncIterable<Omit<MasterCase, 'rev'>[]>;
}

export async function openMasterStore(store: Store): Promise<FollowedMasterStore> {
  const cases = await store.open<StoredCase>('cases', { reconcile: reconcileCases });
  return new CasesDatabase(cases, store.kind === 'embedded');
}

/** Of some 10 KB each, as many as come in between two routings of a storm. */
const MAX_KEPT = 1_000;

class CasesDatabase implements FollowedMasterStore {
  readonly #cases: Database<StoredCase>;
  /** Nobody else writes. */
  readonly #isAlone: boolean;
  /** In the order in which they were written. */
  readonly #kept = new Map<CaseId, MasterCase>();

  constructor(cases: Database<StoredCase>, isAlone: boolean) {
    this.#cases = cases;
    this.#isAlone = isAlone;
  }

  async getMany(ids: CaseId[], seen?: SeenRevisions): Promise<(MasterCase | undefined)[]> {
    const kept = ids.map((id) => {
      const copy = this.#kept.get(id);
      return this.#isAlone || (copy !== undefined && copy.rev === seen?.get(id)) ? copy : undefined;
    });
    const read = await this.#cases.getMany(ids.filter((_, i) => kept[i] === undefined));
    const others = read.values();
    return kept.map((found) => {
      if (found !== undefined) return found;
      const doc = others.next().value;
      return doc === undefined ? undefined : toMaster(doc);
    });
  }

  async putMany(docs: MasterCase[]): Promise<('written' | 'conflict')[]> {
    // Forgotten until it is known what is stored.
    for (const { _id } of docs) this.#kept.delete(_id);
    const verdicts = await this.#cases.putMany(docs.map(toStored));
    return docs.map((doc, i) => {
      const verdict = verdicts[i];
      if (verdict?.kind !== 'written') return 'conflict';
      this.#keep({ ...doc, rev: verdict.rev });
      return 'written';
    });
  }

  #keep(doc: MasterCase): void {
    this.#kept.delete(doc._id);
    this.#kept.set(doc._id, doc);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  async changes(since: string | null, limit: number): Promise<ChangedCases> {
    return changedIn(await this.#cases.changes(since, limit, { docs: false }));
  }

  async *walk(): AsyncGenerator<Omit<MasterCase, 'rev'>[]> {
    for await (const page of walkRange(this.#cases)) yield page.map(({ _rev, ...doc }) => doc);
  }

  async *follow(since: string | null, signal: AbortSignal): AsyncGenerator<ChangedCases> {
    for await (const page of this.#cases.follow(since, signal, { docs: false })) yield changedIn(page);
  }
}

/** A case with rivals is to be read, which makes one of them. */
function changedIn({ rows, last }: ChangePage<StoredCase>): ChangedCases {
  const seen = rows.flatMap(({ id, rev, isBranched }) => (isBranched ? [] : [[id, rev] as const]));
  return { ids: rows.map(({ id }) => id), last, seen: new Map(seen) };
}
