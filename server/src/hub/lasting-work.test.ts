import { expect, test } from 'vitest';
import { FakeClock } from '@sanji/sync/testing/fake-time';
import { LastingWork } from './lasting-work.ts';

function worked() {
  const timer = new FakeClock();
  const faults: unknown[] = [];
  const lasting = new LastingWork({ timer, onFault: (error) => faults.push(error) });
  return { timer, faults, lasting, stop: new AbortController() };
}

test('work that failed begins again after longer and longer, and is named as failing meanwhile', async () => {
  const { timer, faults, lasting, stop } = worked();
  const begun: number[] = [];
  const start = timer.now();
  const kept = lasting.keep('agenda', stop.signal, async () => {
    begun.push(timer.now() - start);
    if (begun.length < 4) throw new Error(String(begun.length));
  });
  for (let i = 1; i <= 3; i++) {
    await expect.poll(() => faults.length).toBe(i);
    expect(lasting.failing()).toEqual(['agenda']);
    timer.advance(500 * 2 ** (i - 1));
  }
  await kept;
  expect(begun).toEqual([0, 500, 1_500, 3_500]);
  expect(lasting.failing()).toEqual([]);
});

test('work without an end counts as well once it has gone on for a while, and starts with the shortest wait when it fails again', async () => {
  const { timer, faults, lasting, stop } = worked();
  const fails: ((error: Error) => void)[] = [];
  const kept = lasting.keep('routing', stop.signal, () => new Promise((_, reject) => fails.push(reject)));
  fails[0]?.(new Error('the store is gone'));
  await expect.poll(() => faults.length).toBe(1);
  timer.advance(500);
  await expect.poll(() => fails.length).toBe(2);
  expect(lasting.failing()).toEqual(['routing']);
  timer.advance(5_000);
  expect(lasting.failing()).toEqual([]);
  fails[1]?.(new Error('again'));
  await expect.poll(() => faults.length).toBe(2);
  timer.advance(500);
  await expect.poll(() => fails.length).toBe(3);
  stop.abort();
  fails[2]?.(new Error('over'));
  await kept;
});

test('a wait ends when it is time to stop', async () => {
  const { faults, lasting, stop } = worked();
  const kept = lasting.keep('routing', stop.signal, () => Promise.reject(new Error('down')));
  await expect.poll(() => faults.length).toBe(1);
  stop.abort();
  await kept;
  expect(faults).toHaveLength(1);
});
