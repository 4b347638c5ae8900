import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from './embedded-store.ts';
import { SqliteFile } from './sqlite-file.ts';
import { describeStore } from './store-suite.ts';
import type { StoredDocument } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `hub-${String(++files)}.sqlite`);

describeStore('embedded', () => Promise.resolve(openEmbeddedStore({ path: newPath() })));

interface Note extends StoredDocument {
  text: string;
}

describe('the embedded store', () => {
  test('finds everything again after it was closed and opened', async () => {
    const path = newPath();
    const before = openEmbeddedStore({ path });
    const notes = await before.open<Note>('notes');
    await notes.put({ _id: 'a', text: '1' });
    const { last } = await notes.changes(null, 10);
    await before.close();
    const after = openEmbeddedStore({ path });
    const again = await after.open<Note>('notes');
    expect((await again.get('a'))?.text).toBe('1');
    expect((await again.changes(last, 10)).rows).toEqual([]);
    await after.close();
  });

  test('reads a file that PouchDB’s LevelDB adapter wrote, and goes on from there', async () => {
    const path = newPath();
    const file = new SqliteFile(path);
    const [first, second] = ['1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '2-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'];
    await file.transact(file.space('notes'), ({ put }) => {
      const ids = ['a'.repeat(32), { status: 'missing' }, [['b'.repeat(32), { status: 'available' }, []]]];
      const history = { rev: second, rev_tree: [{ pos: 1, ids }], rev_map: { [second]: 2 } };
      const metadata = { id: 'a', ...history, winningRev: second, deleted: false, seq: 2 };
      put('\xffdocument-store\xffa', JSON.stringify(metadata));
      const body = { text: 'second', _id: 'a', _rev: second };
      put('\xffby-sequence\xff0000000000000002', JSON.stringify(body));
      put('\xffmeta-store\xff_local_last_update_seq', '2');
      put('\xffmeta-store\xff_local_doc_count', '1');
      put('\xffmeta-store\xff_local_uuid', '"12345678-0000-4000-8000-000000000000"');
    });
    file.close();
    const store = openEmbeddedStore({ path });
    const notes = await store.open<Note>('notes');
    expect(await notes.get('a')).toEqual({ _id: 'a', _rev: second, text: 'second' });
    expect((await notes.changes('12345678~1', 10)).rows.map(({ id }) => id)).toEqual(['a']);
    expect(await notes.put({ _id: 'a', _rev: first, text: 'late' })).toEqual({ kind: 'conflict' });
    expect((await notes.put({ _id: 'a', _rev: second, text: 'third' })).kind).toBe('written');
    expect((await notes.changes('12345678~2', 10)).rows[0]?.doc?.text).toBe('third');
    await store.close();
  });

  test('writes of one turn share a commit: each is seen by the next, and one that is nonsense fails alone', async () => {
    const store = openEmbeddedStore({ path: newPath() });
    const notes = await store.open<Note>('notes');
    const [one, two, nonsense] = await Promise.allSettled([
      notes.put({ _id: 'a', text: '1' }),
      notes.put({ _id: 'a', text: '2' }),
      notes.put({ _id: 'b', text: '3', _rev: 'nonsense' }),
    ]);
    expect(one).toMatchObject({ value: { kind: 'written' } });
    expect(two).toMatchObject({ value: { kind: 'conflict' } });
    expect(nonsense).toMatchObject({ status: 'rejected' });
    expect((await notes.get('a'))?.text).toBe('1');
    await store.close();
  });

  test('holds 130 databases in one file', async () => {
    const path = newPath();
    const store = openEmbeddedStore({ path });
    for (let i = 0; i < 130; i++) {
      await (await store.open<Note>(`unit_${String(i)}`)).put({ _id: 'a', text: String(i) });
    }
    const held = readdirSync('/proc/self/fd').length;
    await store.close();
    expect(readdirSync('/proc/self/fd').length).toBeGreaterThan(held - 10);
    expect(readdirSync(folder).filter((name) => path.endsWith(name))).toHaveLength(1);
  });

  test('refuses a checkpoint from the future: the file was restored from an older backup', async () => {
    const store = openEmbeddedStore({ path: newPath() });
    const notes = await store.open<Note>('notes');
    await notes.put({ _id: 'a', text: '1' });
    const { last } = await notes.changes(null, 10);
    await expect(notes.changes(last.replace(/\d+$/, '99'), 10)).rejects.toMatchObject({
      code: 'bad-checkpoint',
    });
    await store.close();
  });

  test('never passes over a change while writers are busy', async () => {
    const store = openEmbeddedStore({ path: newPath() });
    const notes = await store.open<Note>('notes');
    const latest = new Map<string, string>();
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 300; i++) {
        const _id = `n${String(i % 7)}`;
        const stored = await notes.get(_id);
        await notes.put({ _id, text: String(i), ...(stored ? { _rev: stored._rev } : {}) });
      }
      writing = false;
    })();
    let since: string | null = null;
    for (let more = true; more || writing;) {
      const page = await notes.changes(since, 3);
      for (const { id, doc } of page.rows) latest.set(id, doc?.text ?? '');
      since = page.last;
      more = page.more;
    }
    await writer;
    for (const { id, doc } of (await notes.changes(since, 100)).rows) latest.set(id, doc?.text ?? '');
    expect([...latest.values()].map(Number).sort((a, b) => a - b)).toEqual([
      293, 294, 295, 296, 297, 298, 299,
    ]);
    await store.close();
  });

  test('refuses a second opener of the same file, and says what to do', async () => {
    const path = newPath();
    const store = openEmbeddedStore({ path });
    expect(() => openEmbeddedStore({ path })).toThrow(
      expect.objectContaining({
        code: 'file-locked',
        whatToDo: expect.stringContaining('DATA_DIR') as string,
      }),
    );
    await store.close();
    await openEmbeddedStore({ path }).close();
  });

  test('refuses a file that is not a store, and leaves it as it is', () => {
    const path = newPath();
    writeFileSync(path, 'this is a letter, not a database. '.repeat(200));
    expect(() => openEmbeddedStore({ path })).toThrow(expect.objectContaining({ code: 'file-not-a-store' }));
  });

  test('refuses a folder that cannot be made', () => {
    const path = newPath();
    writeFileSync(path, 'a file where a folder should be');
    expect(() => openEmbeddedStore({ path: join(path, 'hub.sqlite') })).toThrow(
      expect.objectContaining({ code: 'directory-unusable' }),
    );
  });
});
