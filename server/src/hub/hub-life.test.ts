import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evidenceIn } from '@sanji/sync/replication/checkpoint';
import { openHubStores, type HubStores } from '../store/open-store.ts';
import { BEAT_MS, HubLife, currentEpoch, lastPulse } from './hub-life.ts';
import { raiseEpoch } from './raise-epoch.ts';

let folder: string;
let stores: HubStores;
let now: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-life-'));
  stores = await openHubStores({ dataDir: folder });
  now = 1_800_000_000_000;
});
afterEach(async () => {
  await stores.store.close();
  rmSync(folder, { recursive: true });
});

const clock = { now: () => now };
const open = () => HubLife.open({ directory: stores.directory, clock });

test('a store begins in its first epoch, the same for every process', async () => {
  const [a, b] = await Promise.all([open(), open()]);
  expect(a.memory().epoch).toEqual(b.memory().epoch);
  expect(a.memory().epoch.count).toBe(1);
});

test('what a hub gave out before a stop is remembered, also after a crash; what it cannot have given out is not', async () => {
  const first = await open();
  await first.beat();
  const { epoch } = first.memory();
  now += BEAT_MS - 1;
  const justBeforeTheCrash = { epoch, at: now, since: '7' };
  now += 50 * BEAT_MS;
  const second = await open();
  await second.beat();
  expect(evidenceIn('f', justBeforeTheCrash, second.memory())).toBeUndefined();
  const unheardOf = { epoch, at: now - 20 * BEAT_MS, since: '9' };
  expect(evidenceIn('f', unheardOf, second.memory())).toEqual({
    kind: 'checkpoint',
    feed: 'f',
    at: unheardOf.at,
  });
  now += BEAT_MS;
  expect(evidenceIn('f', { epoch, at: now, since: '10' }, second.memory())).toBeUndefined();
  expect(await lastPulse(stores.directory)).toBe(now - BEAT_MS);
});

test('a hub that began with a clock ahead believes what it gives out once the clock is put right', async () => {
  await (await open()).beat();
  now += 365 * 86_400_000;
  const life = await open();
  const { epoch } = life.memory();
  now -= 364 * 86_400_000;
  life.memory();
  const given = { epoch, at: now, since: '7' };
  now += BEAT_MS;
  expect(evidenceIn('f', given, life.memory())).toBeUndefined();
});

test('a hub whose store was put back under it says so at its next beat, and writes nothing', async () => {
  const life = await open();
  expect(await life.beat()).toBe(true);
  const pulse = await lastPulse(stores.directory);
  now += BEAT_MS;
  await raiseEpoch(stores, clock);
  expect(await life.beat()).toBe(false);
  expect(await lastPulse(stores.directory)).toBe(pulse);
});

test('a raised epoch is later than everything stations have spoken of, and nothing is given out twice', async () => {
  const { directory, restores, catalog } = stores;
  await directory.documents<{ last: number }>('terminal-counter').put('530102001013', { last: 3 });
  await directory.documents('session').put('s1', { staffId: 'hewj' });
  await directory.putEnrolmentCode({
    codeHash: 'aa',
    unit: '530102001013',
    createdBy: 'sunl',
    createdAt: now,
    expiresAt: now + 1_000_000,
  });
  await catalog.put([
    {
      _id: 'rules:7',
      n: 1,
      entry: {
        kind: 'rules',
        publication: {
          seq: 7,
          version: '7',
          effectiveFrom: '2026-01-01',
          document: 'No. 7',
          issuer: '530102000000',
          rows: [],
          publishedBy: [],
          publishedAt: 0,
        },
      },
    },
  ]);
  const highest = Math.floor(now / 1_000) + 5_000;
  await restores.noteBehind(1, { kind: 'epoch', theirs: highest, ours: 1 }, now);
  const { after } = await raiseEpoch(stores, clock);
  expect(after.count).toBe(highest + 1);
  expect(
    (await directory.documents<{ last: number }>('terminal-counter').find('530102001013'))?.value.last,
  ).toBe(23);
  expect(await directory.documents('session').list()).toEqual([]);
  expect(await directory.takeEnrolmentCode('aa', now)).toBeUndefined();
  expect((await currentEpoch({ directory, clock })).seqFloor).toBe(107);
  const [entry] = await stores.audit.search({ kind: 'epoch-raised', limit: 10 });
  expect(entry).toMatchObject({
    staffId: 'hub',
    object: `epoch:${String(after.count)}`,
    details: { before: 1 },
  });
});
