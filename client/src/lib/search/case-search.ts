/**
 * Finds a case in the memory of this terminal: by number, ID, enterprise code, mobile, name, matter, or the pinyin initials of name or
 * matter (`zlh`, `sydj`). Knows no pinyin itself: the table of readings is heavy, so it is handed in once it has been loaded.
 */
import type { CaseState } from '@sanji/sync/domain/state';

/** The first letters a character may be read with, lower case: `乐` → `ly`. Empty for what is not Chinese. */
export type Initials = (character: string) => string;

export interface SearchedMatter {
  matterId: string;
  names: readonly string[];
  codes: readonly string[];
}

/** What is looked through for one case, made once for each of its states. */
interface Haystack {
  /** Number, ID, name, mobile, one a line: what is typed is one line, so it is found in one of them. */
  text: string;
  /** Where each of them begins in `text`. */
  idAt: number;
  nameAt: number;
  mobileAt: number;
  name: string;
  /** Of the name; undefined until the readings are known. */
  initials?: readonly string[];
}

interface Found<R> {
  rows: readonly R[];
  matters: readonly SearchedMatter[];
  initials: Initials | undefined;
  wanted: string;
  /** All that was found, whatever the limit. */
  matched: readonly R[];
}

const NUMBER = 0;
const STARTS = 1;
const CONTAINS = 2;
const MATTER = 3;
const NOT_FOUND = 9;

export class CaseSearch<R extends { state: CaseState }> {
  /** By folded state, which is made anew with every change of its case: nothing to throw away. */
  readonly #known = new WeakMap<CaseState, Haystack>();
  readonly #readings = new Map<string, readonly string[]>();
  #initials: Initials | undefined;
  #last: Found<R> | undefined;

  /** Pinyin is found from now on. */
  learn(initials: Initials): void {
    this.#initials = initials;
  }

  /** Makes ready what searching these will need. */
  prepare(rows: readonly R[]): void {
    for (const { state } of rows) this.#initialsIn(this.#haystackOf(state));
  }

  /**
   * The best first, then the newest. A name counts where it begins with what is typed before one that contains it; a case found by its matter
   * alone comes last. Nothing typed finds nothing. With a letter more only what was found before is looked through, while `rows` and
   * `matters` are the same arrays.
   */
  find(
    rows: readonly R[],
    { text, matters, limit }: { text: string; matters: readonly SearchedMatter[]; limit: number },
  ): R[] {
    const wanted = text.normalize('NFKC').trim().toLowerCase();
    if (wanted === '') return [];
    const letters = /^[a-z]{2,}$/.test(wanted) ? wanted : undefined;
    const ofMatter = this.#mattersFound(matters, wanted, letters);
    const ranks: R[][] = [[], [], [], []];
    const matched: R[] = [];
    for (const row of this.#candidates(rows, matters, wanted)) {
      const rank = this.#rank(row.state, wanted, letters, ofMatter);
      const best = ranks[rank];
      if (best === undefined) continue;
      matched.push(row);
      keepNewest(best, row, limit);
    }
    this.#last = { rows, matters, initials: this.#initials, wanted, matched };
    return ranks.flat().slice(0, limit);
  }

  #candidates(rows: readonly R[], matters: readonly SearchedMatter[], wanted: string): readonly R[] {
    const last = this.#last;
    const isNarrower =
      last?.rows === rows &&
      last.matters === matters &&
      last.initials === this.#initials &&
      // One letter alone is not looked for in the initials.
      last.wanted.length > 1 &&
      wanted.startsWith(last.wanted) &&
      // A code is found only when it is whole.
      !matters.some(({ codes }) => codes.includes(wanted));
    return isNarrower ? last.matched : rows;
  }

  #rank(
    state: CaseState,
    wanted: string,
    letters: string | undefined,
    ofMatter: ReadonlySet<string>,
  ): number {
    const haystack = this.#haystackOf(state);
    const { text, idAt, nameAt, mobileAt } = haystack;
    let rank = ofMatter.has(state.matter?.matterId ?? '') ? MATTER : NOT_FOUND;
    if (text.includes(wanted)) {
      if (text.startsWith(wanted) || text.startsWith(wanted, idAt)) return NUMBER;
      if (text.startsWith(wanted, nameAt) || text.startsWith(wanted, mobileAt)) return STARTS;
      rank = CONTAINS;
    }
    if (letters === undefined) return rank;
    const at = placeOf(this.#initialsIn(haystack), letters);
    return at === -1 ? rank : Math.min(rank, at === 0 ? STARTS : CONTAINS);
  }

  #mattersFound(
    matters: readonly SearchedMatter[],
    wanted: string,
    letters: string | undefined,
  ): Set<string> {
    const isFound = ({ names, codes }: SearchedMatter): boolean =>
      names.some((name) => name.toLowerCase().includes(wanted)) ||
      codes.some((code) => code === wanted) ||
      (letters !== undefined && placeOf(this.#initialsOf(names[0] ?? ''), letters) !== -1);
    return new Set(matters.filter(isFound).map(({ matterId }) => matterId));
  }

  #haystackOf(state: CaseState): Haystack {
    const known = this.#known.get(state);
    if (known !== undefined) return known;
    const { caseNo = '', applicant } = state;
    const name = applicant?.name.toLowerCase() ?? '';
    const before = `${caseNo}\n${applicant?.idNumber ?? ''}\n`.toLowerCase();
    const idAt = caseNo.length + 1;
    const nameAt = before.length;
    const text = `${before}${name}\n${applicant?.mobile ?? ''}`;
    const made: Haystack = { text, idAt, nameAt, mobileAt: nameAt + name.length + 1, name };
    this.#known.set(state, made);
    return made;
  }

  #initialsIn(haystack: Haystack): readonly string[] {
    if (this.#initials === undefined) return [];
    haystack.initials ??= this.#initialsOf(haystack.name);
    return haystack.initials;
  }

  /** Each name once: people come again. */
  #initialsOf(name: string): readonly string[] {
    const initials = this.#initials;
    if (initials === undefined) return [];
    const known = this.#readings.get(name);
    if (known !== undefined) return known;
    const made = [...name].map(initials).filter((letters) => letters !== '');
    this.#readings.set(name, made);
    return made;
  }
}

/** Where the letters stand in a row of readings, one letter a character; -1 where they do not. */
function placeOf(readings: readonly string[], letters: string): number {
  for (let from = 0; from + letters.length <= readings.length; from++) {
    let i = 0;
    while (i < letters.length && readings[from + i]?.includes(letters[i] ?? '') === true) i += 1;
    if (i === letters.length) return from;
  }
  return -1;
}

/** Puts the row into its place among the newest so far; of two equally new ones the first stays first. */
function keepNewest<R extends { state: CaseState }>(best: R[], row: R, limit: number): void {
  const at = row.state.receivedAt ?? 0;
  const isNewer = (other: R | undefined): boolean =>
    other !== undefined && at > (other.state.receivedAt ?? 0);
  if (best.length >= limit && !isNewer(best.at(-1))) return;
  let place = best.length;
  while (isNewer(best[place - 1])) place -= 1;
  best.splice(place, 0, row);
  if (best.length > limit) best.pop();
}
