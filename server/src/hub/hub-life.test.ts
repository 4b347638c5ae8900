import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evidenceIn } from '@sanji/sync/replication/checkpoint';
import { openHubStores, type HubStores } from '../store/open-store.ts';
import { BEAT_MS, HubLife, currentEpoch, lastPulse } from './hub-life.ts';
import { raiseEpoch } from './raise-epoch.ts';

const DAY_MS = 86_400_000;

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

/** What a station is handed by this process at this moment. */
const given = (life: HubLife) => ({ epoch: life.memory().epoch, at: life.memory().pulse, since: '7' });

test('what a hub gave out before a stop is remembered, also after a crash; what the store has forgotten is not', async () => {
  const first = await open();
  await first.beat();
  now += BEAT_MS - 1;
  const justBeforeTheCrash = given(first);
  const backup = await backupOfPulse();
  now += 20 * BEAT_MS;
  await first.beat();
  const forgotten = given(first);
  now += 30 * BEAT_MS;
  await backup();
  const second = await open();
  expect(evidenceIn('f', justBeforeTheCrash, second.memory())).toBeUndefined();
  expect(evidenceIn('f', forgotten, second.memory())).toEqual({
    kind: 'checkpoint',
    feed: 'f',
    at: forgotten.at,
  });
  now += BEAT_MS;
  await second.beat();
  expect(evidenceIn('f', given(second), second.memory())).toBeUndefined();
  expect(await lastPulse(stores.directory)).toBe(now);
});

/** The store remembers of its hub what it does now, once it is put back. */
async function backupOfPulse(): Promise<() => Promise<unknown>> {
  const pulses = stores.directory.documents('pulse');
  const kept = await pulses.find('own');
  return async () => {
    const found = await pulses.find('own');
    await pulses.put('own', kept?.value ?? {}, found?.rev);
  };
}

const YEAR_MS = 365 * 86_400_000;
const jumps = [5_000, -5_000, 3_600_000, -3_600_000, YEAR_MS, -YEAR_MS, 10 * YEAR_MS, -10 * YEAR_MS];

test.for(jumps)('a clock that is %i ms off for a while makes no hub doubt what was given out', async (ms) => {
  const lives = [await open()];
  const checkpoints: ReturnType<typeof given>[] = [];
  /** By every process that still runs; a beat is late now and then. */
  const serve = async () => {
    for (let i = 0; i < 3; i++) {
      now += BEAT_MS / 2;
      for (const life of lives) checkpoints.push(given(life));
      for (const life of lives.slice(i % 2)) await life.beat();
    }
  };
  const seen = () => lives.flatMap((life) => checkpoints.map((each) => evidenceIn('f', each, life.memory())));
  for (const by of [ms, -ms, ms, -2 * ms, ms]) {
    await serve();
    now += by;
    lives.push(await open());
    await serve();
    lives.shift();
    expect(seen().filter((evidence) => evidence !== undefined)).toEqual([]);
  }
});

test('two processes whose clocks differ do not doubt each other', async () => {
  const right = await open();
  const ahead = await HubLife.open({ directory: stores.directory, clock: { now: () => now + YEAR_MS } });
  for (let i = 0; i < 3; i++) {
    now += BEAT_MS;
    await right.beat();
    expect(evidenceIn('f', given(right), ahead.memory())).toBeUndefined();
    await ahead.beat();
    expect(evidenceIn('f', given(ahead), right.memory())).toBeUndefined();
  }
});

test('after a restore thirty days are waited for what stations hold, as the hub lives them', async () => {
  await raiseEpoch(stores, clock);
  const life = await open();
  expect(life.awaitsReturn()).toBe(true);
  for (let day = 1; day <= 29; day++) {
    now += DAY_MS;
    await life.beat();
  }
  expect(life.awaitsReturn()).toBe(true);
  now += DAY_MS;
  await life.beat();
  expect(life.awaitsReturn()).toBe(false);
  expect((await open()).awaitsReturn()).toBe(false);
  await raiseEpoch(stores, clock);
  expect((await open()).awaitsReturn()).toBe(true);
});

test.for([YEAR_MS, -YEAR_MS])(
  'a restore under a clock %i ms off waits no longer and no shorter',
  async (ms) => {
    now += ms;
    await raiseEpoch(stores, clock);
    await (await open()).beat();
    now -= ms;
    const life = await open();
    expect(life.awaitsReturn()).toBe(true);
    for (let day = 1; day <= 30; day++) {
      now += DAY_MS;
      await life.beat();
    }
    expect(life.awaitsReturn()).toBe(false);
  },
);

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
