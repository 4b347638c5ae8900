/** Administration in a real browser: a terminal joins by the printed code and is taken out of service. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINS, PEOPLE, scratchDir, terminalAt, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { Terminal } from './terminal.ts';

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

async function expectNoViolation({ page }: Terminal): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
}

it('a terminal joins by the code of the slip, and is taken out of service with a reason', async () => {
  await desk.go('/admin');
  await desk.byId('enrol-issue').click();
  await desk.page.locator('[data-testid=enrol-unit][aria-invalid=true]').waitFor();
  await desk.byId('enrol-unit').selectOption(UNITS.community);
  await desk.byId('enrol-issue').click();
  const code = await desk.byId('enrolment-code').innerText();
  await expectNoViolation(desk);

  const window = new Terminal({
    profileDir: join(scratch, 'window'),
    origin: `http://window.localhost:${String(hub.port)}`,
  });
  await window.open(code);
  await window.unlock(PEOPLE.yang);
  await window.synced();

  await desk.switchTo(ADMINS.security);
  await desk.go('/admin/devices');
  expect(await desk.byId('enrol-issue').count()).toBe(0);
  await desk.byId('device-search').fill('文林');
  const row = desk.byId('device-table').locator('tbody tr');
  await expect.poll(() => row.count()).toBe(1);
  expect(await row.innerText()).toContain('最新');
  await row.getByRole('button').click();
  await desk.byId('revoke-confirm').click();
  await desk.byId('revoke-dialog').getByText('必填').first().waitFor();
  await expectNoViolation(desk);
  await desk.byId('revoke-reason').fill('遗失或被盗');
  await desk.byId('revoke-confirm').click();
  await expect.poll(() => row.count()).toBe(0);
  await desk.page.getByRole('checkbox').check();
  expect(await row.innerText()).toContain('周静：遗失或被盗');
  await window.byId('retired').waitFor();
  await window.close();
});

it('who holds no such role finds no way in', async () => {
  await desk.switchTo(PEOPLE.zhao);
  await desk.go('/');
  expect(await desk.page.locator('nav a[href="/admin"]').count()).toBe(0);
  await desk.go('/admin/devices');
  await desk.page.getByText('您没有这里的权限').waitFor();
  expect(await desk.byId('device-table').count()).toBe(0);
});
