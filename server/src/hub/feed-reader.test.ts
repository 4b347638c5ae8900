import { expect, test } from 'vitest';
import { FakeClock } from '@sanji/sync/testing/fake-time';
import { MemoryFeedStore, MemoryMasterStore, MemoryRestoreLog } from '@sanji/sync/testing/memory-hub-stores';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { readFeed } from './feed-reader.ts';

const CASE = '01kb3x5n8v0000000000000001';
const STREET = '530102001000';
const FEED = `unit_${STREET}`;
const request = { feed: FEED, since: null, limit: 10 };

/** A hub in its second life, whose feeds were not put back with the cases: the street is told that a case has left it. */
async function afterRestore(...cases: MasterCase[]) {
  const [clock, feeds, master] = [new FakeClock(), new MemoryFeedStore(), new MemoryMasterStore()];
  await feeds.raise(FEED, [{ caseId: CASE, n: 6, gone: true }]);
  await master.putMany(cases);
  const epoch = { count: 2, id: 'second' };
  const memory = () => ({ epoch, rememberedUntil: 0, awakeSince: 0, pulse: 0 });
  const catalog = { changes: async () => ({ docs: [], last: '0', more: false }) };
  return { clock, feeds, master, catalog, restores: new MemoryRestoreLog(), memory };
}

test('a marker from before a restore says nothing about a case that the unit holds again', async () => {
  const head = { status: 'accepted' as const, ever: [STREET], parties: [STREET] };
  const deps = await afterRestore({ _id: CASE, n: 4, actions: {}, rulings: {}, head });
  const answer = await readFeed(deps, request);
  expect(answer).toMatchObject({ ok: true, value: { items: [{ kind: 'case', caseId: CASE, n: 4 }] } });
});

test('a marker from before a restore gives no number of another life', async () => {
  const head = { status: 'accepted' as const, ever: [STREET], parties: [] };
  const left = await afterRestore({ _id: CASE, n: 4, actions: {}, rulings: {}, head });
  expect(await readFeed(left, request)).toMatchObject({
    ok: true,
    value: { items: [{ kind: 'gone', caseId: CASE, n: 4 }] },
  });
  const forgotten = await afterRestore();
  expect(await readFeed(forgotten, request)).toMatchObject({ ok: true, value: { items: [] } });
});
