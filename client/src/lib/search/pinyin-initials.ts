/**
 * The letters a Chinese character may be looked up with. All its readings count: 单, 曾 and 乐 are read one way as a surname and another in a
 * word, and the clerk types the way the person says it. Loaded on demand: the table behind it is large.
 */
import { polyphonic } from 'pinyin-pro';

const known = new Map<string, string>();

/** `乐` → `ly`; letters and digits stand for themselves; empty for what cannot be read. */
export function initialsOf(character: string): string {
  let letters = known.get(character);
  if (letters === undefined) {
    letters = /^[a-z0-9]$/i.test(character) ? character.toLowerCase() : readingsOf(character);
    known.set(character, letters);
  }
  return letters;
}

function readingsOf(character: string): string {
  if (!/\p{Script=Han}/u.test(character)) return '';
  const readings = polyphonic(character, { toneType: 'none', type: 'array' }).flat();
  return [...new Set(readings.flatMap((reading) => reading.split(' ')).map((one) => one.slice(0, 1)))].join(
    '',
  );
}
