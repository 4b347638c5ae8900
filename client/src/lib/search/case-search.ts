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

interface Haystack {
  /** Number, ID, name, mobile. */
  texts: [string, string, string, string];
  /** Of the name; undefined until first asked for. */
  initials?: string[];
}

const NUMBER = 0;
const STARTS = 1;
const CONTAINS = 2;
const MATTER = 3;
const NOT_FOUND = 9;

export class CaseSearch {
  /** By folded state, which is made anew with every change of its case: nothing to throw away. */
  readonly #known = new WeakMap<CaseState, Haystack>();
  #initials: Initials | undefined;

  /** Pinyin is found from now on. */
  learn(initials: Initials): void {
    this.#initials = initials;
  }

  /**
   * The best first, then the newest. A name counts where it begins with what is typed before one that contains it; a case found by its matter
   * alone comes last. Nothing typed finds nothing.
   */
  find<R extends { state: CaseState }>(
    rows: readonly R[],
    { text, matters, limit }: { text: string; matters: readonly SearchedMatter[]; limit: number },
  ): R[] {
    const wanted = text.normalize('NFKC').trim().toLowerCase();
    if (wanted === '') return [];
    const letters = /^[a-z]{2,}$/.test(wanted) ? wanted : undefined;
    const ofMatter = this.#mattersFound(matters, wanted, letters);
    const ranks: R[][] = [[], [], [], []];
    for (const row of rows) ranks[this.#rank(row.state, wanted, letters, ofMatter)]?.push(row);
    const found: R[] = [];
    for (const ranked of ranks) {
      if (found.length >= limit) break;
      found.push(...newest(ranked, limit - found.length));
    }
    return found;
  }

  #rank(
    state: CaseState,
    wanted: string,
    letters: string | undefined,
    ofMatter: ReadonlySet<string>,
  ): number {
    const haystack = this.#haystackOf(state);
    const { texts } = haystack;
    let rank = ofMatter.has(state.matter?.matterId ?? '') ? MATTER : NOT_FOUND;
    for (const [i, text] of texts.entries()) {
      const at = text.indexOf(wanted);
      if (at === -1) continue;
      // The number and the ID come first among the texts.
      rank = Math.min(rank, at > 0 ? CONTAINS : i < 2 ? NUMBER : STARTS);
    }
    if (letters === undefined || rank <= STARTS || this.#initials === undefined) return rank;
    haystack.initials ??= this.#initialsOf(texts[2]);
    const at = placeOf(haystack.initials, letters);
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
    const made: Haystack = {
      texts: [
        caseNo.toLowerCase(),
        applicant?.idNumber.toLowerCase() ?? '',
        applicant?.name.toLowerCase() ?? '',
        applicant?.mobile ?? '',
      ],
    };
    this.#known.set(state, made);
    return made;
  }

  #initialsOf(name: string): string[] {
    const initials = this.#initials;
    return initials === undefined ? [] : [...name].map(initials).filter((letters) => letters !== '');
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

function newest<R extends { state: CaseState }>(rows: R[], limit: number): R[] {
  return rows.sort((a, b) => (b.state.receivedAt ?? 0) - (a.state.receivedAt ?? 0)).slice(0, limit);
}
