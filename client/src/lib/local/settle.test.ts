/** Many cases of the outbox that are ruled on at once leave it for the shelf. */
import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { StoredCase } from './case-reader.ts';
import { tableOf } from './case-database.ts';
import { aNote, aPackedCase, idsOf, terminal } from './test-terminal.ts';

const unsent = Array.from({ length: 30 }, (_, i): CaseDocument => {
  const { caseId } = aPackedCase(i);
  const note = aNote(caseId, '离线');
  return { _id: caseId, n: 0, actions: { [note.body.id]: note }, rulings: {} };
});
const [first] = unsent;
if (first === undefined) throw new Error('no case');

/** As the hub has answered. */
function ruled(doc: CaseDocument): CaseDocument {
  const rulings = Object.keys(doc.actions).map((id, i) => [
    id,
    { verdict: 'accepted' as const, seq: i + 1, at: 2 },
  ]);
  return { ...doc, n: rulings.length, rulings: Object.fromEntries(rulings) as CaseDocument['rulings'] };
}

type Terminal = Awaited<ReturnType<typeof terminal>>;

/** The outbox as a push reads it, before its answer is written. */
async function readOutbox({ store }: Pick<Terminal, 'store'>) {
  await store.writeMany(unsent.map((doc) => ({ doc, revision: undefined })));
  const dirty = await store.dirty(100);
  const read = await store.readMany(dirty.map(({ _id }) => _id));
  return dirty.map((doc, i) => ({ doc: ruled(doc), revision: read[i]?.revision }));
}

async function rowsOf({ cases }: Terminal): Promise<number> {
  return (await tableOf(cases)).dexieTable.count();
}

test('they are read as they were ruled, and nothing is left to be sent', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  expect(await here.store.counts()).toMatchObject({ pending: unsent.length });
  expect(await here.store.writeMany(answered)).toEqual(answered.map(() => true));
  expect(await rowsOf(here)).toBe(0);
  expect(await here.store.counts()).toMatchObject({ pending: 0, rejected: 0, parked: 0 });
  expect(await here.store.dirty(100)).toEqual([]);
  expect(await here.store.read(first._id)).toMatchObject({ kind: 'case', doc: ruled(first) });
  expect(await idsOf(here.reader)).toEqual(unsent.map(({ _id }) => _id));
});

test('one of them that grew meanwhile stays, and is a conflict', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  const grown = { ...first, n: 5 };
  const known = await here.otherTab.read(first._id);
  expect(await here.otherTab.write(grown, known?.revision)).toBe(true);
  const verdicts = await here.store.writeMany(answered);
  expect(verdicts).toEqual(answered.map(({ doc }) => doc._id !== first._id));
  expect(await here.store.read(first._id)).toMatchObject({ doc: grown });
  expect(await here.store.dirty(100)).toEqual([grown]);
  const again = await here.store.read(first._id);
  expect(await here.store.write(ruled(grown), again?.revision)).toBe(true);
  expect(await here.store.read(first._id)).toMatchObject({ doc: ruled(grown) });
  expect(await idsOf(here.reader)).toHaveLength(unsent.length);
});

test('one that left the outbox by another way meanwhile stays as it is there', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  const known = await here.otherTab.read(first._id);
  const further = { ...ruled(first), n: 7 };
  expect(await here.otherTab.write(further, known?.revision)).toBe(true);
  expect((await here.store.writeMany(answered)).filter((isWritten) => !isWritten)).toHaveLength(1);
  expect(await here.store.read(first._id)).toMatchObject({ doc: further });
});

test('a case that a clerk receives meanwhile, whose id lies between theirs, stays in the outbox', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  const [between] = unsent.splice(1, 1);
  if (between === undefined) throw new Error('no case');
  const others = answered.filter(({ doc }) => doc._id !== between._id);
  await here.store.writeMany(others);
  expect(await here.store.dirty(100)).toEqual([between]);
  unsent.splice(1, 0, between);
});

test('after a crash before they left the outbox they are sent again, and are there once', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  await here.shelf.add(
    answered.map(({ doc }) => ({ ...aPackedCase(0), caseId: doc._id, body: JSON.stringify(doc) })),
  );
  const restarted = await terminal(here.name);
  expect(await restarted.store.dirty(100)).toEqual(unsent);
  const known = await restarted.store.readMany(unsent.map(({ _id }) => _id));
  const rows = answered.map(({ doc }, i) => ({ doc, revision: known[i]?.revision }));
  expect(await restarted.store.writeMany(rows)).toEqual(rows.map(() => true));
  expect(await restarted.store.counts()).toMatchObject({ pending: 0 });
  expect(await idsOf(restarted.reader)).toHaveLength(unsent.length);
});

test('what another tab still writes over its older copy keeps its words and is sent', async () => {
  const here = await terminal();
  const answered = await readOutbox(here);
  const stale = await here.otherTab.read(first._id);
  await here.store.writeMany(answered);
  const note = { ...aNote(first._id, '后来'), hash: 'later' };
  const grown = { ...first, actions: { ...first.actions, 'd1.2': note } };
  expect(await here.otherTab.write(grown, stale?.revision)).toBe(false);
  const again = await here.otherTab.read(first._id);
  if (again?.kind !== 'case') throw new Error('not here');
  const doc = { ...again.doc, actions: { ...again.doc.actions, 'd1.2': note } };
  expect(await here.otherTab.write(doc, again.revision)).toBe(true);
  expect(await here.store.dirty(100)).toEqual([doc]);
});

test('a screen that has only just begun to watch sees each as it was ruled', async () => {
  const { reader, ...here } = await terminal();
  const answered = await readOutbox(here);
  const settled = new Set<string>();
  const told = new Promise<void>((resolve, reject) => {
    const stop = reader.watch((stored: StoredCase[]) => {
      for (const { caseId, doc } of stored) if (doc?.n === 1) settled.add(caseId);
      if (settled.size < unsent.length) return;
      stop();
      resolve();
    }, reject);
  });
  await here.store.writeMany(answered);
  await told;
});

test('what is added before the browser has said what was there is told as well', async () => {
  const { reader, shelf, station } = await terminal();
  const gate = Promise.withResolvers<undefined>();
  const keysLater = () => gate.promise.then(() => shelf.blocks());
  vi.spyOn(station.shelfHeads, 'toCollection').mockReturnValueOnce({ primaryKeys: keysLater } as never);
  const told = new Promise<StoredCase[]>((resolve, reject) => {
    const stop = reader.watch((stored) => {
      stop();
      resolve(stored);
    }, reject);
  });
  await shelf.add([aPackedCase(1)]);
  gate.resolve(undefined);
  expect((await told).map(({ caseId }) => caseId)).toEqual([aPackedCase(1).caseId]);
});
