import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-time.ts';
import { caseOf } from '../testing/local-store-suite.ts';
import { MemoryFeedStore, MemoryMasterStore, MemoryRouterCheckpoint } from '../testing/memory-hub-stores.ts';
import { Router } from './router.ts';

const UNIT = '530102001013';
const CASE = '01kb3x5n8v000000000000000a';

class FailingFeeds extends MemoryFeedStore {
  isDown = false;
  override async raise(...args: Parameters<MemoryFeedStore['raise']>): Promise<boolean> {
    if (this.isDown) throw new Error('the store does not answer');
    return super.raise(...args);
  }
}

async function routed() {
  const [timer, feeds, master] = [new FakeClock(), new FailingFeeds(), new MemoryMasterStore()];
  const faults: unknown[] = [];
  const ports = { master, feeds, checkpoint: new MemoryRouterCheckpoint(), epoch: () => 1, timer };
  const router = new Router({ ...ports, poke: () => undefined }, (error) => faults.push(error));
  const head = { status: 'accepted' as const, ever: [UNIT], parties: [UNIT] };
  await master.putMany([{ ...caseOf(CASE, { ruled: 1 }), head }]);
  const entries = async () => (await feeds.read(`unit_${UNIT}`, null, 10)).entries.length;
  return { timer, feeds, faults, router, entries };
}

test('a routing that failed is tried again by itself, after longer and longer, and nobody has to push for it', async () => {
  const { timer, feeds, faults, router, entries } = await routed();
  feeds.isDown = true;
  await router.poke();
  expect([faults.length, router.isFailing]).toEqual([1, true]);
  timer.advance(499);
  await Promise.resolve();
  expect(faults).toHaveLength(1);
  timer.advance(1);
  await expect.poll(() => faults.length).toBe(2);
  feeds.isDown = false;
  timer.advance(999);
  expect(await entries()).toBe(0);
  timer.advance(1);
  await expect.poll(entries).toBe(1);
  await expect.poll(() => router.isFailing).toBe(false);
});

test('a poke does not wait for the next try', async () => {
  const { feeds, router, entries } = await routed();
  feeds.isDown = true;
  await router.poke();
  feeds.isDown = false;
  await router.poke();
  expect(await entries()).toBe(1);
});

test('after a stop nothing is tried any more', async () => {
  const { timer, feeds, faults, router, entries } = await routed();
  feeds.isDown = true;
  await router.poke();
  await router.stop();
  feeds.isDown = false;
  timer.advance(60_000);
  await router.poke();
  expect([await entries(), faults.length]).toEqual([0, 1]);
});
