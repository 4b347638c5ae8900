import { afterEach, expect, test, vi } from 'vitest';
import { MonotonicWindows } from './monotonic-windows.ts';

const MINUTE_MS = 60_000;
const time = { at: 0, now: () => time.at };
const hits = (windows: MonotonicWindows, key: string) => windows.increment(key).totalHits;

afterEach(() => {
  time.at = 0;
  vi.useRealTimers();
});

test('a window ends when its time has passed, whatever the date was set to meanwhile', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-01-01') });
  const windows = new MonotonicWindows(MINUTE_MS, time);
  expect([hits(windows, 'hall'), hits(windows, 'hall')]).toEqual([1, 2]);
  vi.setSystemTime(Date.parse('2026-11-23'));
  time.at = MINUTE_MS - 1;
  expect(hits(windows, 'hall')).toBe(3);
  time.at = MINUTE_MS;
  expect(hits(windows, 'hall')).toBe(1);
});

test('a date that jumps ahead forgives nobody', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23') });
  const windows = new MonotonicWindows(MINUTE_MS, time);
  hits(windows, 'guesser');
  vi.setSystemTime(Date.parse('2031-01-01'));
  expect(hits(windows, 'guesser')).toBe(2);
});

test('says when the window ends as the present date has it', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23') });
  const windows = new MonotonicWindows(MINUTE_MS, time);
  windows.increment('hall');
  time.at = 20_000;
  expect(windows.increment('hall').resetTime?.getTime()).toBe(Date.parse('2026-11-23') + 40_000);
});

test('keys count apart, can be taken back, and are forgotten when their window has passed', () => {
  const windows = new MonotonicWindows(MINUTE_MS, time);
  windows.increment('a');
  windows.increment('b');
  windows.decrement('a');
  expect(hits(windows, 'a')).toBe(1);
  windows.resetKey('b');
  expect(hits(windows, 'b')).toBe(1);
  time.at = 2 * MINUTE_MS;
  windows.increment('c');
  expect(windows.size).toBe(1);
});
