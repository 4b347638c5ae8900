/**
 * Whether two pictures show the same paper. Browsers draw the same letters a little differently, so both are shrunk first: what is left
 * is where the ink is. Measured on 34 pictures between Chromium 153 and 156: at most 4 squares of one picture differ; a picture moved by
 * one pixel differs in more than 200, a line that is missing in about 100. Words are compared as words.
 */
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

const SQUARE_PX = 4;
/** Of the colour distance from black to white. */
const THRESHOLD = 0.2;
/** Far above what another browser does, far below what a lost line does. */
export const MAX_SQUARES = 30;

export interface Sight {
  /** Of a square that counts as one: what is finer is not seen. */
  squarePx: number;
  /** Of the colour distance from black to white: what is fainter is not seen. */
  threshold: number;
}

/** Squares that differ; all of them when the sizes do. */
export function differingSquares(
  golden: PNG,
  drawn: PNG,
  { squarePx, threshold }: Sight = { squarePx: SQUARE_PX, threshold: THRESHOLD },
): number {
  const [a, b] = [shrunk(golden, squarePx), shrunk(drawn, squarePx)];
  if (a.width !== b.width || a.height !== b.height) return b.width * b.height;
  return pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold, includeAA: true });
}

function shrunk(picture: PNG, squarePx: number): PNG {
  const width = Math.ceil(picture.width / squarePx);
  const height = Math.ceil(picture.height / squarePx);
  const small = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      small.data.set(
        meanColour(picture, { left: x * squarePx, top: y * squarePx, squarePx }),
        (y * width + x) * 4,
      );
    }
  }
  return small;
}

function meanColour(
  { data, width, height }: PNG,
  { left, top, squarePx }: { left: number; top: number; squarePx: number },
): number[] {
  const sums = [0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(height, top + squarePx); y += 1) {
    for (let x = left; x < Math.min(width, left + squarePx); x += 1) {
      for (let i = 0; i < 3; i += 1) sums[i] = (sums[i] ?? 0) + (data[(y * width + x) * 4 + i] ?? 0);
      count += 1;
    }
  }
  return [...sums.map((sum) => Math.round(sum / count)), 255];
}
