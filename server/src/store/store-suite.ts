/** The acceptance suite of the Store port. Every implementation runs it; `openStore` gives a fresh, empty store with a prefix of its own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from './store-error.ts';
import type { Database, Store, StoredDocument } from './store.ts';

interface Note extends StoredDocument {
  text: string;
}

export function describeStore(name: string, openStore: () => Promise<Store>): void {
  describe(`the store ${name}`, () => {
    let store: Store;
    let notes: Database<Note>;

    beforeEach(async () => {
      store = await openStore();
      notes = await store.open<Note>('notes');
    });
    afterEach(async () => {
      for (const database of await store.list()) await store.destroy(database);
      await store.close();
    });

    test('gives back what was put, and undefined for what is not there', async () => {
      const verdict = await notes.put({ _id: 'a', text: '五华区' });
      expect(verdict.kind).toBe('written');
      expect(await notes.get('a')).toMatchObject({ _id: 'a', text: '五华区' });
      expect(await notes.get('b')).toBeUndefined();
    });

    test('refuses a put that does not name the stored revision', async () => {
      const first = await notes.put({ _id: 'a', text: '1' });
      expect(first.kind).toBe('written');
      expect(await notes.put({ _id: 'a', text: '2' })).toEqual({ kind: 'conflict' });
      const read = await notes.get('a');
      expect((await notes.put({ _id: 'a', text: '2', _rev: read?._rev ?? '' })).kind).toBe('written');
      expect(await notes.put({ _id: 'a', text: '3', _rev: read?._rev ?? '' })).toEqual({ kind: 'conflict' });
      expect((await notes.get('a'))?.text).toBe('2');
    });

    /** On a cluster the changes may lag behind a put by a moment. */
    const seenInChanges = (count: number) =>
      expect.poll(async () => (await notes.changes(null, 1_000)).rows.length).toBe(count);

    test('refuses a revision of a document that never was', async () => {
      const verdict = await notes.put({ _id: 'a', text: '1', _rev: '1-00000000000000000000000000000001' });
      expect(verdict).toEqual({ kind: 'conflict' });
    });

    test('never tells two of many simultaneous writers that they won', async () => {
      const verdicts = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => notes.put({ _id: 'a', text: String(writer) })),
      );
      expect(verdicts.filter(({ kind }) => kind === 'written').length).toBeLessThanOrEqual(1);
    });

    test('loses no update of writers who each read, add and put until they are written', async () => {
      const writers = ['a', 'b', 'c', 'd', 'e'];
      await Promise.all(
        writers.map(async (writer) => {
          for (let kind = 'conflict'; kind === 'conflict';) {
            const stored = await notes.get('log');
            const doc = { _id: 'log', text: (stored?.text ?? '') + writer };
            kind = (await notes.put(stored === undefined ? doc : { ...doc, _rev: stored._rev })).kind;
          }
        }),
      );
      const text = (await notes.get('log'))?.text ?? '';
      expect([...text].sort()).toEqual(writers);
    });

    test('answers a bulk put document by document, in order', async () => {
      await notes.put({ _id: 'b', text: 'old' });
      const verdicts = await notes.putMany([
        { _id: 'a', text: '1' },
        { _id: 'b', text: '2' },
        { _id: 'c', text: '3' },
      ]);
      expect(verdicts.map(({ kind }) => kind)).toEqual(['written', 'conflict', 'written']);
      const read = await notes.getMany(['c', 'x', 'b', 'a']);
      expect(read.map((doc) => doc?.text)).toEqual(['3', undefined, 'old', '1']);
    });

    test('takes nothing for nothing', async () => {
      expect(await notes.putMany([])).toEqual([]);
      expect(await notes.getMany([])).toEqual([]);
    });

    test('removes by compare-and-set, and the id may be used again', async () => {
      const written = await notes.put({ _id: 'a', text: '1' });
      if (written.kind !== 'written') throw new Error('not written');
      expect(await notes.remove('a', '1-00000000000000000000000000000001')).toEqual({ kind: 'conflict' });
      expect((await notes.remove('a', written.rev)).kind).toBe('written');
      expect(await notes.get('a')).toBeUndefined();
      expect((await notes.put({ _id: 'a', text: '2' })).kind).toBe('written');
    });

    test('reads a range of ids, either way round', async () => {
      await notes.putMany(['a:1', 'b:1', 'b:2', 'b:3', 'c:1'].map((_id) => ({ _id, text: _id })));
      const ids = async (query: Parameters<typeof notes.range>[0]) =>
        (await notes.range(query)).map(({ _id }) => _id);
      await expect.poll(() => ids({ startkey: 'b:', endkey: 'b:\uffff' })).toEqual(['b:1', 'b:2', 'b:3']);
      await expect.poll(() => ids({ startkey: 'b:1', endkey: 'b:2' })).toEqual(['b:1', 'b:2']);
      await expect
        .poll(() => ids({ startkey: 'a', endkey: 'z', limit: 2, descending: true }))
        .toEqual(['c:1', 'b:3']);
    });

    test('pages through the changes: full pages, each document once, newest revision', async () => {
      await notes.putMany(Array.from({ length: 25 }, (_, i) => ({ _id: `n${String(i)}`, text: 'old' })));
      const read = await notes.get('n0');
      await notes.put({ _id: 'n0', text: 'new', _rev: read?._rev ?? '' });
      await expect
        .poll(async () => (await notes.changes(null, 1_000)).rows.map(({ doc }) => doc?.text).sort()[0])
        .toBe('new');
      await seenInChanges(25);
      const seen: string[] = [];
      let since: string | null = null;
      for (let more = true; more;) {
        const page = await notes.changes(since, 10);
        if (page.more) expect(page.rows).toHaveLength(10);
        seen.push(...page.rows.map(({ id, doc }) => `${id} ${doc?.text ?? ''}`));
        since = page.last;
        more = page.more;
      }
      expect(new Set(seen)).toHaveLength(25);
      expect(seen).toHaveLength(25);
      expect(seen).toContain('n0 new');
      expect((await notes.changes(since, 10)).rows).toEqual([]);
    });

    test('names removed documents in the changes, and gives no documents where none are wanted', async () => {
      const written = await notes.put({ _id: 'a', text: '1' });
      if (written.kind === 'written') await notes.remove('a', written.rev);
      await notes.put({ _id: 'b', text: '2' });
      await expect
        .poll(async () =>
          (await notes.changes(null, 10, { docs: false })).rows
            .map(({ id, deleted, doc, rev }) => [id, deleted, doc, rev !== ''])
            .sort(),
        )
        .toEqual([
          ['a', true, undefined, true],
          ['b', false, undefined, true],
        ]);
    });

    test.each(['now', '', 'x~1', '5', 'c~now'])(
      'refuses the checkpoint «%s» that it never gave',
      async (since) => {
        const refusal = await notes.changes(since, 10).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(StoreError);
        expect(refusal).toMatchObject({ code: 'bad-checkpoint' });
      },
    );

    test('trap (a): following begins where the checkpoint says, so what was written in between is not lost', async () => {
      const stop = new AbortController();
      await notes.put({ _id: 'a', text: '1' });
      await seenInChanges(1);
      const { last } = await notes.changes(null, 10);
      await notes.put({ _id: 'b', text: '2' });
      const seen: string[] = [];
      for await (const page of notes.follow(last, stop.signal)) {
        seen.push(...page.rows.map(({ id }) => id));
        if (seen.includes('b') && !seen.includes('c')) await notes.put({ _id: 'c', text: '3' });
        if (seen.includes('c')) stop.abort();
      }
      expect([...new Set(seen)].filter((id) => id !== 'a')).toEqual(['b', 'c']);
    });

    test('wakes a follower that waits', async () => {
      const stop = new AbortController();
      const feed = notes.follow(null, stop.signal)[Symbol.asyncIterator]();
      const first = feed.next();
      await notes.put({ _id: 'a', text: '1' });
      expect((await first).value).toMatchObject({ rows: [{ id: 'a' }] });
      const end = feed.next();
      stop.abort();
      expect((await end).done).toBe(true);
    });

    test('ends its followers when it is closed', async () => {
      const other = await openStore();
      const database = await other.open<Note>('notes');
      const end = database.follow(null, new AbortController().signal)[Symbol.asyncIterator]().next();
      await other.destroy('notes').then(() => other.close());
      expect((await end).done).toBe(true);
    });

    test('keeps databases apart, lists them and forgets destroyed ones', async () => {
      const others = await store.open<Note>('unit_530102001013');
      await others.put({ _id: 'a', text: 'other' });
      await notes.put({ _id: 'a', text: 'note' });
      expect(await store.list()).toEqual(['notes', 'unit_530102001013']);
      expect((await others.get('a'))?.text).toBe('other');
      await store.destroy('unit_530102001013');
      await store.destroy('unit_530102001013');
      expect(await store.list()).toEqual(['notes']);
      const again = await store.open<Note>('unit_530102001013');
      expect(await again.get('a')).toBeUndefined();
    });

    test('opens one database for two callers at once', async () => {
      const [one, two] = await Promise.all([store.open<Note>('fresh'), store.open<Note>('fresh')]);
      await one.put({ _id: 'a', text: '1' });
      expect((await two.get('a'))?.text).toBe('1');
    });

    test.each(['Upper', '', '../x', '_users', 'a b'])('refuses the database name «%s»', async (bad) => {
      await expect(store.open(bad)).rejects.toMatchObject({ code: 'misuse' });
    });

    test('answers a ping, and refuses work after it was closed', async () => {
      await store.ping();
      const other = await openStore();
      await other.close();
      await other.close();
      await expect(other.open('notes')).rejects.toMatchObject({ code: 'misuse' });
    });
  });
}
