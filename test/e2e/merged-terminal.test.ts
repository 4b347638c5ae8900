/** A terminal whose unit was merged: what the clerk sees, what the administrator sees and does, and how it works on at the new unit. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINS, forwardedMatters, PEOPLE, scratchDir, terminalAt, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectNoViolation } from './no-violation.ts';
import { Terminal } from './terminal.ts';

const HEIR = { code: '530102001001', name: '翠湖西路社区' };
const scratch = scratchDir();
let hub: RunningHub;
let desk: Terminal;
let station: Terminal;
let caseNo = '';

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  desk = await terminalAt(hub, scratch, { place: 'district', person: ADMINS.system });
});

afterAll(async () => {
  for (const terminal of [station, desk]) {
    expect(terminal.faults).toEqual([]);
    await terminal.close();
  }
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

it('the clerk who was cut off during the merger reads where it went and what comes next, and nothing is lost', async () => {
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  await station.page.context().setOffline(true);
  caseNo = await station.receive(matter, '王示例', 'receive');

  await desk.go('/admin/units');
  await desk.byId('unit-search').fill(UNITS.community);
  await desk.byId(`change-${UNITS.community}`).click();
  await desk.byId('unit-merge').check();
  await desk.byId('unit-into').selectOption(HEIR.code);
  await desk.byId('unit-save').click();
  await desk.byId('unit-done').getByText('文林').waitFor();
  await desk.byId('unit-table').getByText('待停用终端 1 台').waitFor();

  await station.page.context().setOffline(false);
  const merged = station.byId('merged');
  await merged.getByText(`已并入${HEIR.name}`).first().waitFor();
  await station.byId('merged-unsent').getByText('全部已上传').waitFor();
  await merged.getByText('文林社区-A1').waitFor();
  await merged.getByText(`用${HEIR.name}的登记码重新登记`).waitFor();
  expect(await station.byId('unlock').count()).toBe(0);
  await expectNoViolation(station.page);
});

it('the list of terminals says that its unit merged, and the reason for taking it out of service is filled in', async () => {
  await desk.page.locator('nav a[href="/admin/devices"]').click();
  const row = desk.byId('device-table').locator('tbody tr').filter({ hasText: '文林' });
  await row.getByTestId('device-merged').getByText(HEIR.name).waitFor();
  await expectNoViolation(desk.page);
  await row.getByRole('button').click();
  expect(await desk.byId('revoke-reason').inputValue()).toBe(`单位已并入${HEIR.name}`);
  await desk.byId('revoke-save').click();
  await expect.poll(() => row.count()).toBe(0);
  await station.byId('retired').and(station.page.locator('[data-step=done]')).waitFor();
});

it('with a code of the new unit the same people go on with the same case', async () => {
  await desk.byId('enrol-unit').selectOption(HEIR.code);
  await desk.byId('enrol-issue').click();
  const code = await desk.byId('enrolment-code').innerText();
  await station.close();
  station = new Terminal({
    profileDir: join(scratch, 'community'),
    origin: `http://community.localhost:${String(hub.port)}`,
  });
  await station.open(code);
  await station.unlock(PEOPLE.yang);
  await station.synced();
  await station.go('/');
  await station.byId('case-row').filter({ hasText: caseNo }).waitFor();
});
