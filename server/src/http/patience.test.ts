import { describe, expect, it } from 'vitest';
import { MIN_BYTES, Pace, PATIENCE } from './patience.ts';

describe('a body that is being read', () => {
  it('is waited for as long as it moves, however slow the line', () => {
    const pace = new Pace(500);
    const spans = Array.from({ length: 100 }, (_, i) => pace.hasStalled(500 + (i + 1) * MIN_BYTES));
    expect(spans).not.toContain(true);
  });

  it('is given up when a span brings next to nothing, also after a good start', () => {
    const pace = new Pace(0);
    expect([pace.hasStalled(1_000_000), pace.hasStalled(1_000_000 + MIN_BYTES - 1)]).toEqual([false, true]);
  });
});

it('a line of 9.6 kbit/s is fast enough', () => {
  expect(MIN_BYTES / (PATIENCE.bodyMs / 1000)).toBeLessThan(1_200);
});
