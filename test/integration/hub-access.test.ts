import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, accessOf, type RouteName } from '@sanji/server/http/access';
import { endpointsOf } from '@sanji/server/http/app';
import { describe as describeInterfaces } from '@sanji/server/resources/openapi';
import type { ROLES } from '@sanji/sync/domain/action';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.end());

const ROUTES = Object.keys(ACCESS) as RouteName[];
const addressOf = (route: string) => route.replaceAll(/:\w+/g, 'x');

describe('the access table', () => {
  test('names exactly the routes that are served', () => {
    expect(
      endpointsOf(hub.hub.container)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...ROUTES].sort());
  });

  test('refuses what it does not name', () => {
    expect(accessOf('GET /api/secrets')).toBeUndefined();
    expect(accessOf('constructor')).toBeUndefined();
  });

  test.each(ROUTES.filter((route) => ACCESS[route] !== 'public'))(
    '%s is closed without a session',
    async (route) => {
      const answer = await ask(hub.url, addressOf(route), route.startsWith('GET') ? {} : { body: {} });
      expect(answer).toMatchObject({ status: 401, body: { code: 'login-required' } });
    },
  );

  test('a person without the role is refused, and a device’s token is no person’s', async () => {
    const headers = await login(hub.url, 'yangxm');
    const station = await TestStation.join(hub, 'yangxm');
    for (const route of ROUTES) {
      const access: unknown = ACCESS[route];
      if (!Array.isArray(access)) continue;
      expect(await ask(hub.url, addressOf(route), { headers })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
      const asDevice = await ask(hub.url, addressOf(route), { headers: station.headers });
      expect(asDevice.body['code']).toBe('login-required');
    }
    const asPerson = await ask(hub.url, 'GET /sync/pull?feed=catalog', { headers });
    expect(asPerson.body['code']).toBe('login-required');
  });

  test('the three administrators are apart: who runs the system does not read the audit log', () => {
    const may = (role: (typeof ROLES)[number]) =>
      ROUTES.filter((route) => ([...ACCESS[route]] as string[]).includes(role));
    expect(may('auditAdmin')).toEqual([
      'GET /api/security-policy',
      'GET /api/audit',
      'GET /api/audit/export',
    ]);
    const changes = (role: (typeof ROLES)[number]) => may(role).filter((route) => !route.startsWith('GET'));
    expect(changes('auditAdmin')).toEqual([]);
    // Both take a terminal out of service, and help each other when a phone is lost; nothing else is the business of two.
    const shared = ['DELETE /api/staff/:staffId/factor', 'POST /api/devices/:deviceId/revoke'];
    expect(changes('systemAdmin').filter((route) => !shared.includes(route))).toEqual([
      'POST /api/staff',
      'PUT /api/staff/:staffId',
      'POST /api/units',
      'POST /api/unit-plans',
      'DELETE /api/unit-plans/:id',
      'POST /api/enrolment-codes',
    ]);
    expect(changes('securityAdmin').filter((route) => !shared.includes(route))).toEqual([
      'DELETE /api/sessions/:id',
      'DELETE /api/staff/:staffId/sessions',
      'PUT /api/security-policy',
      'PUT /api/staff/:staffId/roles',
      'POST /api/staff/:staffId/password',
    ]);
    expect(may('systemAdmin')).not.toContain('GET /api/audit');
    expect(may('securityAdmin')).not.toContain('GET /api/audit');
    expect(may('clerk')).toEqual([]);
  });
});

describe('logging in', () => {
  test('gives a cookie no script can read, and ends with logging out', async () => {
    const answer = await ask(hub.url, 'POST /api/session', {
      body: { staffId: 'yangxm', password: 'Wuhua-2026' },
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^sanji_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.body).toMatchObject({
      staff: { staffId: 'yangxm' },
      offlineUntil: hub.clock.now() + 72 * 3_600_000,
    });
    const headers = { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    expect((await ask(hub.url, 'GET /api/session', { headers })).status).toBe(200);
    expect((await ask(hub.url, 'DELETE /api/session', { headers })).status).toBe(204);
    expect((await ask(hub.url, 'GET /api/session', { headers })).status).toBe(401);
  });

  test('five wrong passwords lock the account for fifteen minutes, also against the right one', async () => {
    const attempt = (password: string) =>
      ask(hub.url, 'POST /api/session', { body: { staffId: 'chensy', password } });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await attempt('wrong'));
    expect(answers.map(({ body }) => body['params'])).toEqual([
      { triesLeft: 4 },
      { triesLeft: 3 },
      { triesLeft: 2 },
      { triesLeft: 1 },
      { minutes: 15 },
    ]);
    expect((await attempt('Wuhua-2026')).body).toMatchObject({ code: 'locked-out' });
    hub.clock.moveBy(15 * 60_000 + 1);
    expect((await attempt('Wuhua-2026')).status).toBe(200);
  });

  test('guesses sent at once count like guesses in a row', async () => {
    const attempt = () => ask(hub.url, 'POST /api/session', { body: { staffId: 'lijy', password: 'wrong' } });
    const answers = await Promise.all(Array.from({ length: 8 }, attempt));
    expect(answers.filter(({ body }) => body['code'] === 'login-failed')).toHaveLength(4);
    hub.clock.moveBy(15 * 60_000 + 1);
  });

  test('an unknown person is told what a wrong password is told', async () => {
    const answer = await ask(hub.url, 'POST /api/session', { body: { staffId: 'nobody', password: 'x' } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'login-failed', params: { triesLeft: 4 } } });
  });

  test('half an hour without a request ends the session; requests prolong it', async () => {
    const headers = await login(hub.url, 'puyl');
    for (let i = 0; i < 3; i++) {
      hub.clock.moveBy(25 * 60_000);
      expect((await ask(hub.url, 'GET /api/session', { headers })).status).toBe(200);
    }
    hub.clock.moveBy(31 * 60_000);
    expect((await ask(hub.url, 'GET /api/session', { headers })).body['code']).toBe('login-required');
  });

  test('a session survives a restart of the hub', async () => {
    const headers = await login(hub.url, 'puyl');
    await hub.restart();
    expect((await ask(hub.url, 'GET /api/session', { headers })).status).toBe(200);
  });

  test('a person of another unit is refused at this terminal', async () => {
    const { deviceId } = await TestStation.join(hub, 'yangxm');
    const body = { staffId: 'zhaom', password: 'Wuhua-2026', deviceId };
    expect((await ask(hub.url, 'POST /api/session', { body })).body['code']).toBe('out-of-scope');
  });
});

describe('enrolment', () => {
  test('a code opens the door once', async () => {
    const headers = await login(hub.url, 'sunl');
    const { unit } = await TestStation.join(hub, 'yangxm');
    const { body: issued } = await ask(hub.url, 'POST /api/enrolment-codes', { body: { unit }, headers });
    const { publicKey } = hub.hub.container.hubDevice;
    const join = () => ask(hub.url, 'POST /api/devices/enrol', { body: { code: issued['code'], publicKey } });
    const [first, second] = await Promise.all([join(), join()]);
    expect([first.status, second.status].sort()).toEqual([201, 403]);
  });

  test('a code ends after a day', async () => {
    const issued = await hub.hub.container.enrolment.issueCode('530102000000', 'sunl');
    hub.clock.moveBy(24 * 3_600_000 + 1);
    const { publicKey } = hub.hub.container.hubDevice;
    const body = { code: issued.ok ? issued.value.code : '', publicKey };
    expect((await ask(hub.url, 'POST /api/devices/enrol', { body })).body['code']).toBe('code-invalid');
  });

  test('a key that is no point of the curve is refused before the code is spent', async () => {
    const issued = await hub.hub.container.enrolment.issueCode('530102000000', 'sunl');
    const code = issued.ok ? issued.value.code : '';
    const publicKey = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };
    expect((await ask(hub.url, 'POST /api/devices/enrol', { body: { code, publicKey } })).body['code']).toBe(
      'field-invalid',
    );
    const good = { code, publicKey: hub.hub.container.hubDevice.publicKey };
    expect((await ask(hub.url, 'POST /api/devices/enrol', { body: good })).status).toBe(201);
  });
});

describe('at the edge', () => {
  test('a page of another site may not call', async () => {
    const body = { staffId: 'yangxm', password: 'Wuhua-2026' };
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
    ]) {
      expect((await ask(hub.url, 'POST /api/session', { body, headers })).body['code']).toBe('cross-site');
    }
    const own = { 'sec-fetch-site': 'same-origin', origin: hub.url };
    expect((await ask(hub.url, 'POST /api/session', { body, headers: own })).status).toBe(200);
  });

  test('every answer forbids foreign scripts and frames', async () => {
    const { headers } = await ask(hub.url, 'GET /healthz');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('what does not exist is a problem document', async () => {
    for (const route of ['GET /api/nothing', 'POST /sync/nothing', 'PATCH /api/session']) {
      expect(await ask(hub.url, route)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect((await ask(hub.url, 'GET /api/%E0%A4%A')).status).toBe(404);
  });

  test('health and figures are there, without names', async () => {
    expect((await ask(hub.url, 'GET /healthz')).body).toEqual({
      status: 'ok',
      store: 'embedded',
      failing: [],
    });
    const text = await (await fetch(`${hub.url}/metrics`)).text();
    expect(text).toContain('http_request_seconds_count{route="GET /healthz",status="200"}');
    expect(text).not.toContain('yangxm');
  });
});

describe('the description of the interfaces', () => {
  test('holds every route of the table, its roles and no other', async () => {
    const { body } = await ask(hub.url, 'GET /api/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    const paths = body['paths'] as Record<
      string,
      Record<string, { 'x-roles'?: string[]; security: object[] }>
    >;
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    expect(described.sort()).toEqual([...ROUTES].sort());
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const access: unknown = accessOf(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
        expect(operation['x-roles']).toEqual(Array.isArray(access) ? access : undefined);
        expect(operation.security).toHaveLength(access === 'public' ? 0 : 1);
      }
    }
  });

  test('is what is served', async () => {
    const { body } = await ask(hub.url, 'GET /api/openapi.json');
    expect(body).toEqual(JSON.parse(JSON.stringify(describeInterfaces(endpointsOf(hub.hub.container)))));
  });
});
