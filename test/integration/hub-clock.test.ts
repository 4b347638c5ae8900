/** The hub's clock was ahead, by hours or years, and is put right: nobody is locked out for as long, and nothing opens for as long. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportPublicKey, newDeviceKeys } from '@sanji/sync/domain/signing';
import { codeAt } from './authenticator.ts';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEARS_MS = 5 * 365 * 24 * HOUR_MS;

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.end());

const logIn = (staffId: string, password = 'Wuhua-2026') =>
  ask(hub.url, 'POST /api/session', { body: { staffId, password } });
const as = (headers: { cookie: string }, route: string, body?: unknown): Promise<Asked> =>
  ask(hub.url, route, { headers, ...(body !== undefined && { body }) });
const codeOf = ({ body }: Asked) => body['code'];

/** The clock leaps, and everybody has chosen a new password since. */
async function leap(byMs: number): Promise<void> {
  hub.clock.moveBy(byMs);
  const { directory } = hub.hub.container.stores;
  for (const { staffId } of await directory.listStaffCredentials()) {
    const known = await directory.findStaffCredential(staffId);
    if (known === undefined) throw new Error(`${staffId} has gone`);
    await directory.putStaffCredential({ ...known.value, passwordChangedAt: hub.clock.now() }, known.rev);
  }
}

describe.each([
  ['three hours', 3 * HOUR_MS],
  ['five years', YEARS_MS],
])('a clock that was %s ahead', (_name, aheadMs) => {
  beforeEach(() => leap(aheadMs));
  const putRight = () => {
    hub.clock.moveBy(-aheadMs);
  };

  test('locks nobody out for longer than the policy does', async () => {
    for (let i = 0; i < 5; i++) await logIn('chensy', 'wrong');
    expect(codeOf(await logIn('chensy'))).toBe('locked-out');
    const locked = async () => {
      const { body } = await as(await login(hub.url, 'zhouj'), 'GET /api/staff');
      return (body as unknown as { staffId: string; lockedUntil: number }[]).find(
        ({ staffId }) => staffId === 'chensy',
      )?.lockedUntil;
    };
    expect(await locked()).toBe(hub.clock.now() + 15 * MINUTE_MS);
    putRight();
    expect(await locked()).toBe(0);
    expect((await logIn('chensy')).status).toBe(200);
  });

  test('counts wrong passwords anew once it is right, and locks again', async () => {
    for (let i = 0; i < 5; i++) await logIn('chensy', 'wrong');
    putRight();
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(codeOf(await logIn('chensy', 'wrong')));
    expect(answers.slice(4)).toEqual(['locked-out', 'locked-out']);
    expect(codeOf(await logIn('chensy'))).toBe('locked-out');
  });

  test('leaves sessions open, and they end by silence as others do', async () => {
    const [used, idle] = [await login(hub.url, 'puyl'), await login(hub.url, 'puyl')];
    putRight();
    expect((await as(used, 'GET /api/session')).status).toBe(200);
    await hub.hub.container.sessions.sweep();
    hub.clock.moveBy(31 * MINUTE_MS);
    expect(codeOf(await as(used, 'GET /api/session'))).toBe('login-required');
    expect(codeOf(await as(idle, 'GET /api/session'))).toBe('login-required');
  });

  test('lets no session outlive a working day', async () => {
    const headers = await login(hub.url, 'puyl');
    putRight();
    for (let at = 0; at < 12 * HOUR_MS; at += 20 * MINUTE_MS) {
      expect((await as(headers, 'GET /api/session')).status).toBe(200);
      hub.clock.moveBy(20 * MINUTE_MS);
    }
    hub.clock.moveBy(MINUTE_MS);
    expect(codeOf(await as(headers, 'GET /api/session'))).toBe('login-required');
  });

  test('makes no one-time code that is good before its time has come', async () => {
    const administrator = await login(hub.url, 'sunl');
    const issued = await as(administrator, 'POST /api/enrolment-codes', { unit: '530102001013' });
    putRight();
    const { publicKey } = await newDeviceKeys();
    const join = { code: issued.body['code'], publicKey: await exportPublicKey(publicKey) };
    expect(codeOf(await ask(hub.url, 'POST /api/devices/enrol', { body: join }))).toBe('code-invalid');
  });

  test('gives no terminal a token that is good before its time has come', async () => {
    const station = await TestStation.join(hub, 'yangxm');
    putRight();
    const pull = () => ask(hub.url, 'GET /sync/pull?feed=catalog', { headers: station.headers });
    expect(codeOf(await pull())).toBe('login-required');
    expect((await station.openSession()).status).toBe(200);
    expect((await pull()).status).toBe(200);
  });

  test('makes no password that never grows old', async () => {
    const headers = await login(hub.url, 'yangxm');
    const change = { oldPassword: 'Wuhua-2026', newPassword: '翠湖边-Lake-1' };
    expect((await as(headers, 'POST /api/session/password', change)).status).toBe(200);
    putRight();
    expect((await logIn('yangxm', change.newPassword)).body['mustChange']).toBeUndefined();
    hub.clock.moveBy(91 * 24 * HOUR_MS);
    expect((await logIn('yangxm', change.newPassword)).body['mustChange']).toBe(true);
  });
});

describe('a second factor, when the clock was ahead', () => {
  /** Gives the app's secret. */
  async function setUp(staffId: string): Promise<string> {
    const headers = await login(hub.url, staffId);
    const begun = await as(headers, 'POST /api/session/factor/setup', {});
    const secret = String(begun.body['secret']);
    const code = codeAt(secret, hub.clock.now());
    expect((await as(headers, 'POST /api/session/factor/confirm', { code })).status).toBe(200);
    return secret;
  }
  const show = async (staffId: string, code: string) =>
    as(await login(hub.url, staffId), 'POST /api/session/factor', { code });

  test('codes open once it is right; none opens twice, also not when that time has come', async () => {
    await leap(YEARS_MS);
    const secret = await setUp('sunl');
    const shownAhead = codeAt(secret, hub.clock.now());
    await leap(-YEARS_MS);
    const code = codeAt(secret, hub.clock.now());
    expect((await show('sunl', code)).status).toBe(204);
    expect(codeOf(await show('sunl', code))).toBe('factor-replayed');
    await leap(YEARS_MS);
    expect(codeOf(await show('sunl', shownAhead))).toBe('factor-replayed');
    hub.clock.moveBy(MINUTE_MS);
    expect((await show('sunl', codeAt(secret, hub.clock.now()))).status).toBe(204);
  });

  test('wrong codes lock for no longer than the policy says', async () => {
    const secret = await setUp('sunl');
    await leap(YEARS_MS);
    for (let i = 0; i < 5; i++) await show('sunl', '000000');
    expect(codeOf(await show('sunl', codeAt(secret, hub.clock.now())))).toBe('locked-out');
    hub.clock.moveBy(-YEARS_MS + MINUTE_MS);
    expect((await show('sunl', codeAt(secret, hub.clock.now()))).status).toBe(204);
  });

  test('what was begun to be set up is not open for years', async () => {
    await leap(YEARS_MS);
    const headers = await login(hub.url, 'sunl');
    const begun = await as(headers, 'POST /api/session/factor/setup', {});
    hub.clock.moveBy(-YEARS_MS);
    const code = codeAt(String(begun.body['secret']), hub.clock.now());
    expect(codeOf(await as(headers, 'POST /api/session/factor/confirm', { code }))).toBe('not-found');
  });
});

describe('a clock that goes ahead', () => {
  test('ends sessions, and a login opens another', async () => {
    const headers = await login(hub.url, 'puyl');
    hub.clock.moveBy(YEARS_MS);
    expect(codeOf(await as(headers, 'GET /api/session'))).toBe('login-required');
    expect((await logIn('puyl')).status).toBe(200);
  });
});
