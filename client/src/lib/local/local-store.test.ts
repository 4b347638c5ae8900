/** The station's store on IndexedDB as a browser specifies it: the same suite as the store in memory, and what only this one has. */
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { describe, expect, test } from 'vitest';
import type { CaseDocument } from '@sanji/sync/domain/action';
import { problem } from '@sanji/sync/domain/problem';
import { packedLines, unpackBytes } from '@sanji/sync/protocol/pack-case';
import { localStoreSuite } from '@sanji/sync/testing/local-store-suite';
import type { StoredCase } from './case-reader.ts';
import { CaseShelf } from './case-shelf.ts';
import { importSealKey, Seal } from './seal.ts';
import { StationDatabase } from './station-database.ts';
import { KEY, aNote, aPackedCase, idsOf, terminal } from './test-terminal.ts';

localStoreSuite(async () => (await terminal()).store);

test('what another tab adds to a case that is being sent is a conflict, and is there when it is read again', async () => {
  const { store, otherTab } = await terminal();
  const { caseId } = aPackedCase(1);
  const note = aNote(caseId, '本机');
  const unsent: CaseDocument = { _id: caseId, n: 0, actions: { [note.body.id]: note }, rulings: {} };
  await otherTab.write(unsent, undefined);
  expect(await store.dirty(10)).toEqual([unsent]);
  const theirs = { ...unsent, n: 1 };
  expect(await otherTab.write(theirs, (await otherTab.read(caseId))?.revision)).toBe(true);
  const [sent] = await store.readMany([caseId]);
  expect(sent).toMatchObject({ doc: unsent });
  expect(await store.write({ ...unsent, n: 2 }, sent?.revision)).toBe(false);
  expect((await store.readMany([caseId]))[0]).toMatchObject({ doc: theirs });
});

describe('a first load on the shelf', () => {
  const rows = Array.from({ length: 250 }, (_, i) => aPackedCase(i));
  const [first, second] = rows.map(({ caseId }) => caseId);

  test('is read case by case and as a whole', async () => {
    const { store, reader } = await terminal();
    expect(await store.insertPacked(rows)).toEqual([]);
    expect(await store.read(first ?? '')).toMatchObject({ kind: 'case', doc: { _id: first } });
    expect(await idsOf(reader)).toEqual(rows.map(({ caseId }) => caseId).sort());
    expect((await reader.firstPage(3)).map(({ caseId }) => caseId)).toEqual(
      rows.slice(0, 3).map(({ caseId }) => caseId),
    );
  });

  test('is stored as it came over the line, and read as what was packed', async () => {
    const { store, shelf } = await terminal();
    const came = rows.slice(0, 150).map((row) => {
      const [index = '', body = ''] = packedLines(row).split('\n');
      const encoder = new TextEncoder();
      return unpackBytes(encoder.encode(`${index}\n`), encoder.encode(`${body}\n`));
    });
    // What was made of such a row is another one.
    const [made, ...others] = came;
    const changed = made === undefined ? [] : [{ ...made, n: 9 }];
    await store.insertPacked([...changed, ...others]);
    const read = (await Promise.all((await shelf.blocks()).map((block) => shelf.rowsOf(block)))).flat();
    expect(read).toEqual([{ ...rows[0], n: 9 }, ...rows.slice(1, 150)]);
  });

  test('gives way to a case once that is written, and a case is listed once', async () => {
    const { store, reader } = await terminal();
    await store.insertPacked(rows);
    const known = await store.read(first ?? '');
    if (known?.kind !== 'case') throw new Error('not here');
    const grown = { ...known.doc, n: known.doc.n + 1 };
    expect(await store.write(grown, undefined)).toBe(false);
    expect(await store.write(grown, known.revision)).toBe(true);
    expect(await store.write(grown, known.revision)).toBe(false);
    expect(await store.read(first ?? '')).toMatchObject({ doc: grown });
    expect(await idsOf(reader)).toHaveLength(rows.length);
  });

  test('leaves nothing of a case that went', async () => {
    const { store, station, reader, shelf } = await terminal();
    await store.insertPacked(rows);
    const known = await store.read(first ?? '');
    expect(await store.bury(first ?? '', { n: 9, epoch: 1 }, known?.revision ?? '')).toBe(true);
    expect(await store.read(first ?? '')).toMatchObject({ kind: 'tombstone', goneN: 9 });
    expect(await shelved(shelf)).not.toContain(first);
    expect(JSON.stringify(await station.shelfHeads.toArray())).not.toContain(first);
    expect(await idsOf(reader)).toHaveLength(rows.length - 1);
  });

  test('is cleared of a case whose burial a crash cut short', async () => {
    const { store, station, name } = await terminal();
    await store.insertPacked(rows);
    const blocks = await station.shelf.toArray();
    const heads = await station.shelfHeads.toArray();
    const known = await store.read(first ?? '');
    await store.bury(first ?? '', { n: 9, epoch: 1 }, known?.revision ?? '');
    await station.shelf.bulkPut(blocks);
    await station.shelfHeads.bulkPut(heads);
    const { store: restarted, shelf } = await terminal(name);
    expect(await shelved(shelf)).toContain(first);
    await restarted.finishBurials(0);
    expect(await shelved(shelf)).not.toContain(first);
    expect(await restarted.read(second ?? '')).toMatchObject({ kind: 'case' });
  });

  test('that comes a second time returns what is here, on the shelf or written', async () => {
    const { store } = await terminal();
    await store.insertPacked(rows.slice(0, 120));
    const known = await store.read(first ?? '');
    if (known?.kind === 'case') await store.write({ ...known.doc, n: 7 }, known.revision);
    expect(await store.insertPacked(rows)).toEqual(rows.slice(0, 120).map(({ caseId }) => caseId));
    expect(await store.insertPacked(rows)).toHaveLength(rows.length);
  });

  test('is told to a watching screen of another tab, block by block', async () => {
    const here = await terminal();
    const seen: StoredCase[] = [];
    const whole = new Promise<void>((resolve, reject) => {
      const stop = here.reader.watch((stored) => {
        seen.push(...stored);
        if (seen.length < rows.length) return;
        stop();
        resolve();
      }, reject);
    });
    await here.reader.firstPage(1);
    const otherTab = new StationDatabase(here.station.name);
    await otherTab.open();
    await new CaseShelf(otherTab, here.seal).add(rows);
    await whole;
    otherTab.close();
    expect(new Set(seen.map(({ caseId }) => caseId)).size).toBe(rows.length);
  });
});

async function shelved(shelf: CaseShelf): Promise<string[]> {
  const rows = await Promise.all((await shelf.blocks()).map((block) => shelf.rowsOf(block)));
  return rows.flat().map(({ caseId }) => caseId);
}

describe('at rest', () => {
  const secret = '张三丰';

  test('no word of a case, a stray or a draft lies open', async () => {
    const { name, store, station, drafts } = await terminal();
    const packed = aPackedCase(1);
    await store.insertPacked([{ ...packed, body: packed.body.replace('{}', `{"x":"${secret}"}`) }]);
    const action = aNote(aPackedCase(2).caseId, secret);
    const own = { _id: action.body.caseId, n: 0, actions: { [action.body.id]: action }, rulings: {} };
    await store.write(own, undefined);
    await store.park(own._id, problem('action-id-reused', { actionId: secret }));
    await store.addStrays([{ caseId: own._id, action, strayedAt: 1 }]);
    await drafts.save({ id: 'x', staffId: 's', screen: 'intake', savedAt: 1, content: { name: secret } });
    expect((await drafts.find('x'))?.content).toEqual({ name: secret });
    const open = JSON.stringify([await dump(`${name}-station`), await dump(`rxdb-dexie-${name}--0--cases`)]);
    expect(open).toContain(own._id);
    expect(open).not.toContain(secret);
    expect(await station.shelf.count()).toBe(1);
  });

  test('a sealed text opens under its own label and key alone', async () => {
    const [seal, other] = [new Seal(), new Seal()];
    await expect(seal.seal(secret, 'a')).rejects.toThrow();
    seal.open(KEY);
    other.open(await importSealKey(new Uint8Array(32).fill(8)));
    const sealed = await seal.seal(secret, 'a');
    expect(await seal.unseal(sealed, 'a')).toBe(secret);
    await expect(seal.unseal(sealed, 'b')).rejects.toThrow();
    await expect(other.unseal(sealed, 'a')).rejects.toThrow();
    seal.close();
    await expect(seal.unseal(sealed, 'a')).rejects.toThrow();
  });
});

test('what lies in the tray counts as rejected until somebody has dealt with it', async () => {
  const { store, station } = await terminal();
  const action = aNote(aPackedCase(1).caseId, '我的话');
  await store.addStrays([{ caseId: action.body.caseId, action, strayedAt: 1 }]);
  expect(await store.counts()).toMatchObject({ pending: 0, rejected: 1 });
  const { id: actionId, caseId } = action.body;
  await station.settled.put({ actionId, caseId, how: 'seen', staffId: 'yangxm', at: 2 });
  expect(await store.counts()).toMatchObject({ rejected: 0 });
});

/** Everything in a database, as text may find it. */
async function dump(name: string): Promise<unknown[]> {
  const database = await new Dexie(name).open();
  const rows = await Promise.all(database.tables.map((table) => table.toArray()));
  database.close();
  return rows
    .flat()
    .map((row: object) =>
      Object.entries(row).map(([key, value]: [string, unknown]) => [
        key,
        value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
      ]),
    );
}
