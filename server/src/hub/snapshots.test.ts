import type { PackedCase } from '@sanji/sync/protocol/messages';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { FeedEntry, MasterCase } from '@sanji/sync/replication/ports';
import { readSnapshot } from '@sanji/sync/replication/read-snapshot';
import { MemoryFeedStore, MemoryMasterStore } from '@sanji/sync/testing/memory-hub-stores';
import { Snapshots } from './snapshots.ts';

const UNIT = '530102001013';
const EPOCH = { count: 1, id: 'first' };
const FEED = `unit_${UNIT}`;
const idOf = (i: number) => `case${String(i).padStart(4, '0')}`;

class CountingMaster extends MemoryMasterStore {
  asked = 0;
  override getMany(ids: string[]): Promise<(MasterCase | undefined)[]> {
    this.asked += ids.length;
    return super.getMany(ids);
  }
}

function setUp() {
  const master = new CountingMaster();
  const feeds = new MemoryFeedStore();
  const snapshots = new Snapshots({
    master,
    feeds,
    clock: { now: () => 5 },
    memory: () => ({ epoch: EPOCH, rememberedUntil: 0, awakeSince: 0, pulse: 0 }),
  });
  const store = async (i: number, { n = 1, parties = [UNIT] } = {}) => {
    const [known] = await master.getMany([idOf(i)]);
    const head = {
      status: 'received' as const,
      ever: [UNIT],
      parties,
      holder: UNIT,
      caseNo: `no-${String(i)}`,
    };
    const rev = known?.rev === undefined ? {} : { rev: known.rev };
    await master.putMany([{ _id: idOf(i), n, actions: {}, rulings: {}, head, ...rev }]);
  };
  const raise = (...entries: FeedEntry[]) => feeds.raise(FEED, entries);
  const read = async () => {
    const snapshot = await readSnapshot(
      new Blob([gunzipSync(Buffer.concat(await snapshots.read(FEED)))]).stream(),
    );
    if (!snapshot.ok) throw new Error(snapshot.problem.code);
    const { head, batches } = snapshot.value;
    const rows: PackedCase[] = [];
    for await (const batch of batches) rows.push(...batch);
    return { head, rows };
  };
  return { master, store, raise, read };
}

test('an empty feed is a head and an end', async () => {
  const { read } = setUp();
  expect(await read()).toEqual({
    head: { v: 1, hubNow: 5, epoch: EPOCH, checkpoint: expect.any(String) as string, count: 0 },
    rows: [],
  });
});

test('a change costs its own block only, and the newest state is handed out', async () => {
  const { master, store, raise, read } = setUp();
  for (let i = 0; i < 450; i++) await store(i);
  await raise(...Array.from({ length: 450 }, (_, i) => ({ caseId: idOf(i), n: 1, gone: false })));
  expect((await read()).rows).toHaveLength(450);
  await store(3, { n: 2 });
  await raise({ caseId: idOf(3), n: 2, gone: false });
  master.asked = 0;
  const { rows } = await read();
  expect(master.asked).toBe(200);
  expect(rows).toHaveLength(450);
  expect(rows.find(({ caseId }) => caseId === idOf(3))).toMatchObject({ n: 2, caseNo: 'no-3', holder: UNIT });
});

test('a case that left the unit is never handed out, even while the feed lags behind', async () => {
  const { store, raise, read } = setUp();
  for (const i of [1, 2, 3]) await store(i);
  await raise(...[1, 2].map((i) => ({ caseId: idOf(i), n: 1, gone: false })));
  expect((await read()).rows).toHaveLength(2);
  await raise({ caseId: idOf(1), n: 2, gone: true });
  await store(3, { n: 2, parties: [] });
  await raise({ caseId: idOf(3), n: 1, gone: false });
  const { head, rows } = await read();
  expect(rows.map(({ caseId }) => caseId)).toEqual([idOf(2)]);
  expect(head.count).toBe(1);
});

test('reads at once give the same whole answer', async () => {
  const { store, raise, read } = setUp();
  await store(1);
  await raise({ caseId: idOf(1), n: 1, gone: false });
  const [a, b] = await Promise.all([read(), read()]);
  expect(a).toEqual(b);
});
