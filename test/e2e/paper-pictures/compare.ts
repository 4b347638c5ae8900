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

/** Squares that differ; all of them when the sizes do. */
export function differingSquares(golden: PNG, drawn: PNG): number {
  const [a, b] = [shrunk(golden), shrunk(drawn)];
  if (a.width !== b.width || a.height !== b.height) return b.width * b.height;
  return pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: THRESHOLD, includeAA: true });
}

function shrunk(picture: PNG): PNG {
  const width = Math.ceil(picture.width / SQUARE_PX);
  const height = Math.ceil(picture.height / SQUARE_PX);
  const small = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const grey = meanGrey(picture, x * SQUARE_PX, y * SQUARE_PX);
      small.data.set([grey, grey, grey, 255], (y * width + x) * 4);
    }
  }
  return small;
}

function meanGrey({ data, width, height }: PNG, left: number, top: number): number {
  let sum = 0;
  let count = 0;
  for (let y = top; y < Math.min(height, top + SQUARE_PX); y += 1) {
    for (let x = left; x < Math.min(width, left + SQUARE_PX); x += 1) {
      sum += data[(y * width + x) * 4] ?? 0;
      count += 1;
    }
  }
  return Math.round(sum / count);
}
