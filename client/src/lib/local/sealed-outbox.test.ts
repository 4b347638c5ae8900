/** What leaves a terminal sealed: for a stick, out of a broken store, at its end. IndexedDB as a browser specifies it. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exportPublicKey, newDeviceKeys } from '@sanji/sync/domain/signing';
import { openPart, readBundle, verifyBundle } from '@sanji/sync/protocol/bundle';
import { caseOf } from '@sanji/sync/testing/local-store-suite';
import { readBundleLog, changeBundleLog } from './bundle-log.ts';
import { isRevoked, noteRevoked, wipeTerminal } from './revocation.ts';
import { rescueAll } from './rescue.ts';
import { importSealKey } from './seal.ts';
import { openStation, type Station } from './station.ts';

const KEY = await importSealKey(new Uint8Array(32).fill(7));
const keys = await newDeviceKeys();
const publicKey = await exportPublicKey(keys.publicKey);
const identity = { deviceId: 'wenlin1', unit: '530102001013', unitName: '文林', terminal: 'A2', publicKey };
const UNSENT = '01kb3x5n8v000000000000000a';
const RULED = '01kb3x5n8v000000000000000b';
const PARKED = '01kb3x5n8v000000000000000c';
const stray = { caseId: RULED, action: strayAction(), strayedAt: 5 };

function strayAction() {
  const [action] = Object.values(caseOf(RULED, { pending: 1 }).actions);
  if (action === undefined) throw new Error('no action');
  return action;
}

let station: Station;

beforeEach(async () => {
  station = await openStation();
  station.seal.open(KEY);
  station.store.belongsTo(identity.deviceId);
  await station.device.enrol({ ...identity, privateKey: keys.privateKey });
  await station.store.write(caseOf(UNSENT, { ruled: 1, pending: 2 }), undefined);
  await station.store.write(caseOf(RULED, { ruled: 2 }), undefined);
  await station.store.write(caseOf(PARKED, { pending: 1 }), undefined);
  await station.store.park(PARKED, { code: 'malformed' });
  await station.store.addStrays([stray]);
});

afterEach(async () => {
  await station.close();
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
  vi.unstubAllGlobals();
});

describe('the sealed outbox', () => {
  test('holds what the hub has not ruled on and the tray, and is read while the terminal is locked', async () => {
    station.seal.close();
    const parts = await station.outbox.parts();
    expect(parts.map(({ label }) => label)).toEqual([UNSENT, PARKED, stray.action.body.id]);
    expect(await station.outbox.countUnsent()).toBe(2);
    const opened = await Promise.all(parts.map((part) => openPart(KEY, part)));
    expect(opened.map((text) => JSON.parse(text ?? '') as unknown)).toEqual([
      caseOf(UNSENT, { ruled: 1, pending: 2 }),
      caseOf(PARKED, { pending: 1 }),
      stray,
    ]);
  });

  test('holds what was revealed and not reported', async () => {
    const label = 'reveal.1';
    const sealed = await station.seal.seal('{"caseId":"x"}', label);
    await station.database.reveals.add({ staffId: 'yangxm', label, sealed });
    station.seal.close();
    const [part] = await station.outbox.reports();
    expect(part?.label).toBe(label);
    expect(part && (await openPart(KEY, part))).toBe('{"caseId":"x"}');
  });

  test('holds what was printed and not reported', async () => {
    const label = 'print.1';
    const sealed = await station.seal.seal('{"caseId":"y"}', label);
    await station.database.prints.add({ staffId: 'yangxm', label, sealed });
    station.seal.close();
    const labels = (await station.outbox.reports()).map((part) => part.label);
    expect(labels).toContain(label);
  });

  test('numbers bundles once each', async () => {
    const next = () => changeBundleLog(station.database, (log) => ({ ...log, seq: log.seq + 1 }));
    await Promise.all([next(), next(), next()]);
    expect(await readBundleLog(station.database)).toEqual({ seq: 3 });
  });
});

describe('out of a store that cannot be opened the ordinary way', () => {
  test('what is unsent comes as a bundle that the terminal has signed', async () => {
    await station.close();
    const { kind, files, unsent, lost } = await rescueAll(new Date(0));
    expect([kind, files.length, unsent, lost]).toEqual(['bundle', 1, 2, 0]);
    const read = readBundle(files[0]?.text ?? '');
    if (!read.ok) throw new Error(read.problem.code);
    expect(await verifyBundle(read.value, publicKey)).toBeUndefined();
    expect(read.value).toMatchObject({ purpose: 'upload', deviceId: 'wenlin1', asks: null });
    expect(read.value.parts.map(({ label }) => label).sort()).toEqual(
      [UNSENT, PARKED, stray.action.body.id].sort(),
    );
  });

  test('a database that will not open is counted, and the others are saved all the same', async () => {
    await station.close();
    const open = indexedDB.open.bind(indexedDB);
    vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
      if (name === 'rxdb-dexie-sanji--0--cases') throw new Error('corrupt');
      return version === undefined ? open(name) : open(name, version);
    });
    const { kind, files, lost } = await rescueAll(new Date(0));
    vi.restoreAllMocks();
    expect([kind, lost]).toEqual(['bundle', 1]);
    expect(files[0]?.text).toContain(stray.action.body.id);
  });

  test('without the terminal’s own key there is one file for the administrator, and no key in it', async () => {
    await station.credentials.remember(
      { staffId: 'yangxm', name: '杨晓梅', offlineUntil: 1 },
      { password: 'x', rawKey: new Uint8Array(32).fill(7) },
    );
    await station.database.device.clear();
    await station.close();
    const { kind, files, unsent } = await rescueAll(new Date(0));
    expect([kind, files.length, unsent]).toEqual(['dump', 1, 2]);
    expect(files[0]?.text).toContain(UNSENT);
    expect(files[0]?.text).not.toMatch(/wrapped|salt|privateKey/);
  });
});

describe('at its end', () => {
  test('a terminal remembers that it was taken out of service, and then forgets everything', async () => {
    const storage = new Map([['PARAGLIDE_LOCALE', 'en']]);
    storage.set('sanji-other', 'x');
    const removed: string[] = [];
    vi.stubGlobal('sessionStorage', { clear: () => removed.push('session') });
    vi.stubGlobal(
      'localStorage',
      Object.defineProperty(Object.fromEntries(storage), 'removeItem', {
        value: (key: string) => removed.push(key),
      }),
    );
    await noteRevoked(station.database, 1);
    expect(await isRevoked(station.database)).toBe(true);
    await wipeTerminal(station);
    expect((await indexedDB.databases()).map(({ name }) => name)).toEqual([]);
    expect(removed).toEqual(['session', 'sanji-other']);
    station = await openStation();
    expect(await station.device.find()).toBeUndefined();
  });
});
