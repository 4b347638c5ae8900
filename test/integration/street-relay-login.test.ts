/** Who may log in at a street relay, with the line and without; and what goes up to the district in a person's name. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TAKING_MS, takeRelayLog, type RelayLogDeps } from '@sanji/server/hub/take-relay-log';
import { codeAt } from './authenticator.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { startTestRelay, type TestRelay } from './running-relay.ts';
import { TestStation } from './test-station.ts';

const STREET = '530102001000';
const OLD = 'Wuhua-2026';
const NEW = 'Another-2026-word';

let hub: TestHub;
let relay: TestRelay;

beforeEach(async () => {
  hub = await startTestHub();
  relay = await startTestRelay(hub, STREET);
});
afterEach(async () => {
  await relay.end();
  await hub.end();
});

/** The line is down, and the relay has noticed. */
async function cut(): Promise<void> {
  relay.line.cut();
  await relay.relay.container.relay.loop.poke();
}

async function mend(): Promise<void> {
  relay.line.mend();
  await relay.relay.container.catchUp();
}

function tryLogin(staffId: string, password: string, at: { url: string } = relay) {
  return ask(at.url, 'POST /api/session', { body: { staffId, password } });
}

async function changePassword(at: { url: string }, staffId: string): Promise<number> {
  const headers = await login(at.url, staffId);
  const body = { oldPassword: OLD, newPassword: NEW };
  return (await ask(at.url, 'POST /api/session/password', { body, headers })).status;
}

test('without the district the street’s people log in, and their terminals get what opens them', async () => {
  const terminal = await TestStation.join(hub, 'yangxm');
  await relay.relay.container.catchUp();
  const { deviceId } = terminal;
  const body = { staffId: 'yangxm', password: OLD, deviceId };
  const there = await ask(hub.url, 'POST /api/session', { body });
  await cut();
  const here = await ask(relay.url, 'POST /api/session', { body });
  expect(here.status).toBe(200);
  expect(here.body['sealKey']).toBe(there.body['sealKey']);
  const headers = { cookie: (here.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  expect((await ask(relay.url, 'GET /api/session', { headers })).status).toBe(200);
  expect((await tryLogin('puyl', OLD)).status).toBe(200);
});

test('wrong passwords lock the account at the relay too, and it is written down', async () => {
  await cut();
  for (let i = 0; i < 5; i++) await tryLogin('yangxm', 'wrong');
  expect((await tryLogin('yangxm', OLD)).body['code']).toBe('locked-out');
  const entries = await relay.relay.container.stores.audit.search({ limit: 50 });
  expect(entries.filter(({ kind }) => kind === 'login-failed')).toHaveLength(6);
});

test('people of other units are not let in, with the line or without', async () => {
  expect((await tryLogin('zhaom', OLD)).body['code']).toBe('out-of-scope');
  await cut();
  expect((await tryLogin('zhaom', OLD)).body['code']).toBe('out-of-scope');
  expect((await tryLogin('nobody', OLD)).body['code']).toBe('login-failed');
});

test('while the line is up the district judges: a changed password counts at once, and comes down', async () => {
  expect(await changePassword(hub, 'yangxm')).toBe(200);
  expect((await tryLogin('yangxm', OLD)).body['code']).toBe('login-failed');
  expect((await tryLogin('yangxm', NEW)).status).toBe(200);
  await relay.relay.container.relay.loop.poke();
  await cut();
  expect((await tryLogin('yangxm', OLD)).body['code']).toBe('login-failed');
  expect((await tryLogin('yangxm', NEW)).status).toBe(200);
});

test('a password is changed through the relay, at the district', async () => {
  expect(await changePassword(relay, 'yangxm')).toBe(200);
  expect((await tryLogin('yangxm', OLD, hub)).body['code']).toBe('login-failed');
  expect((await tryLogin('yangxm', NEW, hub)).status).toBe(200);
});

test('a first password opens the way to an own one, through the relay too, and nothing else', async () => {
  const admin = await login(hub.url, 'zhouj');
  const given = await ask(hub.url, 'POST /api/staff/mayj/password', { headers: admin });
  const first = String(given.body['password']);
  const opened = await tryLogin('mayj', first);
  expect(opened.body['mustChange']).toBe(true);
  const headers = { cookie: (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const drafts = () => ask(relay.url, 'GET /api/rule-drafts', { headers });
  expect((await drafts()).body['code']).toBe('password-expired');
  const body = { oldPassword: first, newPassword: NEW };
  expect((await ask(relay.url, 'POST /api/session/password', { headers, body })).status).toBe(200);
  expect((await drafts()).status).toBe(200);
  expect((await ask(relay.url, 'GET /api/session', { headers })).status).toBe(200);
  await cut();
  expect((await tryLogin('mayj', first)).body['code']).toBe('login-failed');
  expect((await tryLogin('mayj', NEW)).body).not.toHaveProperty('mustChange');
});

test('with the line down a first password still only opens the way to an own one, which waits for the district', async () => {
  const admin = await login(hub.url, 'zhouj');
  const given = await ask(hub.url, 'POST /api/staff/yangxm/password', { headers: admin });
  const first = String(given.body['password']);
  await relay.relay.container.catchUp();
  await cut();
  const opened = await tryLogin('yangxm', first);
  expect(opened.body['mustChange']).toBe(true);
  const headers = { cookie: (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const body = { oldPassword: first, newPassword: NEW };
  const refusal = await ask(relay.url, 'POST /api/session/password', { headers, body });
  expect([refusal.status, refusal.body['code']]).toEqual([503, 'offline']);
});

describe('what the relay wrote down of logins', () => {
  /** As the district has it. */
  async function logged(): Promise<string[]> {
    const entries = await hub.hub.container.stores.audit.search({ limit: 200 });
    return entries
      .filter(({ details }) => details?.['relay'] !== undefined)
      .map(({ kind, staffId }) => `${kind} ${staffId}`)
      .reverse();
  }

  test('reaches the district’s log once the line is back, each entry once', async () => {
    await cut();
    await tryLogin('yangxm', 'wrong');
    await tryLogin('yangxm', OLD);
    expect(await logged()).toEqual([]);
    await mend();
    expect(await logged()).toEqual(['login-failed yangxm', 'login yangxm']);
    await mend();
    await cut();
    await relay.restart();
    await tryLogin('puyl', OLD);
    await mend();
    expect(await logged()).toEqual(['login-failed yangxm', 'login yangxm', 'login puyl']);
    expect(await hub.hub.container.stores.audit.verify()).toEqual([]);
  });

  test('is asked for again by a district that was cut off while it wrote', async () => {
    const { deviceId } = relay.relay.container.identity;
    const device = hub.hub.container.catalog.current().devices.get(deviceId);
    if (device === undefined) throw new Error('the district does not know its relay');
    const { audit, clock, stores } = hub.hub.container;
    const deps = { audit, clock, directory: stores.directory, log: stores.audit };
    const entries = [1, 2, 3].map((seq) => ({
      seq,
      at: 1,
      kind: 'login' as const,
      staffId: 'yangxm',
      object: 'session',
      result: 'ok' as const,
    }));
    let written = 0;
    const dying: RelayLogDeps = {
      ...deps,
      audit: async (entry) => {
        if (++written === 3) throw new Error('killed');
        await audit(entry);
      },
    };
    await expect(takeRelayLog(dying, device, { after: 0, entries })).rejects.toThrow('killed');
    expect(await takeRelayLog(deps, device, { after: 0, entries })).toMatchObject({ ok: false });
    // What was begun by a clock that was ahead is not under way until then.
    hub.clock.moveBy(-TAKING_MS);
    expect(await takeRelayLog(deps, device, { after: 0, entries })).toEqual({
      ok: true,
      value: { taken: 3 },
    });
    expect(await takeRelayLog(deps, device, { after: 9, entries: [] })).toEqual({
      ok: true,
      value: { taken: 3 },
    });
    expect(await logged()).toHaveLength(3);
  });
});

test('what only the district does goes up in the name of the person, and waits for the line', async () => {
  const officer = await login(relay.url, 'mayj');
  expect((await ask(relay.url, 'GET /api/rule-drafts', { headers: officer })).status).toBe(200);
  const clerk = await login(relay.url, 'yangxm');
  expect((await ask(relay.url, 'GET /api/rule-drafts', { headers: clerk })).body['code']).toBe('forbidden');
  expect((await ask(relay.url, 'GET /api/rule-drafts')).body['code']).toBe('login-required');
  await cut();
  const late = await login(relay.url, 'mayj');
  const refusal = await ask(relay.url, 'GET /api/rule-drafts', { headers: late });
  expect([refusal.status, refusal.body['code']]).toEqual([503, 'offline']);
  await mend();
  // Whoever logged in while the line was down has not proven anything to the district.
  expect((await ask(relay.url, 'GET /api/rule-drafts', { headers: late })).body['code']).toBe(
    'login-required',
  );
});

test('an administrator shows the second factor through the relay, to the district; without the line nothing is administered', async () => {
  const there = await login(hub.url, 'mayj');
  const begun = await ask(hub.url, 'POST /api/session/factor/setup', { headers: there, body: {} });
  const secret = String(begun.body['secret']);
  const now = () => hub.clock.now();
  const confirm = { headers: there, body: { code: codeAt(secret, now()) } };
  expect((await ask(hub.url, 'POST /api/session/factor/confirm', confirm)).status).toBe(200);
  hub.clock.moveBy(30_000);

  const opened = await tryLogin('mayj', OLD);
  expect(opened.body['factor']).toBe('asked');
  const headers = { cookie: (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const drafts = async (of = headers) => (await ask(relay.url, 'GET /api/rule-drafts', { headers: of })).body;
  const show = (code: string) => ask(relay.url, 'POST /api/session/factor', { headers, body: { code } });
  expect(await drafts()).toMatchObject({ code: 'factor-required' });
  expect((await show('000000')).body).toMatchObject({ code: 'factor-wrong', params: { triesLeft: 4 } });
  expect((await show(codeAt(secret, now()))).status).toBe(204);
  expect(await drafts()).not.toHaveProperty('code');

  await cut();
  const without = await tryLogin('mayj', OLD);
  // Cases can be handled; what takes the factor waits for the district.
  expect(without.status).toBe(200);
  expect(without.body).not.toHaveProperty('factor');
  const late = { cookie: (without.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  expect(await drafts(late)).toMatchObject({ code: 'offline' });
  expect((await show(codeAt(secret, now()))).body).toMatchObject({ code: 'offline' });
  await mend();
  expect(await drafts(late)).toMatchObject({ code: 'login-required' });
});

test('no address a caller writes leads anywhere but to the district’s interfaces', async () => {
  const headers = await login(relay.url, 'mayj');
  for (const route of ['GET /sync/directory', 'POST /sync/unknown'])
    expect((await ask(relay.url, route, { headers })).body['code']).toBe('not-found');
  let strangerWasAsked = false;
  const stranger = createServer((_request, response) => {
    strangerWasAsked = true;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const address = stranger.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // The form in which a proxy is asked: the whole address in place of the path.
  const path = `http://127.0.0.1:${String(port)}/api/audit`;
  const call = request(relay.url, { path, headers }).end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(403);
  answer.resume();
  expect(strangerWasAsked).toBe(false);
  stranger.close();
});

test('a person who has left logs in no more', async () => {
  const { catalog } = hub.hub.container;
  const staff = catalog.current().staff.get('yangxm');
  if (staff === undefined) throw new Error('the sample has no yangxm');
  await catalog.put([{ kind: 'staff', staff: { ...staff, active: false } }]);
  await relay.relay.container.catchUp();
  await cut();
  expect((await tryLogin('yangxm', OLD)).body['code']).toBe('login-failed');
  const { directory } = relay.relay.container.stores;
  expect(await directory.findStaffCredential('yangxm')).toBeUndefined();
});
