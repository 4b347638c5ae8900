/** Finds a matter by its name, its official code or its pinyin: initials (`sybx`) or whole syllables (`shiye`). */
import { pinyin } from 'pinyin-pro';

/** What is searched in. Heavy to build (pinyin of every name): build it once per catalog. */
export interface SearchEntry<T> {
  value: T;
  names: string[];
  codes: string[];
  initials: string;
  syllables: string;
}

export interface Searchable<T> {
  value: T;
  /** The Chinese name first, then names in other languages. */
  names: string[];
  codes: string[];
}

export function searchEntryOf<T>({ value, names, codes }: Searchable<T>): SearchEntry<T> {
  const [chinese = ''] = names;
  const read = pinyin(chinese, { toneType: 'none', type: 'array', nonZh: 'consecutive' }).map(lettersOf);
  return {
    value,
    names: names.map((name) => name.toLowerCase()),
    codes: codes.map((code) => code.toLowerCase()),
    initials: read.map((syllable) => syllable.slice(0, 1)).join(''),
    syllables: read.join(''),
  };
}

/** Best first, ties in the order given. An empty query finds everything. Several words must all be found. */
export function searchMatters<T>(entries: readonly SearchEntry<T>[], query: string): T[] {
  const words = query.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .map((entry) => ({ entry, rank: Math.max(0, ...words.map((word) => rankOf(entry, word))) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry.value);
}

const NOT_FOUND = 9;

function rankOf(entry: SearchEntry<unknown>, word: string): number {
  const latin = /^[a-z']+$/.test(word) ? word.replaceAll("'", '') : undefined;
  if (entry.codes.includes(word)) return 0;
  if (entry.names.some((name) => name.startsWith(word))) return 1;
  if (latin !== undefined && entry.initials.startsWith(latin)) return 2;
  if (latin !== undefined && entry.syllables.startsWith(latin)) return 3;
  if (entry.names.some((name) => name.includes(word))) return 4;
  if (latin !== undefined && entry.initials.includes(latin)) return 5;
  if (latin !== undefined && latin.length > 2 && entry.syllables.includes(latin)) return 6;
  // Four digits, so that a count in a name is not taken for a piece of a code.
  if (/^\d{4,}$/.test(word) && entry.codes.some((code) => code.includes(word))) return 7;
  return NOT_FOUND;
}

function lettersOf(syllable: string): string {
  return syllable.toLowerCase().replace(/[^a-z0-9]/g, '');
}
