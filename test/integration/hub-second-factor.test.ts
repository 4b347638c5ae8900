/** Administrators show a second factor: a code opens once, wrong ones lock, and who loses the phone is helped by another administrator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeAt } from './authenticator.ts';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';

type Headers = { cookie: string };

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.end());
beforeEach(() => {
  hub.clock.moveBy(60_000);
});

const as = (headers: Headers, route: string, body?: unknown): Promise<Asked> =>
  ask(hub.url, route, { headers, ...(body !== undefined && { body }) });
const now = () => hub.clock.now();
const show = (headers: Headers, code: string) => as(headers, 'POST /api/session/factor', { code });
const codeOf = (answer: Asked) => answer.body['code'];

/** Gives the secret and the recovery codes. */
async function setUp(headers: Headers): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await as(headers, 'POST /api/session/factor/setup', {});
  const secret = String(begun.body['secret']);
  const confirmed = await as(headers, 'POST /api/session/factor/confirm', { code: codeAt(secret, now()) });
  expect(confirmed.status).toBe(200);
  return { secret, recoveryCodes: confirmed.body['recoveryCodes'] as string[] };
}

test('the test’s own authenticator is that of RFC 6238, appendix B', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([59_000, 1_111_111_109_000, 20_000_000_000_000].map((at) => codeAt(secret, at))).toEqual([
    '287082',
    '081804',
    '353130',
  ]);
});

describe('an administrator with a second factor', () => {
  let secret: string;
  let recoveryCodes: string[];
  beforeAll(async () => {
    ({ secret, recoveryCodes } = await setUp(await login(hub.url, 'sunl')));
  });

  test('is asked for it at the login, and administers nothing before', async () => {
    const answer = await ask(hub.url, 'POST /api/session', {
      body: { staffId: 'sunl', password: 'Wuhua-2026' },
    });
    expect(answer.body['factor']).toBe('asked');
    const headers = await login(hub.url, 'sunl');
    expect(await as(headers, 'GET /api/devices')).toMatchObject({
      status: 403,
      body: { code: 'factor-required' },
    });
    expect((await as(headers, 'GET /api/session')).body['factor']).toBe('asked');
    expect((await show(headers, codeAt(secret, now()))).status).toBe(204);
    expect((await as(headers, 'GET /api/devices')).status).toBe(200);
    expect((await as(headers, 'GET /api/session')).body['factor']).toBeUndefined();
  });

  test('opens with a code of the neighbouring half minutes, and with none beyond', async () => {
    for (const [offset, status] of [
      [-60_000, 401],
      [60_000, 401],
      [-30_000, 204],
      [30_000, 204],
    ] as const) {
      const headers = await login(hub.url, 'sunl');
      expect([offset, (await show(headers, codeAt(secret, now() + offset))).status]).toEqual([
        offset,
        status,
      ]);
    }
  });

  test('may be typed in full width', async () => {
    hub.clock.moveBy(90_000);
    const wide = codeAt(secret, now()).replaceAll(/\d/g, (digit) =>
      String.fromCodePoint(0xff10 + Number(digit)),
    );
    expect((await show(await login(hub.url, 'sunl'), wide)).status).toBe(204);
    hub.clock.moveBy(90_000);
  });

  test('shows a code once: here, elsewhere, at the same time and an older one after it', async () => {
    const sessions = [];
    for (let i = 0; i < 4; i++) sessions.push(await login(hub.url, 'sunl'));
    const answers = await Promise.all(sessions.map((headers) => show(headers, codeAt(secret, now()))));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401).map(codeOf)).toEqual(
      Array(3).fill('factor-replayed'),
    );
    const later = await login(hub.url, 'sunl');
    expect(codeOf(await show(later, codeAt(secret, now() - 30_000)))).toBe('factor-replayed');
  });

  test('is locked out by wrong codes as by wrong passwords, in every session', async () => {
    const [one, two] = [await login(hub.url, 'sunl'), await login(hub.url, 'sunl')];
    // A good one begins the counting anew.
    expect((await show(one, codeAt(secret, now()))).status).toBe(204);
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(codeOf(await show(i % 2 === 0 ? one : two, '12345')));
    expect(answers).toEqual([...Array<string>(4).fill('factor-wrong'), 'locked-out']);
    expect(codeOf(await show(two, codeAt(secret, now())))).toBe('locked-out');
    hub.clock.moveBy(15 * 60_000 + 1);
    expect((await show(two, codeAt(secret, now()))).status).toBe(204);
  });

  test('has ten recovery codes, each good once, typed as people type', async () => {
    expect(recoveryCodes).toHaveLength(10);
    const [code = ''] = recoveryCodes;
    const headers = await login(hub.url, 'sunl');
    expect((await show(headers, code.replaceAll('-', ' ').toUpperCase())).status).toBe(204);
    expect((await as(headers, 'GET /api/session/factor')).body['recoveryLeft']).toBe(9);
    const again = await login(hub.url, 'sunl');
    expect(codeOf(await show(again, code))).toBe('factor-wrong');
  });

  test('does not change it with the password alone', async () => {
    const headers = await login(hub.url, 'sunl');
    expect(codeOf(await as(headers, 'POST /api/session/factor/setup', {}))).toBe('factor-required');
    expect(codeOf(await as(headers, 'POST /api/session/factor/confirm', { code: '1' }))).toBe(
      'factor-required',
    );
  });

  test('nobody is told the secret again, and the store does not hold it readably', async () => {
    const headers = await login(hub.url, 'zhouj');
    const listed = JSON.stringify((await as(headers, 'GET /api/staff')).body);
    expect(listed).toContain('recoveryLeft');
    const store = readFileSync(join(hub.dataDir, 'hub.sqlite'), 'latin1');
    for (const told of [secret, ...recoveryCodes]) {
      expect(listed).not.toContain(told);
      expect(store).not.toContain(told);
    }
  });

  test('loses it through another administrator alone; the sessions end, and all is written down', async () => {
    const own = await login(hub.url, 'sunl');
    expect((await show(own, codeAt(secret, now()))).status).toBe(204);
    expect(codeOf(await as(own, 'DELETE /api/staff/sunl/factor'))).toBe('own-account');
    expect(codeOf(await as(own, 'DELETE /api/staff/wug/factor'))).toBe('forbidden');
    const security = await login(hub.url, 'zhouj');
    expect(codeOf(await as(security, 'DELETE /api/staff/wug/factor'))).toBe('no-change');
    expect((await as(security, 'DELETE /api/staff/sunl/factor')).status).toBe(204);
    expect(codeOf(await as(own, 'GET /api/session'))).toBe('login-required');
    expect((await as(await login(hub.url, 'sunl'), 'GET /api/devices')).status).toBe(200);
    const log = await as(await login(hub.url, 'wug'), 'GET /api/audit?kind=factor-reset');
    expect(log.body['entries']).toMatchObject([
      { staffId: 'zhouj', object: 'staff:sunl', result: 'ok' },
      { staffId: 'zhouj', object: 'staff:wug', result: 'refused', details: { code: 'no-change' } },
      { staffId: 'sunl', object: 'staff:wug', result: 'refused' },
      { staffId: 'sunl', object: 'staff:sunl', result: 'refused', details: { code: 'own-account' } },
    ]);
  });
});

test('a security administrator is helped by the system administrator: there may be one only', async () => {
  await setUp(await login(hub.url, 'zhouj'));
  expect((await as(await login(hub.url, 'sunl'), 'DELETE /api/staff/zhouj/factor')).status).toBe(204);
});

test('what was not confirmed within ten minutes, or by a wrong code, is no factor', async () => {
  const headers = await login(hub.url, 'wug');
  const { body } = await as(headers, 'POST /api/session/factor/setup', {});
  expect(String(body['uri'])).toMatch(/^otpauth:\/\/totp\/.*wug\?issuer=.*&secret=/);
  const confirm = (code: string) => as(headers, 'POST /api/session/factor/confirm', { code });
  for (const code of ['000000', '一二三四五六', 'ꁠᲮठꔳ𖠕'])
    expect(codeOf(await confirm(code))).toBe('factor-wrong');
  hub.clock.moveBy(11 * 60_000);
  expect(codeOf(await confirm(codeAt(String(body['secret']), now())))).toBe('not-found');
  expect((await as(headers, 'GET /api/audit')).status).toBe(200);
});

test('where the policy demands it, administrators set one up before anything else; clerks are left alone', async () => {
  const security = await login(hub.url, 'zhouj');
  const { versions } = (await as(security, 'GET /api/security-policy')).body as { versions: object[] };
  const required = { ...versions[0], factor: 'required' };
  expect((await as(security, 'PUT /api/security-policy', required)).status).toBe(200);
  expect(codeOf(await as(security, 'GET /api/staff'))).toBe('factor-due');
  expect((await as(security, 'GET /api/session')).body['factor']).toBe('due');
  await setUp(security);
  expect((await as(security, 'GET /api/staff')).status).toBe(200);
  const clerk = await login(hub.url, 'yangxm');
  expect((await as(clerk, 'GET /api/session')).body['factor']).toBeUndefined();
  expect(codeOf(await as(clerk, 'POST /api/session/factor/setup', {}))).toBe('forbidden');
});
