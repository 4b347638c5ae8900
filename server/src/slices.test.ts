import { expect, it } from 'vitest';
import { SLICE_MS, Slices } from './slices.ts';

function rig() {
  let now = 0;
  const slices = new Slices({
    now: () => now,
    after: (ms, task) => {
      setImmediate(() => {
        now += ms;
        task();
      });
      return () => undefined;
    },
  });
  const workFor = (ms: number) => {
    now += ms;
  };
  return { slices, workFor, now: () => now };
}

it('long work goes on at once while its slice lasts, and lets others in after it', async () => {
  const { slices, workFor } = rig();
  const sliced = slices.begin();
  let others = 0;
  setImmediate(() => (others += 1));
  workFor(SLICE_MS - 1);
  await sliced();
  expect(others).toBe(0);
  workFor(1);
  await sliced();
  expect(others).toBe(1);
});

it('several pieces of it take turns, and together no more of the time than one', async () => {
  const { slices, workFor, now } = rig();
  const order: string[] = [];
  const work = async (name: string): Promise<void> => {
    const sliced = slices.begin();
    for (let i = 0; i < 4; i++) {
      workFor(SLICE_MS);
      await sliced();
      order.push(name);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  expect(order.join('')).toBe('abc'.repeat(4));
  const worked = 12 * SLICE_MS;
  expect(now() - worked).toBeGreaterThan(worked);
});
