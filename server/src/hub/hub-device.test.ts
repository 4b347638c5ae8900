import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importPublicKey, verifyAction } from '@sanji/sync/domain/signing';
import type { TypedDocuments } from '../store/directory-store.ts';
import { openHubStores, type HubStores } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import { HubDevice } from './hub-device.ts';

let folder: string;
let stores: HubStores;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-device-'));
  stores = await openHubStores({ dataDir: folder });
});
afterEach(async () => {
  await stores.store.close();
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000_000 };
const epoch = { count: 1, id: 'first' };
const open = (isShared = true) => HubDevice.open({ directory: stores.directory, clock, isShared, epoch });

test('the key is made once and is the same for every process on the store', async () => {
  const [a, b] = [await open(), await open()];
  expect(b.keyFor('530102000000')).toEqual(a.keyFor('530102000000'));
  const body = { v: 1, id: `${b.deviceId}.1` } as Parameters<HubDevice['sign']>[0];
  expect(await verifyAction(await b.sign(body), await importPublicKey(a.publicKey))).toBe(true);
});

test('two processes that act at once never give a number twice', async () => {
  const devices = [await open(), await open()];
  const given: number[] = [];
  const take = (device: HubDevice) =>
    device.exclusive(async () => {
      const state = await device.read();
      given.push(state.counter + 1);
      await device.save({ ...state, counter: state.counter + 1 });
    });
  await Promise.all(devices.flatMap((device) => [take(device), take(device), take(device)]));
  expect(given.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('whoever held the turn too long cannot write over the next', async () => {
  const [slow, quick] = [await open(false), await open(false)];
  const before = await slow.read();
  await quick.save({ ...(await quick.read()), counter: 7 });
  await expect(slow.save({ ...before, counter: 1 })).rejects.toThrow('another process');
  expect((await quick.read()).counter).toBe(7);
});

test('a task that failed does not block the next', async () => {
  const device = await open();
  await expect(device.exclusive(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await device.exclusive(() => Promise.resolve('done'))).toBe('done');
});

test('the lease of a process that died while its clock was ahead does not hold up the hub until then', async () => {
  const leases = stores.directory.documents<{ owner: string; until: number }>('hub-lease');
  await leases.put('own', { owner: 'died', until: clock.now() + 365 * 86_400_000 });
  const device = await open();
  expect(await device.exclusive(() => Promise.resolve('done'))).toBe('done');
});

test('an outage while the lease is given back fails no work, and the process goes on under its own lease', async () => {
  const { directory } = stores;
  const leases = directory.documents<{ owner: string; until: number }>('hub-lease');
  let isDown = false;
  const failing = {
    documents: <T extends object>(kind: string): TypedDocuments<T> => {
      const documents = directory.documents<T>(kind);
      return {
        find: (id) => (isDown ? Promise.reject(new StoreError('unavailable', 'down')) : documents.find(id)),
        put: (id, value, rev) => documents.put(id, value, rev),
        remove: (id, rev) => documents.remove(id, rev),
        list: () => documents.list(),
      };
    },
  };
  const device = await HubDevice.open({ directory: failing, clock, isShared: true, epoch });
  const done = await device.exclusive(() => {
    isDown = true;
    return Promise.resolve('done');
  });
  expect(done).toBe('done');
  expect((await leases.find('own'))?.value.until).toBeGreaterThan(clock.now());
  isDown = false;
  expect(await device.exclusive(() => Promise.resolve('again'))).toBe('again');
});
