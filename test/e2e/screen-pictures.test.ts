/**
 * The screens against their golden pictures: at two sizes, in both languages, light on data, heavy on data and offline. A sample in
 * `npm test`, all by `npm run screens`; `npm run pictures -- screens` takes them anew: look at each before committing it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { scratchDir } from './cast.ts';
import { differingSquares } from './paper-pictures/compare.ts';
import { decodeWebp } from './screen-pictures/golden-picture.ts';
import { drawScreens, SAMPLE } from './screen-pictures/scene.ts';

const GOLDEN = join(import.meta.dirname, 'screen-pictures/golden');
/**
 * Looked at twice: closely for what is lost or moved, from afar for another shade. All pictures are within this on Chromium 156, those of the
 * sample on 153 too; a cell of the matrix with its old mode was not: 856 and 163 squares.
 */
const CLOSELY = { sight: { squarePx: 4, threshold: 0.2 }, most: 4 };
const FROM_AFAR = { sight: { squarePx: 16, threshold: 0.04 }, most: 0 };

const screenOf = (file: string): string => file.split('.')[0] ?? '';
const SCREENS = process.env['SCREENS'];
const isWanted = (name: string): boolean => SCREENS === 'all' || SAMPLE.includes(name);

it('every screen looks as its golden picture', async () => {
  const scratch = scratchDir();
  const drawn: string[] = [];
  const different: Record<string, string> = {};
  await drawScreens({
    scratch,
    format: 'png',
    isWanted,
    take: async ({ name, picture }, page) => {
      drawn.push(`${name}.webp`);
      const golden = await decodeWebp(page, readFileSync(join(GOLDEN, `${name}.webp`)));
      const now = PNG.sync.read(picture);
      const [lost = 0, other = 0] = [CLOSELY, FROM_AFAR].map(({ sight }) =>
        differingSquares(golden, now, sight),
      );
      if (lost > CLOSELY.most || other > FROM_AFAR.most)
        different[name] = `${String(lost)} and ${String(other)} squares, drawn now: ${keep(name, picture)}`;
    },
  });
  rmSync(scratch, { recursive: true, force: true });
  expect(different).toEqual({});
  expect(drawn.sort()).toEqual(
    readdirSync(GOLDEN)
      .filter((file) => isWanted(screenOf(file)))
      .sort(),
  );
});

/** For the eyes of whoever has to judge. */
function keep(name: string, picture: Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'sanji-screens-')), `${name}.png`);
  writeFileSync(path, picture);
  return path;
}
