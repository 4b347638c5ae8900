/** A person changes the own password: the old one is asked, wrong ones count, and everything that was open under it ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';

const OLD = 'Wuhua-2026';
const NEW = 'Cuihu-2027';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(async () => {
  await hub.end();
});

function change(
  headers: Record<string, string>,
  oldPassword: string,
  newPassword: string,
  deviceId?: string,
) {
  const body = { oldPassword, newPassword, ...(deviceId !== undefined && { deviceId }) };
  return ask(hub.url, 'POST /api/session/password', { body, headers });
}

async function auditOf(kind: string): Promise<unknown[]> {
  const headers = await login(hub.url, 'wug');
  const answer = await ask(hub.url, `GET /api/audit?kind=${kind}`, { headers });
  return answer.body['entries'] as unknown[];
}

test('nobody changes a password without being logged in', async () => {
  expect(await change({}, OLD, NEW)).toMatchObject({ status: 401, body: { code: 'login-required' } });
});

test('the new password opens from now on, the old one no more, and other sessions of the person end', async () => {
  const here = await login(hub.url, 'yangxm');
  const elsewhere = await login(hub.url, 'yangxm');
  const neighbour = await login(hub.url, 'chensy');
  expect(await change(here, OLD, NEW)).toMatchObject({
    status: 200,
    body: { staff: { staffId: 'yangxm' }, offlineUntil: hub.clock.now() + 72 * 3_600_000 },
  });
  const stillIn = (headers: Record<string, string>) => ask(hub.url, 'GET /api/session', { headers });
  expect((await stillIn(here)).status).toBe(200);
  expect((await stillIn(elsewhere)).status).toBe(401);
  expect((await stillIn(neighbour)).status).toBe(200);
  const old = await ask(hub.url, 'POST /api/session', { body: { staffId: 'yangxm', password: OLD } });
  expect(old.body).toMatchObject({ code: 'login-failed' });
  await login(hub.url, 'yangxm', NEW);
});

test.each([
  ['short', 'password-weak'],
  ['Zhaom-2027', 'password-weak'],
  [OLD, 'password-same'],
])('a new password like %s is refused as %s and changes nothing', async (fresh, code) => {
  const headers = await login(hub.url, 'zhaom');
  expect((await change(headers, OLD, fresh)).body).toMatchObject({ code });
  await login(hub.url, 'zhaom', OLD);
});

test('wrong old passwords count like wrong logins, up to the lock', async () => {
  const headers = await login(hub.url, 'qianw');
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push(await change(headers, 'wrong', NEW));
  expect(answers.map(({ body }) => body['code'])).toEqual([
    ...Array<string>(4).fill('login-failed'),
    'locked-out',
  ]);
  expect((await change(headers, OLD, NEW)).body).toMatchObject({ code: 'locked-out' });
  const login2 = await ask(hub.url, 'POST /api/session', { body: { staffId: 'qianw', password: OLD } });
  expect(login2.body).toMatchObject({ code: 'locked-out' });
  hub.clock.moveBy(15 * 60_000 + 1);
  await login(hub.url, 'qianw', OLD);
});

test('of two changes at once under the same old password one wins', async () => {
  const first = await login(hub.url, 'lijy');
  const second = await login(hub.url, 'lijy');
  const answers = await Promise.all([change(first, OLD, NEW), change(second, OLD, 'Dianchi-2028')]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('a terminal of another unit is told nothing', async () => {
  const headers = await login(hub.url, 'hewj');
  const unknown = await change(headers, OLD, NEW, 'd000000000000');
  expect(unknown.body).toMatchObject({ code: 'device-unknown' });
});

test('each change and each refusal is written down, without a password', async () => {
  const entries = await auditOf('password-changed');
  expect(entries).toContainEqual(
    expect.objectContaining({ staffId: 'yangxm', object: 'staff:yangxm', result: 'ok' }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({ staffId: 'qianw', result: 'refused', details: { code: 'login-failed' } }),
  );
  for (const secret of [OLD, NEW, 'wrong', 'short'])
    expect(JSON.stringify(entries)).not.toContain(`"${secret}"`);
});
