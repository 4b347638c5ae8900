/** Administration in a real browser: a terminal joins by the printed code and is taken out of service. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINS, PEOPLE, scratchDir, terminalAt, UNITS } from './cast.ts';
import { codeAt } from '../integration/authenticator.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectFitsPhone, expectNoViolation } from './no-violation.ts';
import { restoreUnder } from './restored-hub.ts';
import { Terminal, type Person } from './terminal.ts';

const scratch = scratchDir();
let hub: RunningHub;
let desk: Terminal;

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  desk = await terminalAt(hub, scratch, { place: 'district', person: ADMINS.system });
});

afterAll(async () => {
  expect(desk.faults).toEqual([]);
  await desk.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const READY = {
  devices: 'device-table',
  staff: 'staff-table',
  units: 'unit-table',
  sessions: 'session-table',
  security: 'policy-table',
  audit: 'audit-table',
  restores: 'store-state',
};

/** Through the program, as a person goes. */
async function administer(person: Person, place: keyof typeof READY): Promise<void> {
  await desk.switchTo(person);
  await desk.page.locator('nav a[href="/admin"]').click();
  // It leads on to the first of the person's places.
  await desk.page.waitForURL(/\/admin\/\w/);
  await desk.page.locator(`nav a[href="/admin/${place}"]`).click();
  await desk.byId(READY[place]).waitFor();
  await expectFitsPhone(desk.page);
}

it('a terminal joins by the code of the slip, and is taken out of service with a reason', async () => {
  await desk.go('/admin');
  await desk.byId('enrol-issue').click();
  await desk.page.locator('[data-testid=enrol-unit][aria-invalid=true]').waitFor();
  await desk.byId('enrol-unit').selectOption(UNITS.community);
  await desk.byId('enrol-issue').click();
  const code = await desk.byId('enrolment-code').innerText();
  await expectNoViolation(desk.page);

  const window = new Terminal({
    profileDir: join(scratch, 'window'),
    origin: `http://window.localhost:${String(hub.port)}`,
  });
  await window.open(code);
  await window.unlock(PEOPLE.yang);
  await window.synced();

  await administer(ADMINS.security, 'devices');
  expect(await desk.byId('enrol-issue').count()).toBe(0);
  await desk.byId('device-search').fill('文林');
  const row = desk.byId('device-table').locator('tbody tr');
  await expect.poll(() => row.count()).toBe(1);
  expect(await row.innerText()).toContain('最新');
  await row.getByRole('button').click();
  await desk.byId('revoke-save').click();
  await desk.byId('revoke-dialog').getByText('必填').first().waitFor();
  await expectNoViolation(desk.page);
  await desk.byId('revoke-reason').fill('遗失或被盗');
  await desk.byId('revoke-save').click();
  await expect.poll(() => row.count()).toBe(0);
  await desk.page.getByRole('checkbox').check();
  expect(await row.innerText()).toContain('周静：遗失或被盗');
  await window.byId('retired').waitFor();
  await window.close();
});

it('an account is opened by one administrator, given its roles by another, and begins with an own password', async () => {
  await administer(ADMINS.system, 'staff');
  await desk.byId('staff-new').click();
  await desk.byId('person-save').click();
  await desk.page.locator('[data-testid=person-staffId][aria-invalid=true]').waitFor();
  await expectNoViolation(desk.page);
  await desk.byId('person-staffId').fill('zhaom');
  await desk.byId('person-name').fill('李新');
  await desk.byId('person-unit').selectOption(UNITS.district);
  await desk.byId('person-zh').fill('综合窗口');
  await desk.byId('person-en').fill('Clerk');
  await desk.byId('person-save').click();
  await desk.byId('staff-dialog').getByText('已有人用').waitFor();
  await desk.byId('person-staffId').fill('lixin');
  await desk.byId('person-save').click();
  const first = await desk.byId('given-password').locator('code').innerText();
  await expectNoViolation(desk.page);
  await desk.byId('staff-search').fill('lixin');
  await desk.byId('staff-table').getByText('尚未授权').waitFor();

  await administer(ADMINS.security, 'staff');
  await desk.byId('edit-wug').click();
  await desk.byId('role-auditAdmin').uncheck();
  await desk.byId('roles-refusal').getByText('吴刚是最后一位审计管理').waitFor();
  await expectNoViolation(desk.page);
  await desk.page.keyboard.press('Escape');
  await desk.byId('edit-lixin').click();
  await desk.byId('role-clerk').check();
  await desk.byId('roles-save').click();
  await desk.byId('staff-done').getByText('李新').waitFor();

  await desk.switchTo({ staffId: 'lixin', password: first });
  await desk.byId('password-old').fill(first);
  await desk.byId('password-fresh').fill('Kunming-2026');
  await desk.byId('password-again').fill('Kunming-2026');
  await desk.byId('password-change').click();
  await desk.byId('password-done').waitFor();
  await desk.go('/');
  await desk.page.getByText('我的待办').first().waitFor();
});

it('loading the page again while the hub is still asked who sits here does not cut that off', async () => {
  const { page } = desk;
  let asked = 0;
  // The first login is never answered: the page is gone before.
  await page.route('**/api/session', (route) => {
    if (route.request().method() === 'POST') asked += 1;
    return asked === 1 ? undefined : route.fallback();
  });
  await desk.switchTo(ADMINS.security);
  await desk.go('/admin/sessions');
  await desk.byId('session-table').waitFor();
  expect(asked).toBe(2);
  await page.unroute('**/api/session');
});

it('the audit log is searched, checked and taken out as a file by the audit administrator alone', async () => {
  await administer(ADMINS.audit, 'audit');
  await desk.byId('audit-from').fill('20261399');
  await desk.byId('audit-search').click();
  await desk.page.locator('[data-testid=audit-from][aria-invalid=true]').waitFor();
  await desk.byId('audit-from').fill('');
  await desk.byId('audit-person').selectOption('zhouj');
  await desk.byId('audit-text').fill('遗失');
  await desk.byId('audit-search').click();
  const rows = desk.byId('audit-table').locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(1);
  const told = await rows.innerText();
  for (const words of ['终端停用', '终端 文林', '理由 遗失或被盗']) expect(told).toContain(words);
  await desk.byId('audit-verify').click();
  await desk.byId('audit-chain').getByText('完整').waitFor();
  await expectNoViolation(desk.page);
  const saved = desk.page.waitForEvent('download');
  await desk.byId('audit-file').click();
  const path = join(scratch, 'audit.ndjson');
  await (await saved).saveAs(path);
  const [only, ...more] = readFileSync(path, 'utf8').trim().split('\n');
  expect(more).toEqual([]);
  expect(JSON.parse(only ?? '')).toMatchObject({ kind: 'device-revoked', staffId: 'zhouj' });
  await desk.byId('audit-person').selectOption('wug');
  await desk.byId('audit-text').fill('');
  await desk.byId('audit-kind').selectOption('audit-file');
  await desk.byId('audit-search').click();
  await desk.byId('audit-table').getByText('审计导出为文件').waitFor();
});

async function speak(locale: 'zh-CN' | 'en'): Promise<void> {
  await desk.page.evaluate((chosen) => {
    localStorage.setItem('PARAGLIDE_LOCALE', chosen);
  }, locale);
  await desk.go('/');
  await desk.byId('staff-name').waitFor();
}

it('in English the screens of administration have no violation either', async () => {
  await speak('en');
  for (const [person, place] of [
    [ADMINS.audit, 'audit'],
    [ADMINS.system, 'staff'],
    [ADMINS.system, 'devices'],
    [ADMINS.system, 'units'],
    [ADMINS.system, 'restores'],
    [ADMINS.security, 'sessions'],
    [ADMINS.security, 'security'],
  ] as const) {
    await administer(person, place);
    expect(await desk.page.locator('html').getAttribute('lang')).toBe('en');
  }
  await desk.go('/second-factor');
  await desk.byId('factor-set-up').click();
  await desk.byId('factor-secret').waitFor();
  await expectNoViolation(desk.page);
  await speak('zh-CN');
});

/** Gives what the hub answers to that login from now on. */
async function logInElsewhere(person: Person): Promise<() => Promise<number>> {
  const { headers } = await fetch(`${hub.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return async () => (await fetch(`${hub.url}/api/session`, { headers: { cookie } })).status;
}

it('rules for passwords change as a version, open sessions are seen, and the second factor is asked at the next login', async () => {
  await administer(ADMINS.security, 'security');
  await desk.byId('policy-minLength').fill('5');
  await desk.byId('policy-save').click();
  await desk.page.locator('[data-testid=policy-minLength][aria-invalid=true]').waitFor();
  await expectNoViolation(desk.page);
  await desk.byId('policy-minLength').fill('10');
  await desk.byId('policy-save').click();
  await desk.byId('policy-saved').getByText('第 2 版').waitFor();
  await administer(ADMINS.security, 'sessions');
  await desk.byId('session-table').getByText('本次').waitFor();
  await expectNoViolation(desk.page);

  const elsewhere = await logInElsewhere(ADMINS.security);
  await desk.byId('person-menu').click();
  await desk.byId('menu-sessions').click();
  await desk.byId('session-end-others').click();
  await desk.byId('session-done').getByText('已结束 1 个登录：周静').waitFor();
  await expect.poll(() => desk.byId('session-end-others').count()).toBe(0);
  expect(await elsewhere()).toBe(401);

  await desk.byId('person-menu').click();
  await desk.byId('menu-factor').click();
  await desk.byId('factor-set-up').click();
  const secret = (await desk.byId('factor-secret').innerText()).replaceAll(/\s/g, '');
  await expectFitsPhone(desk.page);
  await desk.byId('factor-first').fill(codeAt(secret, Date.now()));
  await desk.byId('factor-confirm').click();
  await expect.poll(() => desk.byId('recovery-codes').locator('li').count()).toBe(10);
  await desk.byId('recovery-kept').click();

  await desk.switchTo(ADMINS.security);
  await desk.byId('factor-code').fill('nothing');
  await desk.byId('factor-show').click();
  await desk.byId('factor-page').getByText('动态码不对').waitFor();
  await expectFitsPhone(desk.page);
  await desk.page.locator('nav a[href="/admin"]').click();
  await desk.byId('to-factor').click();
  // The code before it was used up by setting up.
  await desk.byId('factor-code').fill(codeAt(secret, Date.now() + 30_000));
  await desk.byId('factor-show').click();
  await desk.byId('factor-opened').waitFor();
  await desk.page.locator('nav a[href="/admin"]').click();
  await desk.byId('device-table').waitFor();
});

it('a unit takes a new name on its day, and is not closed while people are there', async () => {
  await administer(ADMINS.system, 'units');
  await desk.byId('unit-search').fill(UNITS.community);
  await desk.byId(`change-${UNITS.community}`).click();
  await desk.byId('unit-close').check();
  await desk.byId('unit-save').click();
  await desk.byId('unit-refusal').getByText('杨晓梅').waitFor();
  await expectNoViolation(desk.page);
  await desk.byId('unit-rename').check();
  await desk.byId('unit-display').fill('文林新');
  await desk.byId('unit-date').fill('20300101');
  await desk.byId('unit-save').click();
  await desk.byId('unit-done').getByText('2030-01-01').waitFor();
  await desk.byId('plan-table').getByText('文林新').waitFor();
  await expectFitsPhone(desk.page);
  await desk.byId('plan-drop').click();
  await desk.byId('plan-table').waitFor({ state: 'detached' });
});

// The backup is a copy of the embedded store's file.
it.skipIf((process.env['COUCHDB_URL'] ?? '') !== '')(
  'after a restore it is seen what came back, who is still awaited, and what was set aside with what to do about it',
  async () => {
    await administer(ADMINS.system, 'restores');
    await desk.byId('store-state').getByText('没有恢复过备份').waitFor();
    await desk.page.getByText('没有隔离的操作').waitFor();

    const restored = await restoreUnder(hub, join(scratch, 'hub'));
    hub = restored.hub;
    // The terminal has not noticed yet that the line is back.
    await desk.go('/');
    await desk.synced();
    await administer(ADMINS.system, 'restores');
    await desk.byId('store-state').getByText('恢复过备份').waitFor();
    expect(await desk.byId('returned-table').innerText()).toContain(restored.caseNo);
    expect(await desk.byId('aside-table').innerText()).toMatch(
      /编号已被另一条内容不同的操作占用[^]*停用并重新登记该终端/,
    );
    expect(await desk.byId('aside-table').innerText()).toContain(restored.deviceId);
    await expectFitsPhone(desk.page);
  },
);

it('who holds no such role finds no way in', async () => {
  await desk.switchTo(PEOPLE.zhao);
  await desk.go('/');
  expect(await desk.page.locator('nav a[href="/admin"]').count()).toBe(0);
  await desk.go('/admin/devices');
  await desk.page.getByText('您没有这里的权限').waitFor();
  expect(await desk.byId('device-table').count()).toBe(0);
});
