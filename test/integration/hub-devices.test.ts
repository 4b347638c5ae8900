/** What an administrator knows of the terminals, and how one is taken out of service. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let security: { cookie: string };
beforeAll(async () => {
  hub = await startTestHub();
  security = await login(hub.url, 'zhouj');
});
afterAll(() => hub.end());

interface Listed {
  device: { deviceId: string; status: string };
  catalog?: { at: number; rulesSeq: number };
  revoked?: { at: number; by: string; reason: string };
  missing: number;
}

async function listed(deviceId: string): Promise<Listed | undefined> {
  const { body } = await ask(hub.url, 'GET /api/devices', { headers: security });
  return (body as unknown as Listed[]).find(({ device }) => device.deviceId === deviceId);
}

/** The next page; its checkpoint, and whether there is more. */
async function pullCatalog({ token }: TestStation, since: string): Promise<{ since: string; more: boolean }> {
  const query = new URLSearchParams({ feed: 'catalog', since });
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await ask(hub.url, `GET /sync/pull?${query.toString()}`, { headers });
  await hub.hub.container.presence.settled();
  return { since: String(body['checkpoint']), more: body['more'] === true };
}

test('the list says which rules a terminal holds, once it has the whole catalog', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  let page = await pullCatalog(station, '');
  expect(page.more).toBe(true);
  expect((await listed(station.deviceId))?.catalog).toBeUndefined();
  while (page.more) page = await pullCatalog(station, page.since);
  const rulesSeq = hub.hub.container.catalog.current().publications.at(-1)?.seq;
  expect(await listed(station.deviceId)).toMatchObject({
    catalog: { at: hub.clock.now(), rulesSeq },
    missing: 0,
  });
});

test('taking one out of service takes a reason, which stays in the list and in the audit log', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  const headers = security;
  const route = `POST /api/devices/${station.deviceId}/revoke`;
  for (const body of [{}, { reason: '  ' }, { reason: 'x'.repeat(201) }])
    expect((await ask(hub.url, route, { headers, body })).body['code']).toBe('malformed');
  expect((await listed(station.deviceId))?.device.status).toBe('active');

  expect((await ask(hub.url, route, { headers, body: { reason: ' 丢失 ' } })).status).toBe(204);
  const revoked = { at: hub.clock.now(), by: 'zhouj', reason: '丢失' };
  hub.clock.moveBy(1_000);
  // Again, as after a lost answer: the first reason stays.
  expect((await ask(hub.url, route, { headers, body: { reason: '再次' } })).status).toBe(204);
  expect(await listed(station.deviceId)).toMatchObject({ device: { status: 'revoked' }, revoked });
  const log = await ask(hub.url, 'GET /api/audit?kind=device-revoked', {
    headers: await login(hub.url, 'wug'),
  });
  expect(log.body['entries']).toMatchObject([
    { staffId: 'zhouj', details: { reason: '再次' } },
    { object: `device:${station.deviceId}`, details: { reason: '丢失' } },
  ]);
});
