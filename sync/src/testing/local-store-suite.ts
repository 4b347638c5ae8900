/** What every LocalStore must do; run by each adapter. */
import { describe, expect, test } from 'vitest';
import type { AnyActionBody, CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import type { PackedCase } from '../protocol/messages.ts';
import type { LocalStore } from '../replication/ports.ts';
import { cheapSign } from './cheap-signer.ts';
import { SETTINGS } from './factories.ts';

const A = '01kb3x5n8v000000000000000a';
const B = '01kb3x5n8v000000000000000b';
const C = '01kb3x5n8v000000000000000c';

/** @param make a new, empty store each time */
export function localStoreSuite(make: () => Promise<LocalStore>): void {
  describe('a local store', () => {
    test('knows nothing of a case it was not given', async () => {
      expect(await (await make()).read(A)).toBeUndefined();
    });

    test('reads back what was written', async () => {
      const store = await make();
      const doc = caseOf(A, { ruled: 1, pending: 1 });
      expect(await store.write(doc, undefined)).toBe(true);
      expect(await store.read(A)).toMatchObject({ kind: 'case', doc });
    });

    test('refuses a write under another revision and leaves what is there', async () => {
      const store = await make();
      const doc = caseOf(A, { pending: 1 });
      await store.write(doc, undefined);
      const revision = await revisionOf(store, A);
      expect(await store.write(caseOf(A, { pending: 2 }), undefined)).toBe(false);
      expect(await store.write(caseOf(A, { pending: 2 }), revision)).toBe(true);
      expect(await store.write(caseOf(A, { pending: 3 }), revision)).toBe(false);
      expect(await store.read(A)).toMatchObject({ doc: caseOf(A, { pending: 2 }) });
    });

    test('of two writers under one revision one is told no', async () => {
      const store = await make();
      await store.write(caseOf(A, { pending: 1 }), undefined);
      const revision = await revisionOf(store, A);
      const writes = [2, 3].map((pending) => store.write(caseOf(A, { pending }), revision));
      expect((await Promise.all(writes)).filter(Boolean)).toHaveLength(1);
    });

    test('reads many in the order asked for, whatever each is', async () => {
      const store = await make();
      await store.write(caseOf(A, { ruled: 1 }), undefined);
      await store.write(caseOf(B, { ruled: 1 }), undefined);
      await store.bury(B, { n: 3, epoch: 1 }, await revisionOf(store, B));
      const [gone, absent, here, ...more] = await store.readMany([B, C, A]);
      expect(gone).toMatchObject({ kind: 'tombstone', goneN: 3 });
      expect(absent).toBeUndefined();
      expect(here).toEqual(await store.read(A));
      expect(more).toEqual([]);
      expect(await store.readMany([])).toEqual([]);
    });

    test('writes many with a verdict each: a conflict stops no other', async () => {
      const store = await make();
      await store.write(caseOf(A, { pending: 1 }), undefined);
      await store.write(caseOf(B, { pending: 1 }), undefined);
      const [a, b] = await store.readMany([A, B]);
      await store.write(caseOf(B, { pending: 2 }), b?.revision);
      const verdicts = await store.writeMany([
        { doc: caseOf(B, { ruled: 3 }), revision: b?.revision },
        { doc: caseOf(A, { ruled: 3 }), revision: a?.revision },
        { doc: caseOf(C, { ruled: 3 }), revision: undefined },
      ]);
      expect(verdicts).toEqual([false, true, true]);
      expect((await store.readMany([A, B, C])).map((each) => each?.kind === 'case' && each.doc)).toEqual([
        caseOf(A, { ruled: 3 }),
        caseOf(B, { pending: 2 }),
        caseOf(C, { ruled: 3 }),
      ]);
      expect(await store.writeMany([{ doc: caseOf(A, {}), revision: undefined }])).toEqual([false]);
      expect(await store.writeMany([])).toEqual([]);
    });

    test('a revision of a case that is not there is a conflict', async () => {
      const store = await make();
      await store.write(caseOf(A, { pending: 1 }), undefined);
      const revision = await revisionOf(store, A);
      expect(await store.write(caseOf(B, { pending: 1 }), revision)).toBe(false);
      expect(await store.read(B)).toBeUndefined();
    });

    test('a tombstone keeps what it is given of the log, a walk meets that, and a write under its revision ends it', async () => {
      const store = await make();
      await store.write(caseOf(A, { ruled: 3 }), undefined);
      const kept = { log: caseOf(A, { ruled: 2 }), since: 1_700_000_000_000 };
      await store.bury(A, { n: 5, epoch: 2, kept }, await revisionOf(store, A));
      expect(await store.read(A)).toMatchObject({ kind: 'tombstone', goneN: 5, goneEpoch: 2, kept });
      const met: CaseDocument[] = [];
      for await (const docs of store.walk()) met.push(...docs);
      expect(met).toEqual([kept.log]);
      expect(await store.dirty(10)).toEqual([]);
      expect(await store.write(caseOf(A, { pending: 2 }), await revisionOf(store, A))).toBe(true);
      expect((await store.dirty(10)).map(({ _id }) => _id)).toEqual([A]);
    });

    test('a tombstone holds goneN and its epoch only, and gives way to a write under its revision', async () => {
      const store = await make();
      await store.write(caseOf(A, { ruled: 2 }), undefined);
      const revision = await revisionOf(store, A);
      expect(await store.bury(A, { n: 5, epoch: 2 }, revision)).toBe(true);
      const tombstone = await store.read(A);
      expect(tombstone).toMatchObject({ kind: 'tombstone', goneN: 5, goneEpoch: 2 });
      expect(await store.bury(A, { n: 6, epoch: 2 }, revision)).toBe(false);
      expect(await store.write(caseOf(A, { ruled: 6 }), undefined)).toBe(false);
      expect(await store.write(caseOf(A, { ruled: 6 }), tombstone?.revision)).toBe(true);
    });

    test('dirty cases are those that hold an unruled action, oldest first, up to the limit', async () => {
      const store = await make();
      await store.write(caseOf(A, { pending: 1 }), undefined);
      await store.write(caseOf(B, { ruled: 2 }), undefined);
      expect((await store.dirty(10)).map(({ _id }) => _id)).toEqual([A]);
      await store.write(caseOf(B, { ruled: 2, pending: 1 }), await revisionOf(store, B));
      expect((await store.dirty(10)).map(({ _id }) => _id)).toEqual([A, B]);
      expect(await store.dirty(1)).toHaveLength(1);
      expect((await store.dirty(1, new Set([A]))).map(({ _id }) => _id)).toEqual([B]);
      expect(await store.dirty(10, new Set([A, B]))).toEqual([]);
    });

    test('of many dirty cases those asked for are given, and what was read to be sent is written over once', async () => {
      const store = await make();
      const ids = Array.from({ length: 30 }, (_, i) => `01kb3x5n8v0000000000000${String(100 + i)}`);
      await store.writeMany(ids.map((id) => ({ doc: caseOf(id, { pending: 1 }), revision: undefined })));
      const [first = '', ...rest] = ids;
      const dirty = await store.dirty(100, new Set([first]));
      expect(dirty.map(({ _id }) => _id)).toEqual(rest);
      const read = await store.readMany(rest);
      const ruled = rest.map((id, i) => ({ doc: caseOf(id, { ruled: 1 }), revision: read[i]?.revision }));
      expect(await store.writeMany(ruled)).toEqual(rest.map(() => true));
      expect(await store.writeMany(ruled)).toEqual(rest.map(() => false));
      expect((await store.dirty(100)).map(({ _id }) => _id)).toEqual([first]);
      expect((await store.readMany(rest)).map((found) => found?.kind === 'case' && found.doc)).toEqual(
        ruled.map(({ doc }) => doc),
      );
    });

    test('a parked case is out of the queue until it changes', async () => {
      const store = await make();
      await store.write(caseOf(A, { pending: 1 }), undefined);
      await store.park(A, { code: 'malformed' });
      expect(await store.dirty(10)).toEqual([]);
      await store.write(caseOf(A, { pending: 2 }), await revisionOf(store, A));
      expect(await store.dirty(10)).toHaveLength(1);
    });

    test('what a relay has taken is not dirty, until an action is added that it has not', async () => {
      const store = await make();
      await store.write({ ...caseOf(A, { ruled: 1, pending: 2 }), relayed: idsOf(2, 3) }, undefined);
      expect(await store.dirty(10)).toEqual([]);
      const added = { ...caseOf(A, { ruled: 1, pending: 3 }), relayed: idsOf(2, 3) };
      await store.write(added, await revisionOf(store, A));
      expect(await store.dirty(10)).toEqual([added]);
    });

    test('who moves to another relay, or to the hub, has everything unruled to push again', async () => {
      const store = await make();
      expect(await store.relay()).toBeNull();
      await store.moveTo('relay1.a');
      expect(await store.relay()).toBe('relay1.a');
      await store.write({ ...caseOf(A, { ruled: 1, pending: 2 }), relayed: idsOf(2, 3) }, undefined);
      await store.write(caseOf(B, { ruled: 2 }), undefined);
      await store.moveTo(null);
      await store.moveTo(null);
      expect(await store.relay()).toBeNull();
      expect(await store.dirty(10)).toEqual([caseOf(A, { ruled: 1, pending: 2 })]);
      expect(await store.read(B)).toMatchObject({ doc: caseOf(B, { ruled: 2 }) });
    });

    test('packed cases are inserted at once; those already here are named and left alone', async () => {
      const store = await make();
      const mine = caseOf(A, { pending: 1 });
      await store.write(mine, undefined);
      const packed = [A, B].map((caseId) => packedOf(caseId, 2));
      expect(await store.insertPacked(packed)).toEqual([A]);
      expect(await store.read(A)).toMatchObject({ doc: mine });
      expect(await store.read(B)).toMatchObject({ doc: caseOf(B, { ruled: 2 }) });
    });

    test('strays may be added twice', async () => {
      const store = await make();
      const stray = { caseId: A, action: actionOf(A, 1), strayedAt: 0 };
      await store.addStrays([stray]);
      await expect(store.addStrays([stray])).resolves.toBeUndefined();
    });

    test('a walk meets every case once, and no tombstone, in pieces', async () => {
      const store = await make();
      const ids = Array.from({ length: 7 }, (_, i) => `01kb3x5n8v00000000000000a${String(i)}`);
      for (const caseId of ids) await store.write(caseOf(caseId, { ruled: 1 }), undefined);
      await store.write(caseOf(A, { pending: 1 }), undefined);
      await store.park(A, { code: 'malformed' });
      await store.write(caseOf(B, { ruled: 1 }), undefined);
      await store.bury(B, { n: 1, epoch: 1 }, await revisionOf(store, B));
      await store.insertPacked([packedOf(C, 2)]);
      const met: CaseDocument[] = [];
      for await (const docs of store.walk()) met.push(...docs);
      expect(met.map(({ _id }) => _id).sort()).toEqual([...ids, A, C].sort());
      expect(met.find(({ _id }) => _id === C)).toEqual(caseOf(C, { ruled: 2 }));
    });

    test('a walk goes on over what is written meanwhile', async () => {
      const store = await make();
      const ids = Array.from({ length: 7 }, (_, i) => `01kb3x5n8v00000000000000a${String(i)}`);
      for (const caseId of ids) await store.write(caseOf(caseId, { ruled: 1 }), undefined);
      const met: string[] = [];
      for await (const docs of store.walk()) {
        for (const { _id } of docs) {
          met.push(_id);
          await store.write(caseOf(_id, { ruled: 1, pending: 1 }), await revisionOf(store, _id));
        }
      }
      expect([...new Set(met)].sort()).toEqual(ids);
    });

    test('of a catalog entry the later state stays: the later epoch’s, then the greater n', async () => {
      const store = await make();
      const doc = (n: number, epoch?: number): CatalogDocument => ({
        _id: 'settings:district',
        n,
        ...(epoch === undefined ? {} : { epoch }),
        entry: { kind: 'settings', settings: { ...SETTINGS, hotline: `${String(epoch ?? 1)}-${String(n)}` } },
        sig: 'signed',
      });
      await store.writeCatalog([doc(2)]);
      await store.writeCatalog([doc(1)]);
      expect(await store.readCatalog()).toEqual([doc(2)]);
      await store.writeCatalog([doc(1, 3)]);
      await store.writeCatalog([doc(9)]);
      await store.writeCatalog([doc(9, 2)]);
      expect(await store.readCatalog()).toEqual([doc(1, 3)]);
    });

    test('the hub’s epoch is null until it is saved', async () => {
      const store = await make();
      expect(await store.epoch()).toBeNull();
      await store.saveEpoch({ count: 1, id: 'a' });
      await store.saveEpoch({ count: 2, id: 'b' });
      expect(await store.epoch()).toEqual({ count: 2, id: 'b' });
    });

    test('a checkpoint is null until one is saved, each feed for itself', async () => {
      const store = await make();
      expect(await store.checkpoint('unit_530102001013')).toBeNull();
      await store.saveCheckpoint('unit_530102001013', 'x1');
      expect(await store.checkpoint('unit_530102001013')).toBe('x1');
      expect(await store.checkpoint('catalog')).toBeNull();
    });
  });
}

function packedOf(caseId: string, ruled: number): PackedCase {
  const doc = caseOf(caseId, { ruled });
  const index = { status: 'received', holder: '', caseNo: '', matterId: 'm1', receivedAt: 0 };
  return { caseId, n: doc.n, ...index, body: JSON.stringify(doc) };
}

async function revisionOf(store: LocalStore, caseId: string): Promise<string> {
  const found = await store.read(caseId);
  if (found === undefined) throw new Error(`${caseId} is not there`);
  return found.revision;
}

export function caseOf(
  caseId: string,
  { ruled = 0, pending = 0 }: { ruled?: number; pending?: number },
): CaseDocument {
  const actions: Record<string, SignedAction> = {};
  const rulings: Record<string, Ruling> = {};
  for (let i = 1; i <= ruled + pending; i++) {
    const action = actionOf(caseId, i);
    actions[action.body.id] = action;
    if (i <= ruled) rulings[action.body.id] = { seq: i, verdict: 'accepted', receivedAt: 1 };
  }
  return { _id: caseId, n: ruled, actions, rulings };
}

function idsOf(...counters: number[]): string[] {
  return counters.map((counter) => `wenlin1.${String(counter)}`);
}

function actionOf(caseId: string, counter: number): SignedAction {
  const by = { staffId: 'yangxm', name: '杨晓梅', unit: '530102001013' };
  const body: AnyActionBody = {
    v: 1,
    id: `wenlin1.${String(counter)}`,
    caseId,
    kind: 'note',
    payload: { text: `note ${String(counter)}` },
    by,
    at: counter,
    offsetMs: 0,
    after: [],
    prev: null,
  };
  return cheapSign(body);
}
