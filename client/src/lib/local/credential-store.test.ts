/** Unlocking without the hub: tries are counted and lock, whatever the clock does, and what is kept opens nothing by itself. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CredentialStore } from './credential-store.ts';
import { StationDatabase } from './station-database.ts';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-11-23T10:00:00+08:00');
const YEARS_MS = 5 * 365 * 24 * 60 * MINUTE_MS;
const PASSWORD = 'Wuhua-2026';
/** What is tested is counting, which costs as many derivations as tries. */
const FEW = 1_000;
const RAW_KEY = new Uint8Array(32).fill(7);

let database: StationDatabase;
let credentials: CredentialStore;
let runs = 0;
beforeEach(async () => {
  runs += 1;
  database = new StationDatabase(`credentials-${String(runs)}`);
  await database.open();
  credentials = new CredentialStore(database, FEW);
  await remember(NOW + 72 * 60 * MINUTE_MS);
});
afterEach(() => {
  database.close();
});

const remember = (offlineUntil: number) =>
  credentials.remember(
    { staffId: 'yangxm', name: '杨晓梅', offlineUntil },
    { password: PASSWORD, rawKey: RAW_KEY },
  );
const check = (password: string, now = NOW) => credentials.check('yangxm', password, now);
const kindOf = async (password: string, now = NOW) => (await check(password, now)).kind;

async function lockAt(now: number): Promise<unknown[]> {
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push(await check('wrong', now));
  return answers;
}

describe('five wrong passwords', () => {
  test('lock the person for a quarter of an hour, also against the right one', async () => {
    expect(await lockAt(NOW)).toEqual([
      { kind: 'wrong', triesLeft: 4 },
      { kind: 'wrong', triesLeft: 3 },
      { kind: 'wrong', triesLeft: 2 },
      { kind: 'wrong', triesLeft: 1 },
      { kind: 'locked', minutes: 15 },
    ]);
    expect(await check(PASSWORD, NOW + 5 * MINUTE_MS)).toEqual({ kind: 'locked', minutes: 10 });
    expect(await kindOf(PASSWORD, NOW + 15 * MINUTE_MS)).toBe('ok');
  });

  test('lock also over a restart of the program', async () => {
    await lockAt(NOW);
    credentials = new CredentialStore(database);
    expect(await kindOf(PASSWORD)).toBe('locked');
  });

  test('lock nobody for years where the clock was ahead and is put right', async () => {
    await remember(NOW + YEARS_MS);
    expect((await lockAt(NOW + YEARS_MS)).at(-1)).toEqual({ kind: 'locked', minutes: 15 });
    expect(await kindOf(PASSWORD)).toBe('ok');
  });
});

test('a right password forgives the wrong ones before it', async () => {
  for (let i = 0; i < 4; i++) await check('wrong');
  expect(await kindOf(PASSWORD)).toBe('ok');
  expect(await check('wrong')).toEqual({ kind: 'wrong', triesLeft: 4 });
});

test('after the hours that the hub allows the terminal opens for nobody without it', async () => {
  expect(await kindOf(PASSWORD, NOW + 72 * 60 * MINUTE_MS)).toBe('ok');
  expect(await kindOf(PASSWORD, NOW + 72 * 60 * MINUTE_MS + 1)).toBe('expired');
});

test('a guess costs 600,000 rounds', async () => {
  credentials = new CredentialStore(database);
  await remember(NOW);
  expect(await database.credentials.toArray()).toMatchObject([{ iterations: 600_000 }]);
});

test('neither the password nor the key is among what is kept', async () => {
  const kept = JSON.stringify(await database.credentials.toArray(), (_key, value: unknown) =>
    value instanceof Uint8Array ? [...value].join() : value,
  );
  expect(kept).toContain('杨晓梅');
  expect(kept).not.toContain(PASSWORD);
  expect(kept).not.toContain([...RAW_KEY].join());
});
