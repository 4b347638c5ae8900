import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.end());

async function lastSeen(deviceId: string): Promise<number | undefined> {
  const { body } = await ask(hub.url, 'GET /api/devices', { headers: await login(hub.url, 'zhouj') });
  const listed = body as unknown as { device: { deviceId: string }; lastSeenAt?: number }[];
  return listed.find(({ device }) => device.deviceId === deviceId)?.lastSeenAt;
}

test('the administrator sees when a terminal was last heard of, also after a restart', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  await station.pull();
  const first = hub.clock.now();
  await expect.poll(() => lastSeen(station.deviceId)).toBe(first);
  hub.clock.moveBy(59_000);
  await station.pull();
  hub.clock.moveBy(1_000);
  await station.pull();
  await expect.poll(() => lastSeen(station.deviceId)).toBe(first + 60_000);
  await hub.restart();
  expect(await lastSeen(station.deviceId)).toBe(first + 60_000);
});
