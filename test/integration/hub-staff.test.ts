/** Staff: three administrators, each with a part of it; who leaves hands over; nobody is locked out of the district. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let system: { cookie: string };
let security: { cookie: string };
let auditor: { cookie: string };

beforeAll(async () => {
  hub = await startTestHub();
  [system, security, auditor] = await Promise.all([
    login(hub.url, 'sunl'),
    login(hub.url, 'zhouj'),
    login(hub.url, 'wug'),
  ]);
});
afterAll(() => hub.end());

const COMMUNITY = '530102001013';
const as = (headers: { cookie: string }, route: string, body: unknown = {}): Promise<Asked> =>
  ask(hub.url, route, { headers, body });
const staff = (staffId: string) => hub.hub.container.catalog.current().staff.get(staffId);
const placeOf = (staffId: string) => {
  const { name = '', unit = '', position = { zh: '', en: '' } } = staff(staffId) ?? {};
  return { name, unit, position };
};
const newcomer = (staffId: string) => ({
  staffId,
  name: '李新',
  unit: COMMUNITY,
  position: { zh: '综合窗口', en: 'Clerk' },
});
const logOf = async (kind: string) =>
  (await ask(hub.url, `GET /api/audit?kind=${kind}`, { headers: auditor })).body['entries'];

describe('a new account', () => {
  test('has no role, and its first password opens nothing but the way to an own one', async () => {
    const created = await as(system, 'POST /api/staff', newcomer('lixin'));
    expect(created).toMatchObject({ status: 201, body: { staff: { roles: [], active: true } } });
    const first = String(created.body['password']);
    const roles = await as(security, 'PUT /api/staff/lixin/roles', { roles: ['issuer', 'clerk', 'clerk'] });
    expect(roles.body).toMatchObject({ staff: { roles: ['clerk', 'issuer'] } });

    const answer = await ask(hub.url, 'POST /api/session', { body: { staffId: 'lixin', password: first } });
    expect(answer.body['mustChange']).toBe(true);
    const own = await login(hub.url, 'lixin', first);
    const reveal = { caseId: '0'.repeat(26), group: 'applicant', reason: 'check' };
    expect((await as(own, 'POST /api/reveals', reveal)).body['code']).toBe('password-expired');
    const change = { oldPassword: first, newPassword: 'Kunming-2026' };
    expect((await as(own, 'POST /api/session/password', change)).status).toBe(200);
    expect((await as(own, 'POST /api/reveals', reveal)).status).toBe(204);
    const again = await ask(hub.url, 'POST /api/session', {
      body: { staffId: 'lixin', password: 'Kunming-2026' },
    });
    expect([again.status, again.body['mustChange']]).toEqual([200, undefined]);
    expect(await logOf('staff-created')).toMatchObject([{ staffId: 'sunl', object: 'staff:lixin' }]);
    expect(await logOf('staff-roles')).toMatchObject([
      { staffId: 'zhouj', object: 'staff:lixin', details: { from: '', to: 'clerk,issuer' } },
    ]);
  });

  test('does not take the place of another one', async () => {
    expect((await as(system, 'POST /api/staff', newcomer('yangxm'))).body['code']).toBe('staff-known');
    await login(hub.url, 'yangxm');
    expect(staff('yangxm')?.name).toBe('杨晓梅');
  });

  test('is opened by the system administrator alone, the roles are given by the security administrator alone', async () => {
    expect((await as(security, 'POST /api/staff', newcomer('liwei'))).body['code']).toBe('forbidden');
    expect((await as(system, 'PUT /api/staff/yangxm/roles', { roles: [] })).body['code']).toBe('forbidden');
    expect((await as(system, 'POST /api/staff/yangxm/password')).body['code']).toBe('forbidden');
    const listed = await ask(hub.url, 'GET /api/staff', { headers: auditor });
    expect(listed.body['code']).toBe('forbidden');
  });
});

describe('roles', () => {
  test('two of the three administrators are not one person, and nobody changes the own ones', async () => {
    const both = await as(security, 'PUT /api/staff/zhaom/roles', { roles: ['systemAdmin', 'auditAdmin'] });
    expect(both.body).toMatchObject({
      code: 'admins-apart',
      params: { roles: 'systemAdmin,auditAdmin', name: '赵敏' },
    });
    const own = await as(security, 'PUT /api/staff/zhouj/roles', { roles: ['securityAdmin', 'clerk'] });
    expect(own.body['code']).toBe('own-account');
    expect(staff('zhouj')?.roles).toEqual(['securityAdmin']);
  });

  test('the last administrator of a kind stays: refused with who and what, and written down', async () => {
    const roles = await as(security, 'PUT /api/staff/wug/roles', { roles: ['clerk'] });
    const leave = await as(system, 'PUT /api/staff/zhouj', { ...placeOf('zhouj'), active: false });
    expect(roles.body).toMatchObject({
      code: 'last-admin',
      params: { role: 'auditAdmin', name: '吴刚' },
    });
    expect(leave.body).toMatchObject({
      code: 'last-admin',
      params: { role: 'securityAdmin', name: '周静' },
    });
    expect(await logOf('staff-changed')).toMatchObject([
      { object: 'staff:zhouj', result: 'refused', details: { code: 'last-admin' } },
    ]);
  });
});

test('of two changes at once only one can leave a kind of administrator with the other', async () => {
  const second = await as(security, 'PUT /api/staff/zhaom/roles', { roles: ['auditAdmin'] });
  expect(second.status).toBe(200);
  const answers = await Promise.all(
    ['wug', 'zhaom'].map((id) => as(security, `PUT /api/staff/${id}/roles`, { roles: ['clerk'] })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  const left = ['wug', 'zhaom'].filter((id) => staff(id)?.roles.includes('auditAdmin'));
  expect(left).toHaveLength(1);
});

test('a new password ends the sessions and the lock-out of a person', async () => {
  const before = await login(hub.url, 'puyl');
  for (let i = 0; i < 5; i++)
    await ask(hub.url, 'POST /api/session', { body: { staffId: 'puyl', password: 'wrong' } });
  const { body } = await as(security, 'POST /api/staff/puyl/password');
  expect((await ask(hub.url, 'GET /api/session', { headers: before })).body['code']).toBe('login-required');
  await login(hub.url, 'puyl', String(body['password']));
  const listed = (await ask(hub.url, 'GET /api/staff', { headers: security })).body as unknown as object[];
  expect(listed).toContainEqual(
    expect.objectContaining({ staffId: 'puyl', mustChange: true, lockedUntil: 0 }),
  );
  expect((await as(security, 'POST /api/staff/zhouj/password')).body['code']).toBe('own-account');
});

test('who leaves a unit with open cases names a colleague there, and is out at once', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  const street = await TestStation.join(hub, 'lijy');
  const pushed = await station.received('yangxm', station.forwardedMatter(street));
  expect((await station.push(pushed)).status).toBe(200);
  await hub.hub.container.router.poke();
  const yang = await login(hub.url, 'yangxm');
  const leave = { ...placeOf('yangxm'), active: false };
  for (const successor of [undefined, 'yangxm', 'zhaom', 'nobody'])
    expect((await as(system, 'PUT /api/staff/yangxm', { ...leave, successor })).body).toMatchObject({
      code: 'successor-needed',
      params: { name: '杨晓梅', count: 1 },
    });
  expect(staff('yangxm')?.active).toBe(true);
  const done = await as(system, 'PUT /api/staff/yangxm', { ...leave, successor: 'chensy' });
  expect(done.body).toMatchObject({ handedOver: 1, staff: { active: false, handedTo: 'chensy' } });
  expect((await ask(hub.url, 'GET /api/session', { headers: yang })).body['code']).toBe('login-required');
  await expect(login(hub.url, 'yangxm')).rejects.toThrow('login-failed');

  // Nothing in hand: nobody is asked for.
  const moved = await as(system, 'PUT /api/staff/lixin', {
    ...placeOf('lixin'),
    unit: '530102001000',
    active: true,
  });
  expect(moved.body).toMatchObject({ handedOver: 0, staff: { unit: '530102001000' } });
});
