import { expect, it } from 'vitest';
import { COLUMN_PX, FIRST_DRAWN, isDrawnWhole, reaching, ROW_PX, scrolledTo } from './grid-window.ts';

const SEEN = { left: 0, top: 0, width: 10 * COLUMN_PX, height: 10 * ROW_PX };

it("draws a district's and a street's grid whole, and not one as wide as a district has units", () => {
  expect(isDrawnWhole({ rows: 80, columns: 3 })).toBe(true);
  expect(isDrawnWhole({ rows: 80, columns: 15 })).toBe(true);
  expect(isDrawnWhole({ rows: 80, columns: 113 })).toBe(false);
});

it('draws as far down as somebody has been, and never less again', () => {
  expect(reaching(FIRST_DRAWN, FIRST_DRAWN.down - 1)).toBe(FIRST_DRAWN);
  const down = reaching(FIRST_DRAWN, 50);
  expect(down.down).toBeGreaterThan(50);
  expect(scrolledTo(down, SEEN).down).toBe(down.down);
  expect(scrolledTo(down, { ...SEEN, top: 70 * ROW_PX }).down).toBeGreaterThan(80);
});

it('fills the columns where the window stands', () => {
  const { left, right } = scrolledTo(FIRST_DRAWN, { ...SEEN, left: 100 * COLUMN_PX });
  expect(left).toBeGreaterThan(80);
  expect(left).toBeLessThan(100);
  expect(right).toBeGreaterThan(110);
  expect(scrolledTo(FIRST_DRAWN, SEEN).left).toBe(0);
});
