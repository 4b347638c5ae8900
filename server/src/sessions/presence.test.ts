import { expect, test } from 'vitest';
import type { DeviceRecord, Versioned } from '../store/directory-store.ts';
import { Presence } from './presence.ts';

const publicKey = { kty: 'EC', crv: 'P-256', x: '', y: '' };

function setUp() {
  let stored: Versioned<DeviceRecord> = {
    rev: '1',
    value: {
      device: { deviceId: 'd1', unit: '530102001013', terminal: 'A1', publicKey, status: 'active' },
      enrolledAt: 0,
      enrolledBy: 'sunl',
    } as DeviceRecord,
  };
  const world = { now: 1_000_000, writes: 0, isBroken: false };
  const faults: unknown[] = [];
  const presence = new Presence({
    clock: { now: () => world.now },
    onFault: (error) => faults.push(error),
    directory: {
      findDevice: (deviceId) => Promise.resolve(deviceId === 'd1' ? stored : undefined),
      putDevice: (value, rev) => {
        if (world.isBroken) return Promise.reject(new Error('no store'));
        if (rev !== stored.rev) return Promise.resolve('conflict');
        world.writes += 1;
        stored = { value, rev: `${rev}1` };
        return Promise.resolve('written');
      },
    },
  });
  const seen = async (at: number) => {
    world.now = at;
    presence.seen('d1');
    await presence.settled();
    return stored.value.lastSeenAt;
  };
  return { world, presence, faults, seen };
}

test('a terminal that asks all the time is noted once a minute', async () => {
  const { world, seen } = setUp();
  expect(await seen(1_000_000)).toBe(1_000_000);
  for (let at = 1_001_000; at < 1_060_000; at += 1_000) expect(await seen(at)).toBe(1_000_000);
  expect(await seen(1_060_000)).toBe(1_060_000);
  expect(world.writes).toBe(2);
});

test('what another process noted is not noted again', async () => {
  const { world, seen } = setUp();
  await seen(1_000_000);
  const other = new Presence({
    clock: { now: () => 1_030_000 },
    onFault: () => undefined,
    directory: {
      findDevice: () => Promise.resolve({ rev: 'x', value: { lastSeenAt: 1_000_000 } as DeviceRecord }),
      putDevice: () => Promise.reject(new Error('must not be asked')),
    },
  });
  other.seen('d1');
  await other.settled();
  expect(world.writes).toBe(1);
});

test('a hub clock that was set back notes again', async () => {
  const { seen } = setUp();
  await seen(9_000_000);
  expect(await seen(2_000_000)).toBe(2_000_000);
});

test('a store that fails is a fault in the log and nothing to the caller; the next minute tries again', async () => {
  const { world, faults, seen } = setUp();
  world.isBroken = true;
  expect(await seen(1_000_000)).toBeUndefined();
  expect(faults).toHaveLength(1);
  world.isBroken = false;
  expect(await seen(1_060_000)).toBe(1_060_000);
});

test('a terminal the directory does not know is nobody', async () => {
  const { presence, world, faults } = setUp();
  presence.seen('ghost');
  await presence.settled();
  expect([world.writes, faults]).toEqual([0, []]);
});
