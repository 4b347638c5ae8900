import { expect, test } from 'vitest';
import { FakeClock } from '@sanji/sync/testing/fake-time';
import { PushPace } from './push-pace.ts';

interface Rig {
  time: FakeClock;
  pace: PushPace;
  /** Begins a push, of one case unless told otherwise; the answer ends it. */
  begin: (cases?: number) => () => Promise<void>;
  /** Asks for the time to follow; says how long that took once it came. */
  follow: () => { waitedMs?: number };
  /** Lets the time pass, and what became due happen. */
  pass: (ms: number) => Promise<void>;
}

function rig(): Rig {
  const time = new FakeClock();
  const pace = new PushPace(time);
  return {
    time,
    pace,
    begin: (cases = 1) => {
      const gate = Promise.withResolvers<undefined>();
      const push = pace.during(cases, () => gate.promise);
      return async () => {
        gate.resolve(undefined);
        await push;
      };
    },
    follow: () => {
      const from = time.now();
      const seen: { waitedMs?: number } = {};
      void pace.calm().then(() => (seen.waitedMs = time.now() - from));
      return seen;
    },
    pass: async (ms) => {
      for (let i = 0; i < ms; i++) {
        time.advance(1);
        await Promise.resolve();
      }
    },
  };
}

test('where nothing is pushed nobody waits', async () => {
  const { follow, pass } = rig();
  const seen = follow();
  await pass(1);
  expect(seen.waitedMs).toBeLessThanOrEqual(1);
});

test('a push that comes alone is followed as soon as it has ended', async () => {
  const { begin, follow, pass } = rig();
  const end = begin();
  const seen = follow();
  await pass(30);
  expect(seen.waitedMs).toBeUndefined();
  await end();
  await pass(1);
  expect(seen.waitedMs).toBeLessThanOrEqual(31);
});

test('pushes one upon another are followed once, when it has been quiet for a moment', async () => {
  const { begin, follow, pass } = rig();
  await begin()();
  const seen: { waitedMs?: number }[] = [];
  for (let i = 0; i < 3; i++) {
    await pass(40);
    const end = begin();
    seen.push(follow());
    await pass(20);
    await end();
  }
  await pass(99);
  expect(seen).toEqual([{}, {}, {}]);
  await pass(1);
  expect(seen.map(({ waitedMs }) => waitedMs)).toEqual([240, 180, 120]);
});

test('a push of many cases is followed when none came after it for a while, though it was the first', async () => {
  const { begin, follow, pass } = rig();
  const seen: { waitedMs?: number }[] = [];
  for (let i = 0; i < 2; i++) {
    const end = begin(50);
    seen.push(follow());
    await pass(20);
    await end();
    if (i === 0) await pass(250);
  }
  await pass(299);
  expect(seen).toEqual([{}, {}]);
  await pass(1);
  expect(seen.map(({ waitedMs }) => waitedMs)).toEqual([590, 320]);
});

test('in a storm that never ends what follows waits 800 ms, and no longer', async () => {
  const { begin, follow, pass } = rig();
  const ends = [begin()];
  const seen = follow();
  for (let i = 0; i < 18; i++) {
    await pass(50);
    ends.push(begin());
    await ends.shift()?.();
  }
  expect(seen.waitedMs).toBe(800);
});

test('a push that fails is over too', async () => {
  const { pace, follow, pass } = rig();
  await expect(pace.during(1, () => Promise.reject(new Error('store')))).rejects.toThrow('store');
  const seen = follow();
  await pass(100);
  expect(seen.waitedMs).toBe(100);
});

test('at the end nobody is left waiting', async () => {
  const { pace, begin, follow, pass } = rig();
  begin();
  const before = follow();
  pace.close();
  const after = follow();
  await pass(1);
  expect([before, after].map(({ waitedMs }) => waitedMs ?? Infinity)).not.toContain(Infinity);
});
