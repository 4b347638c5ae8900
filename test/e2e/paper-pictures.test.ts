/**
 * Each paper against its golden picture, in both languages, drawn with the program's own fonts. `npm run pictures:papers` takes them
 * anew; look at each before committing it.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAPER_KINDS } from '@sanji/sync/domain/papers';
import { differingSquares, MAX_SQUARES } from './paper-pictures/compare.ts';
import { decode, encode, PaperDrawer } from './paper-pictures/draw.ts';
import { HEAVY, PICTURES } from './paper-pictures/samples.ts';

const GOLDEN = join(import.meta.dirname, 'paper-pictures/golden');
let drawer: PaperDrawer;

beforeAll(async () => {
  drawer = await PaperDrawer.open();
});

afterAll(async () => {
  await drawer.close();
});

describe('a paper looks as its golden picture', () => {
  it.each(PICTURES)('$name', async ({ name, drawn }) => {
    const sheets = await drawer.draw(drawn);
    const pages = readdirSync(GOLDEN).filter((file) => file.startsWith(`${name}.`) && file.endsWith('.png'));
    expect(sheets).toHaveLength(pages.length);
    for (const [index, { picture, words, overflowPx }] of sheets.entries()) {
      const file = join(GOLDEN, `${name}.${String(index + 1)}`);
      expect(words).toBe(readFileSync(`${file}.txt`, 'utf8').trimEnd());
      expect(overflowPx).toBeLessThanOrEqual(0);
      const squares = differingSquares(decode(`${file}.png`), picture);
      const seen = squares > MAX_SQUARES ? keep(name, encode(picture)) : '';
      expect(squares, `${file}.png, drawn now: ${seen}`).toBeLessThanOrEqual(MAX_SQUARES);
    }
  });

  it('of every kind there is one', () => {
    expect(new Set(PICTURES.map(({ drawn }) => drawn.kind))).toEqual(new Set(PAPER_KINDS));
  });
});

describe('words that are longer than anybody should write', () => {
  it.each(HEAVY)('$name stays within its sheets, the number on each', async ({ drawn }) => {
    const sheets = await drawer.draw(drawn);
    expect(sheets.length).toBeGreaterThan(1);
    for (const { words, overflowPx } of sheets) {
      expect(overflowPx).toBeLessThanOrEqual(0);
      expect(words).toContain('001013-261123-A2-0007');
    }
  });
});

/** For the eyes of whoever has to judge. */
function keep(name: string, picture: Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'sanji-papers-')), `${name}.png`);
  writeFileSync(path, picture);
  return path;
}
