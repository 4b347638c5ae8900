/** Open sessions are seen and ended; the rules for passwords are versions that an administrator puts in force. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

type Headers = { cookie: string };

let hub: TestHub;
let security: Headers;

beforeAll(async () => {
  hub = await startTestHub();
  security = await login(hub.url, 'zhouj');
});
afterAll(() => hub.end());

const as = (headers: Headers, route: string, body?: unknown): Promise<Asked> =>
  ask(hub.url, route, { headers, ...(body !== undefined && { body }) });
const codeOf = (answer: Asked) => answer.body['code'];
const sessionsOf = (answer: Asked) =>
  answer.body['sessions'] as { id: string; staffId: string; isOwn: boolean; deviceId?: string }[];
const logOf = async (kind: string) =>
  (await as(await login(hub.url, 'wug'), `GET /api/audit?kind=${kind}`)).body['entries'];

describe('open sessions', () => {
  test('tell who, where, since when and when last seen; the own one is marked', async () => {
    const station = await TestStation.join(hub, 'yangxm');
    const { deviceId } = station;
    await ask(hub.url, 'POST /api/session', {
      body: { staffId: 'yangxm', password: 'Wuhua-2026', deviceId },
    });
    const open = sessionsOf(await as(security, 'GET /api/sessions'));
    expect(open).toContainEqual(
      expect.objectContaining({ staffId: 'yangxm', deviceId, startedAt: hub.clock.now(), isOwn: false }),
    );
    expect(open.filter(({ isOwn }) => isOwn)).toMatchObject([{ staffId: 'zhouj' }]);
  });

  test('are ended one by one, or all of a person', async () => {
    const [one, two, three] = [
      await login(hub.url, 'chensy'),
      await login(hub.url, 'chensy'),
      await login(hub.url, 'chensy'),
    ];
    const own = sessionsOf(await as(one, 'GET /api/session/all')).find(({ isOwn }) => isOwn);
    expect((await as(security, `DELETE /api/sessions/${own?.id ?? ''}`)).status).toBe(204);
    expect((await as(one, 'GET /api/session')).status).toBe(401);
    expect((await as(two, 'GET /api/session')).status).toBe(200);
    expect((await as(security, 'DELETE /api/staff/chensy/sessions')).body).toEqual({ ended: 2 });
    expect((await as(three, 'GET /api/session')).status).toBe(401);
    expect(codeOf(await as(security, `DELETE /api/sessions/${own?.id ?? ''}`))).toBe('not-found');
    expect(await logOf('session-ended')).toMatchObject([{ staffId: 'zhouj', object: 'staff:chensy' }]);
    expect(await logOf('sessions-ended')).toMatchObject([{ details: { ended: 2 } }]);
  });

  test('everybody sees and ends the own ones, and nobody else’s', async () => {
    const here = await login(hub.url, 'puyl');
    const elsewhere = await login(hub.url, 'puyl');
    const neighbour = await login(hub.url, 'lijy');
    const open = sessionsOf(await as(here, 'GET /api/session/all'));
    expect(open.map(({ staffId, isOwn }) => [staffId, isOwn]).sort()).toEqual([
      ['puyl', false],
      ['puyl', true],
    ]);
    const other = open.find(({ isOwn }) => !isOwn)?.id ?? '';
    expect(codeOf(await as(neighbour, `DELETE /api/session/all/${other}`))).toBe('not-found');
    expect((await as(here, `DELETE /api/session/all/${other}`)).status).toBe(204);
    expect((await as(elsewhere, 'GET /api/session')).status).toBe(401);
  });

  test('ending all of the own ones leaves the one at hand', async () => {
    const other = await login(hub.url, 'zhouj');
    expect((await as(security, 'DELETE /api/staff/zhouj/sessions')).body).toEqual({ ended: 1 });
    expect((await as(other, 'GET /api/session')).status).toBe(401);
    expect((await as(security, 'GET /api/session')).status).toBe(200);
  });

  test('everybody ends all of the own ones but the one at hand in one go, and it is written down', async () => {
    const [here, elsewhere, colleague] = [
      await login(hub.url, 'lijy'),
      await login(hub.url, 'lijy'),
      await login(hub.url, 'puyl'),
    ];
    await as(here, 'DELETE /api/session/all');
    const { body } = await as(here, 'DELETE /api/session/all');
    expect(body).toEqual({ ended: 0 });
    expect((await as(elsewhere, 'GET /api/session')).status).toBe(401);
    expect((await as(here, 'GET /api/session')).status).toBe(200);
    expect((await as(colleague, 'GET /api/session')).status).toBe(200);
    expect(await logOf('sessions-ended')).toContainEqual(
      expect.objectContaining({ staffId: 'lijy', object: 'staff:lijy' }),
    );
  });
});

const rules = {
  version: 1,
  minLength: 10,
  kinds: 3,
  history: 3,
  maxAgeDays: 60,
  tries: 3,
  lockMinutes: 30,
  factor: 'offered',
};
const put = (change: object) => as(security, 'PUT /api/security-policy', { ...rules, ...change });
const change = (headers: Headers, oldPassword: string, newPassword: string) =>
  as(headers, 'POST /api/session/password', { oldPassword, newPassword });

describe('the rules for passwords', () => {
  test.each([
    [{ minLength: 7 }, { code: 'field-invalid', params: { field: 'minLength', expected: '8–64' } }],
    [{ kinds: 2 }, { code: 'field-invalid', params: { field: 'kinds', expected: '3–4' } }],
    [{ maxAgeDays: 0 }, { code: 'field-invalid', params: { field: 'maxAgeDays', expected: '30–180' } }],
    [{ version: 7 }, { code: 'edit-conflict' }],
    [{ minLength: 8, history: 5, maxAgeDays: 90, tries: 5, lockMinutes: 15 }, { code: 'no-change' }],
  ])('are not taken as %j', async (bad, problem) => {
    expect((await put(bad)).body).toMatchObject(problem);
  });

  test('change as a new version, once, with what changed in the audit log; nobody else may', async () => {
    // Alike, so that what holds afterwards does not depend on which of them came first.
    const answers = await Promise.all([put({}), put({})]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(codeOf(await put({}))).toBe('edit-conflict');
    const { versions } = (await as(security, 'GET /api/security-policy')).body;
    expect(versions).toMatchObject([
      { version: 2, by: 'zhouj', since: hub.clock.now() },
      { version: 1, by: 'hub' },
    ]);
    expect(await logOf('security-policy')).toMatchObject([
      { object: 'security-policy:2', details: { minLength: '8 → 10', tries: '5 → 3' } },
    ]);
    const system = await login(hub.url, 'sunl');
    expect(codeOf(await as(system, 'PUT /api/security-policy', rules))).toBe('forbidden');
  });

  test('hold at the next change: length, common passwords, and those that were used before', async () => {
    const headers = await login(hub.url, 'zhaom');
    expect((await change(headers, 'Wuhua-2026', 'Abc-12345')).body).toMatchObject({
      code: 'password-weak',
      params: { min: 10, kinds: 3 },
    });
    expect(codeOf(await change(headers, 'Wuhua-2026', 'P@ssword2026'))).toBe('password-common');
    expect((await change(headers, 'Wuhua-2026', 'Kunming-2026')).status).toBe(200);
    expect((await change(headers, 'Kunming-2026', 'Dianchi-2027')).status).toBe(200);
    expect((await change(headers, 'Dianchi-2027', 'Wuhua-2026')).body).toMatchObject({
      code: 'password-reused',
      params: { count: 3 },
    });
    expect((await change(headers, 'Dianchi-2027', 'Cuihuyuan-28')).status).toBe(200);
    expect((await change(headers, 'Cuihuyuan-28', 'Wuhua-2026')).status).toBe(200);
  });

  test('hold for first passwords too', async () => {
    await put({ version: 2, minLength: 20, kinds: 4 });
    const { body } = await as(security, 'POST /api/staff/qianw/password');
    expect(String(body['password'])).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*-).{20,}$/);
    const headers = await login(hub.url, 'qianw', String(body['password']));
    const mine = 'Nobody-else-has-seen-7';
    expect((await change(headers, String(body['password']), mine)).status).toBe(200);
    expect(codeOf(await change(headers, mine, String(body['password'])))).toBe('password-reused');
  });

  test('lock after as many tries and for as long as they say', async () => {
    const tryIt = (password: string) =>
      ask(hub.url, 'POST /api/session', { body: { staffId: 'hewj', password } });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await tryIt('wrong')).body);
    expect(answers).toMatchObject([
      { code: 'login-failed', params: { triesLeft: 2 } },
      { code: 'login-failed', params: { triesLeft: 1 } },
      { code: 'locked-out', params: { minutes: 30 } },
    ]);
    hub.clock.moveBy(29 * 60_000);
    expect((await tryIt('Wuhua-2026')).body).toMatchObject({ code: 'locked-out', params: { minutes: 1 } });
    hub.clock.moveBy(60_001);
    expect((await tryIt('Wuhua-2026')).status).toBe(200);
  });

  test('a password that is too old only opens the way to a new one', async () => {
    const tryIt = () =>
      ask(hub.url, 'POST /api/session', { body: { staffId: 'yangxm', password: 'Wuhua-2026' } });
    hub.clock.moveBy(59 * 86_400_000);
    expect((await tryIt()).body['mustChange']).toBeUndefined();
    hub.clock.moveBy(2 * 86_400_000);
    expect((await tryIt()).body['mustChange']).toBe(true);
    const headers = await login(hub.url, 'yangxm');
    expect(codeOf(await as(headers, 'POST /api/reveals', {}))).toBe('password-expired');
    expect((await change(headers, 'Wuhua-2026', 'Kunming-and-its-lake-9')).status).toBe(200);
    expect((await as(headers, 'GET /api/session/all')).status).toBe(200);
  });
});
