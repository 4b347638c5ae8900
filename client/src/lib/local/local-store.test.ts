/** The station's store on IndexedDB as a browser specifies it: the same suite as the store in memory, and what only this one has. */
import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import { localStoreSuite } from '@sanji/sync/testing/local-store-suite';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { openCaseDatabase } from './case-database.ts';
import { CaseReader, type StoredCase } from './case-reader.ts';
import { CaseShelf } from './case-shelf.ts';
import { RxLocalStore } from './local-store.ts';
import { StationDatabase } from './station-database.ts';

const open: (() => Promise<void>)[] = [];
let made = 0;

async function terminal(name = `t${String((made += 1))}`) {
  const station = new StationDatabase(`${name}-station`);
  const rx = await openCaseDatabase(name);
  const shelf = new CaseShelf(station);
  open.push(async () => {
    await rx.close();
    station.close();
  });
  return {
    name,
    station,
    shelf,
    reader: new CaseReader(rx.cases, shelf),
    store: new RxLocalStore(rx.cases, shelf, station),
  };
}

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

localStoreSuite(async () => (await terminal()).store);

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
    const { store, station, reader } = await terminal();
    await store.insertPacked(rows);
    const known = await store.read(first ?? '');
    expect(await store.bury(first ?? '', 9, known?.revision ?? '')).toBe(true);
    expect(await store.read(first ?? '')).toMatchObject({ kind: 'tombstone', goneN: 9 });
    expect(JSON.stringify(await station.shelf.toArray())).not.toContain(first);
    expect(JSON.stringify(await station.shelfHeads.toArray())).not.toContain(first);
    expect(await idsOf(reader)).toHaveLength(rows.length - 1);
  });

  test('is cleared of a case whose burial a crash cut short', async () => {
    const { store, station, name } = await terminal();
    await store.insertPacked(rows);
    const blocks = await station.shelf.toArray();
    const heads = await station.shelfHeads.toArray();
    const known = await store.read(first ?? '');
    await store.bury(first ?? '', 9, known?.revision ?? '');
    await station.shelf.bulkPut(blocks);
    await station.shelfHeads.bulkPut(heads);
    const { store: restarted } = await terminal(name);
    await restarted.finishBurials();
    expect(JSON.stringify(await station.shelf.toArray())).not.toContain(first);
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
    await new CaseShelf(otherTab).add(rows);
    await whole;
    otherTab.close();
    expect(new Set(seen.map(({ caseId }) => caseId)).size).toBe(rows.length);
  });
});

function aPackedCase(i: number): PackedCase {
  const caseId = `01kb3x5n8v${String(i).padStart(16, '0')}`;
  return {
    caseId,
    n: 2,
    status: 'accepted',
    holder: '530102001013',
    caseNo: '',
    matterId: '',
    receivedAt: i,
    body: JSON.stringify({ _id: caseId, n: 2, actions: {}, rulings: {} }),
  };
}

async function idsOf(reader: CaseReader): Promise<string[]> {
  const ids: string[] = [];
  for await (const piece of reader.all(40))
    ids.push(...piece.filter(({ doc }) => doc !== undefined).map(({ caseId }) => caseId));
  return ids.sort();
}
