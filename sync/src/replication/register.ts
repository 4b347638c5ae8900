/**
 * What may be used once only: a place in a device's chain, the number of a case. Who enters first holds it, under compare-and-set, so any
 * number of hub processes may enter at once. To be entered before the case is written: after a crash in between the owner enters again.
 */
import type { Holder, Register, RegisterPage } from './ports.ts';

/** A push touches a page or two; each is written anew, so a page stays below the size of a case. */
const PAGE_PLACES = 64;
const PAGE_DIGITS = 14;
/** Each round at least one process gets its write through; past this the store is not well. */
const MAX_ROUNDS = 60;

export interface Claim {
  /** A device, or one terminal's numbers of one day. Lower-case letters, digits and `-`. */
  series: string;
  place: number;
  holder: Holder;
  /** Entered only where that claim, of the same call, holds its place. */
  only?: Claim;
}

export interface Entered {
  /** The claim's own hash, or the hash of who came first. */
  heldBy: string;
  /** The claim follows the last place taken before it, which holds its predecessor. */
  isInOrder: boolean;
}

/** One answer per claim, in order. Durable when it resolves; idempotent. Undefined: the store gave way to others for too long. */
export async function enterAll(register: Register, claims: readonly Claim[]): Promise<Entered[] | undefined> {
  const entered = new Map<Claim, Entered>();
  let open = [...claims].sort(
    (a, b) => Number(a.only !== undefined) - Number(b.only !== undefined) || a.place - b.place,
  );
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS) return undefined;
    const book = await openBook(register, open);
    for (const claim of open) {
      const isVoid = claim.only !== undefined && entered.get(claim.only)?.heldBy !== claim.only.holder.hash;
      entered.set(claim, isVoid ? { heldBy: claim.holder.hash, isInOrder: true } : book.enter(claim));
    }
    const changed = book.changed();
    const verdicts = changed.length === 0 ? [] : await register.putMany(changed);
    const lost = new Set(changed.filter((_, i) => verdicts[i] !== 'written').map(({ _id }) => _id));
    open = open.filter((claim) => lost.has(pageIdOf(claim.series, pageOf(claim.place))));
  }
  return claims.map((claim) => entered.get(claim) ?? { heldBy: claim.holder.hash, isInOrder: false });
}

/**
 * Everybody who stands at a place of the series, by place, the holder first. Complete where the pages follow one upon another; a page behind
 * a hole of a whole page may be missing as long as `pageIdsOf` lags.
 */
export async function standingIn(
  register: Pick<Register, 'pageIdsOf' | 'getMany'>,
  series: string,
): Promise<{ place: number; holder: Holder }[]> {
  const pages = await seriesPages(register, series);
  return pages.flatMap(({ places }) =>
    Object.entries(places).flatMap(([place, holders]) =>
      holders.map((holder) => ({ place: Number(place), holder })),
    ),
  );
}

/** Who holds the place. */
export async function holderOf(
  register: Pick<Register, 'getMany'>,
  series: string,
  place: number,
): Promise<Holder | undefined> {
  const [page] = await register.getMany([pageIdOf(series, pageOf(place))]);
  return page?.places[place]?.[0];
}

/** In order. What is known of the ids only begins the search: each page found is asked for its neighbours, and what is read by id is as it is. */
async function seriesPages(
  register: Pick<Register, 'pageIdsOf' | 'getMany'>,
  series: string,
): Promise<RegisterPage[]> {
  const found = new Map<number, RegisterPage>();
  const asked = new Set<number>();
  let open = [0, ...(await register.pageIdsOf(series)).map((id) => Number(id.slice(series.length + 1)))];
  while (open.length > 0) {
    const next = [...new Set(open)];
    for (const page of next) asked.add(page);
    const read = await register.getMany(next.map((page) => pageIdOf(series, page)));
    const here = next.filter((page, i) => {
      const content = read[i];
      if (content !== undefined) found.set(page, content);
      return content !== undefined;
    });
    open = here.flatMap((page) => [page - 1, page + 1]).filter((page) => page >= 0 && !asked.has(page));
  }
  return [...found].sort(([a], [b]) => a - b).map(([, page]) => page);
}

function pageOf(place: number): number {
  return Math.floor(place / PAGE_PLACES);
}

function pageIdOf(series: string, page: number): string {
  return `${series}.${String(page).padStart(PAGE_DIGITS, '0')}`;
}

/** The pages that claims fall into, with those before them, since a page's first place follows the last one of another. */
async function openBook(register: Register, claims: readonly Claim[]): Promise<Book> {
  const ids = new Set<string>();
  for (const { series, place } of claims) {
    const page = pageOf(place);
    ids.add(pageIdOf(series, page));
    if (page > 0) ids.add(pageIdOf(series, page - 1));
  }
  const asked = [...ids];
  const found = await register.getMany(asked);
  return new Book(new Map(asked.map((id, i) => [id, found[i] ?? { _id: id, places: {} }])));
}

class Book {
  /** The pages as they were read; those that changed have places of their own. */
  readonly #pages: Map<string, RegisterPage>;
  readonly #changed = new Map<string, RegisterPage>();
  readonly #lastPlaces = new Map<string, number>();

  constructor(pages: Map<string, RegisterPage>) {
    this.#pages = pages;
    for (const [id, { places }] of pages)
      this.#lastPlaces.set(id, Math.max(-1, ...Object.keys(places).map(Number)));
  }

  enter({ series, place, holder }: Claim): Entered {
    const id = pageIdOf(series, pageOf(place));
    const standing = this.#standing(id, place);
    const heldBy = standing[0]?.hash ?? holder.hash;
    const isInOrder = standing.length === 0 && this.#follows(series, place, holder);
    if (!standing.some(({ hash }) => hash === holder.hash)) {
      this.#toChange(id).places[place] = [...standing, holder];
      this.#lastPlaces.set(id, Math.max(place, this.#lastPlaces.get(id) ?? -1));
    }
    return { heldBy, isInOrder };
  }

  changed(): RegisterPage[] {
    return [...this.#changed.values()];
  }

  #toChange(id: string): RegisterPage {
    const known = this.#changed.get(id);
    if (known !== undefined) return known;
    const page = this.#pages.get(id) ?? { _id: id, places: {} };
    const copy = { ...page, places: { ...page.places } };
    this.#pages.set(id, copy);
    this.#changed.set(id, copy);
    return copy;
  }

  /** Nobody stands behind the place, and the last one before it is the predecessor. */
  #follows(series: string, place: number, { prev }: Holder): boolean {
    const own = pageIdOf(series, pageOf(place));
    const before = pageIdOf(series, pageOf(place) - 1);
    const lastHere = this.#lastPlaces.get(own) ?? -1;
    if (lastHere > place) return false;
    const last = lastHere < 0 ? this.#last(before) : this.#last(own);
    return last === undefined ? pageOf(place) === 0 && prev === null : last[0]?.hash === prev;
  }

  /** Who stands at the last place of a page. */
  #last(id: string): Holder[] | undefined {
    return this.#pages.get(id)?.places[this.#lastPlaces.get(id) ?? -1];
  }

  #standing(id: string, place: number): Holder[] {
    return this.#pages.get(id)?.places[place] ?? [];
  }
}
