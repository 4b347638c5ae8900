/**
 * What may be used once only, in the database `register`: the places of each device's chain, the case numbers of each terminal. No personal
 * data. Pages in use are kept in memory, also where other processes write: who stands on a page stays there, so a kept page says nothing that is
 * not so, and a place that is taken on it meanwhile is a conflict, after which the page is read anew.
 */
import type { Holder, Register, RegisterPage } from '@sanji/sync/replication/ports';
import type { Database, Read, Store, StoredDocument } from './store.ts';
import { walkRange } from './walk-range.ts';

/** `[hash, prev, at]`; prev 1: the hash that stands first at the place before, as nearly always. */
type StoredHolder = [hash: string, prev: string | null | 1, at: number];

interface RegisterDocument extends StoredDocument {
  places: Record<string, StoredHolder[]>;
}

export interface RegisterStore extends Register {
  /** Every page by id, in pieces. */
  walk(): AsyncIterable<Omit<RegisterPage, 'rev'>[]>;
}

/** About 3 KB each. */
const MAX_KEPT = 2_000;

export async function openRegisterStore(store: Store): Promise<RegisterStore> {
  const database = await store.open<RegisterDocument>('register', { reconcile: everybody });
  return new RegisterDatabase(database);
}

class RegisterDatabase implements RegisterStore {
  readonly #database: Database<RegisterDocument>;
  /** In order of use, the newest last. */
  readonly #kept = new Map<string, RegisterPage>();

  constructor(database: Database<RegisterDocument>) {
    this.#database = database;
  }

  async getMany(ids: string[]): Promise<(RegisterPage | undefined)[]> {
    const kept = ids.map((id) => this.#kept.get(id));
    const missing = ids.filter((_, i) => kept[i] === undefined);
    const read = missing.length === 0 ? [] : await this.#database.getMany(missing);
    const pages = read.flatMap((doc) => (doc === undefined ? [] : [toPage(doc)]));
    for (const page of pages) this.#keep(page);
    const byId = new Map(pages.map((page) => [page._id, page]));
    return ids.map((id, i) => kept[i] ?? byId.get(id));
  }

  async putMany(pages: RegisterPage[]): Promise<('written' | 'conflict')[]> {
    // Forgotten until it is known what is stored.
    for (const { _id } of pages) this.#kept.delete(_id);
    const verdicts = await this.#database.putMany(pages.map(toDocument));
    return pages.map((page, i) => {
      const verdict = verdicts[i];
      if (verdict?.kind !== 'written') return 'conflict';
      this.#keep({ ...page, rev: verdict.rev });
      return 'written';
    });
  }

  async pageIdsOf(series: string): Promise<string[]> {
    const docs = await this.#database.range({ startkey: `${series}.`, endkey: `${series}.\uffff` });
    return docs.map(({ _id }) => _id);
  }

  async *walk(): AsyncGenerator<Omit<RegisterPage, 'rev'>[]> {
    for await (const docs of walkRange(this.#database))
      yield docs.map((doc) => ({ _id: doc._id, places: toPage(doc).places }));
  }

  #keep(page: RegisterPage): void {
    this.#kept.delete(page._id);
    this.#kept.set(page._id, page);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function toDocument({ _id, places, rev }: RegisterPage): RegisterDocument {
  const stored = Object.entries(places).map(([place, holders]): [string, StoredHolder[]] => {
    const before = places[Number(place) - 1]?.[0]?.hash;
    return [
      place,
      holders.map(({ hash, prev, at }) => [hash, before !== undefined && prev === before ? 1 : prev, at]),
    ];
  });
  return { _id, places: Object.fromEntries(stored), ...(rev === undefined ? {} : { _rev: rev }) };
}

function toPage({ _id, places, _rev }: Read<RegisterDocument>): RegisterPage {
  const read = Object.entries(places).map(([place, holders]): [string, Holder[]] => {
    const before = places[String(Number(place) - 1)]?.[0]?.[0] ?? null;
    return [place, holders.map(([hash, prev, at]) => ({ hash, prev: prev === 1 ? before : prev, at }))];
  });
  return { _id, places: Object.fromEntries(read), rev: _rev };
}

/** After a partition: everybody who stands at a place on either side, who came first first. */
function everybody(winner: RegisterDocument, rivals: RegisterDocument[]): RegisterDocument {
  const pages = [winner, ...rivals].map((doc) => toPage({ ...doc, _rev: '' }));
  const places: Record<number, Holder[]> = {};
  for (const page of pages) {
    for (const [place, holders] of Object.entries(page.places)) {
      const known = places[Number(place)] ?? [];
      const others = holders.filter(({ hash }) => !known.some((holder) => holder.hash === hash));
      places[Number(place)] = [...known, ...others].sort(byArrival);
    }
  }
  return toDocument({ _id: winner._id, places });
}

function byArrival(a: Holder, b: Holder): number {
  return a.at - b.at || (a.hash < b.hash ? -1 : 1);
}
