/** What every MasterStore and FeedStore must do; run by each adapter. */
import { describe, expect, test } from 'vitest';
import type { FeedStore, MasterCase, MasterStore } from '../replication/ports.ts';
import { caseOf } from './local-store-suite.ts';

const A = '01kb3x5n8v000000000000000a';
const B = '01kb3x5n8v000000000000000b';
const FEED = 'unit_530102001013';

function masterOf(caseId: string, ruled: number, rev?: string): MasterCase {
  const head = { status: 'accepted' as const, ever: ['530102001013'], parties: ['530102001013'] };
  return { ...caseOf(caseId, { ruled }), head, ...(rev === undefined ? {} : { rev }) };
}

/** @param make a new, empty store each time */
export function masterStoreSuite(make: () => Promise<MasterStore>): void {
  describe('a master store', () => {
    test('gives back what was put, undefined for what was not, in the order asked', async () => {
      const store = await make();
      expect(await store.putMany([masterOf(A, 1)])).toEqual(['written']);
      const found = await store.getMany([B, A]);
      expect(found[0]).toBeUndefined();
      expect(found[1]).toMatchObject(masterOf(A, 1));
    });

    test('a put under another revision is a conflict, and the others of the batch are written', async () => {
      const store = await make();
      await store.putMany([masterOf(A, 1)]);
      const [known] = await store.getMany([A]);
      expect(await store.putMany([masterOf(A, 2), masterOf(B, 1)])).toEqual(['conflict', 'written']);
      expect(await store.putMany([masterOf(A, 2, known?.rev)])).toEqual(['written']);
      expect(await store.putMany([masterOf(A, 3, known?.rev)])).toEqual(['conflict']);
      expect((await store.getMany([A]))[0]?.n).toBe(2);
    });

    test('of two writers under one revision one wins', async () => {
      const store = await make();
      const verdicts = await Promise.all([1, 2].map((n) => store.putMany([masterOf(A, n)])));
      expect(verdicts.flat().sort()).toEqual(['conflict', 'written']);
    });

    test('changes name each case once, by its newest write, and end', async () => {
      const store = await make();
      await store.putMany([masterOf(A, 1)]);
      await store.putMany([masterOf(B, 1)]);
      const [known] = await store.getMany([A]);
      await store.putMany([masterOf(A, 2, known?.rev)]);
      const first = await store.changes(null, 1);
      expect(first.ids).toEqual([B]);
      const second = await store.changes(first.last, 10);
      expect(second.ids).toEqual([A]);
      expect((await store.changes(second.last, 10)).ids).toEqual([]);
    });
  });
}

/** @param make a new, empty store each time */
export function feedStoreSuite(make: () => Promise<FeedStore>): void {
  describe('a feed store', () => {
    test('an entry rises and never falls', async () => {
      const store = await make();
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, n: 1, gone: true }])).toBe(false);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(false);
      expect((await store.read(FEED, null, 10)).entries).toEqual([{ caseId: A, n: 2, gone: false }]);
    });

    test('at the same n a marker counts more, and a greater n takes it away', async () => {
      const store = await make();
      await store.raise(FEED, [{ caseId: A, n: 2, gone: false }]);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: true }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(false);
      expect(await store.raise(FEED, [{ caseId: A, n: 3, gone: false }])).toBe(true);
    });

    test('pages are full or the feed has ended, and a checkpoint goes on where it stood', async () => {
      const store = await make();
      await store.raise(
        FEED,
        [A, B].map((caseId) => ({ caseId, n: 1, gone: false })),
      );
      const first = await store.read(FEED, null, 1);
      expect([first.entries.length, first.more]).toEqual([1, true]);
      const second = await store.read(FEED, first.last, 10);
      expect([second.entries.length, second.more]).toEqual([1, false]);
      expect((await store.read(FEED, second.last, 10)).entries).toEqual([]);
      await store.raise(FEED, [{ caseId: A, n: 2, gone: false }]);
      expect((await store.read(FEED, second.last, 10)).entries).toEqual([{ caseId: A, n: 2, gone: false }]);
    });

    test('an unknown feed is empty', async () => {
      expect(await (await make()).read('unit_530102001001', null, 10)).toMatchObject({
        entries: [],
        more: false,
      });
    });
  });
}
