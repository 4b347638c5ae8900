/** What a browser is told with every answer, and what a request can make of cookies, headers and parameters: OWASP ASVS 5.0, V3, V4, V7 and V15. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExportRefused, fetchExport } from '@sanji/server/audit/export-answer';
import { SESSIONS_A_PERSON } from '@sanji/server/sessions/staff-sessions';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const OVER_HTTPS = { 'x-forwarded-proto': 'https' };

let hub: TestHub;
let clientDir: string;
beforeAll(async () => {
  clientDir = mkdtempSync(join(tmpdir(), 'sanji-client-'));
  mkdirSync(join(clientDir, '_app/immutable'), { recursive: true });
  mkdirSync(join(clientDir, '.git'));
  writeFileSync(join(clientDir, 'index.html'), '<!doctype html><script>start()</script>');
  writeFileSync(join(clientDir, '_app/immutable/code.js'), 'start()');
  writeFileSync(join(clientDir, '.git/config'), '[core]');
  hub = await startTestHub({ CLIENT_DIR: clientDir, TRUST_PROXY: '1' });
});
afterAll(async () => {
  await hub.end();
  rmSync(clientDir, { recursive: true });
});

const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie') ?? '';
const pairOf = (cookie: string) => ({ cookie: cookie.split(';')[0] ?? '' });
const logIn = (headers: Record<string, string> = {}, staffId = 'puyl') =>
  ask(hub.url, 'POST /api/session', { body: { staffId, password: 'Wuhua-2026' }, headers });

/** The page, a file, an interface, a refusal, an address that is none, and what Express itself refuses. */
const ANSWERS = [
  'GET /',
  'GET /cases',
  'GET /_app/immutable/code.js',
  'GET /healthz',
  'GET /api/session',
  'POST /sync/push',
  'GET /api/none',
  'GET /%',
];

describe('every answer', () => {
  test.each(ANSWERS)('%s says what a browser must refuse', async (route) => {
    const { headers } = await ask(hub.url, route, { headers: OVER_HTTPS });
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(rule);
    expect(/script-src ([^;]+)/.exec(policy)?.[1]).toMatch(/^'self' 'sha256-[\w+/]+='$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000\b/);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test.each(['GET /', 'GET /healthz', 'GET /api/session', 'GET /api/none'])(
    '%s names its kind and characters, and redirects nowhere',
    async (route) => {
      const { status, headers } = await ask(hub.url, route);
      expect(headers.get('content-type')).toMatch(
        /^(text\/html|application\/(problem\+)?json); charset=utf-8$/i,
      );
      expect(status).not.toBeGreaterThan(404);
      expect(headers.get('location')).toBeNull();
    },
  );

  test('of an interface is kept by nobody', async () => {
    const headers = await login(hub.url, 'puyl');
    for (const route of ['GET /api/session', 'GET /api/session/all', 'GET /api/none', 'GET /healthz'])
      expect((await ask(hub.url, route, { headers })).headers.get('cache-control')).toBe('no-store');
  });
});

test('folders are not listed, and what begins with a dot is not served', async () => {
  const page = await (await fetch(`${hub.url}/_app/immutable/`)).text();
  expect(page).toContain('<!doctype html>');
  for (const path of ['/.git/config', '/%2egit/config', '/_app/../.git/config'])
    expect(await (await fetch(hub.url + path)).text()).not.toContain('[core]');
});

describe('the cookie of a session', () => {
  test('over https is that of this host alone, and never sent in the clear', async () => {
    expect(cookieOf(await logIn(OVER_HTTPS))).toMatch(
      /^__Host-sanji_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  test('over https counts under that name alone', async () => {
    const { cookie } = pairOf(cookieOf(await logIn(OVER_HTTPS)));
    const asWho = async (pair: string) =>
      (await ask(hub.url, 'GET /api/session', { headers: { ...OVER_HTTPS, cookie: pair } })).status;
    expect(await asWho(cookie)).toBe(200);
    expect(await asWho(cookie.replace('__Host-', ''))).toBe(401);
  });

  test('is taken away by logging out', async () => {
    const headers = { ...OVER_HTTPS, ...pairOf(cookieOf(await logIn(OVER_HTTPS))) };
    expect(cookieOf(await ask(hub.url, 'DELETE /api/session', { headers }))).toMatch(
      /^__Host-sanji_session=; Max-Age=0; Path=\/;.*; Secure$/,
    );
  });

  test('is another after every login, and the one before opens nothing any more', async () => {
    const former = pairOf(cookieOf(await logIn()));
    const next = pairOf(cookieOf(await logIn(former)));
    const asWho = async (headers: { cookie: string }) =>
      (await ask(hub.url, 'GET /api/session', { headers })).status;
    expect([await asWho(former), await asWho(next)]).toEqual([401, 200]);
  });

  test('is left alone by a login that fails', async () => {
    const headers = pairOf(cookieOf(await logIn()));
    await ask(hub.url, 'POST /api/session', { body: { staffId: 'puyl', password: 'wrong' }, headers });
    expect((await ask(hub.url, 'GET /api/session', { headers })).status).toBe(200);
  });
});

test('a person has so many sessions: one more ends that which was silent for longest', async () => {
  const opened: { cookie: string }[] = [];
  for (let i = 0; i < SESSIONS_A_PERSON; i++) {
    opened.push(await login(hub.url, 'mayj'));
    hub.clock.moveBy(61_000);
  }
  const asWho = async (headers: { cookie: string } | undefined) =>
    (await ask(hub.url, 'GET /api/session', { headers: { ...headers } })).status;
  expect(await asWho(opened[0])).toBe(200);
  opened.push(await login(hub.url, 'mayj'));
  const statuses = await Promise.all(opened.map(asWho));
  expect(statuses).toEqual(opened.map((_, i) => (i === 1 ? 401 : 200)));
});

test('a parameter named twice, a number that is none and a field that nobody asked for do nothing', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  const asked = (query: string) => ask(hub.url, `GET /sync/pull?${query}`, { headers: station.headers });
  for (const query of ['feed=catalog&feed=unit_530102001000', 'feed[]=catalog', 'feed=catalog&limit=1e9'])
    expect(await asked(query)).toMatchObject({ status: 400, body: { code: 'malformed' } });
  const administrator = await login(hub.url, 'sunl');
  const created = await ask(hub.url, 'POST /api/staff', {
    headers: administrator,
    body: {
      staffId: 'maza',
      name: '马泽安',
      unit: '530102001013',
      position: { zh: '窗口', en: 'Window' },
      roles: ['systemAdmin'],
      active: false,
    },
  });
  expect(created.body['staff']).toMatchObject({ staffId: 'maza', roles: [], active: true });
});

/** Everything the hub answers to what a program writes on a line of its own. */
async function said(text: string): Promise<string> {
  const socket = connect(Number(new URL(hub.url).port), 'localhost');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (piece) => (answer += piece.toString())).on('error', () => undefined);
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

test('a request whose end can be read in two ways is refused, and what hides behind it is not answered', async () => {
  const hidden = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  const head = 'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const double = [
    `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}content-length: 2\r\ncontent-length: ${String(2 + hidden.length)}\r\n\r\n{}${hidden}`,
    `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
  ];
  for (const text of double) {
    const answer = await said(text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  }
});

test('TRACE gives nothing back of what was sent', async () => {
  const answer = await said(
    'TRACE / HTTP/1.1\r\nhost: x\r\nx-secret: verborgen\r\nconnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 40[45] /);
  expect(answer).not.toContain('verborgen');
});

describe('whom a caller names as itself', () => {
  const guessed = (url: string, i: number) =>
    ask(url, 'POST /api/session', {
      body: { staffId: 'nobody', password: 'x' },
      headers: { 'x-forwarded-for': `10.0.0.${String(i)}` },
    });

  test('is not believed without a proxy in front: guesses are counted together', async () => {
    const bare = await startTestHub();
    const codes = [];
    for (let i = 0; i < 61; i++) codes.push((await guessed(bare.url, i)).status);
    await bare.end();
    expect([codes[59], codes[60]]).toEqual([401, 429]);
  });

  test('behind one proxy is what that proxy says, not what came before it', async () => {
    const codes = [];
    for (let i = 0; i < 61; i++) {
      const headers = { 'x-forwarded-for': `10.0.0.${String(i)}, 192.0.2.7` };
      const body = { staffId: 'nobody', password: 'x' };
      codes.push((await ask(hub.url, 'POST /api/session', { body, headers })).status);
    }
    expect([codes[59], codes[60]]).toEqual([401, 429]);
  });
});

test('an auditor’s password does not follow a redirection', async () => {
  const reached: string[] = [];
  const elsewhere = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.end('{}');
  }).listen(0);
  const between = createServer((_request, response) => {
    const { port } = elsewhere.address() as AddressInfo;
    response.writeHead(307, { location: `http://localhost:${String(port)}/taken` }).end();
  }).listen(0);
  await Promise.all([once(elsewhere, 'listening'), once(between, 'listening')]);
  const { port } = between.address() as AddressInfo;
  const sink = { begin: unused, write: unused, end: unused, manifest: unused };
  await expect(
    fetchExport(`http://localhost:${String(port)}`, { staffId: 'wug', password: 'Wuhua-2026' }, sink),
  ).rejects.toThrow(ExportRefused);
  expect(reached).toEqual([]);
  for (const server of [elsewhere, between]) server.close();
});

function unused(): Promise<void> {
  return Promise.reject(new Error('nothing was exported'));
}
