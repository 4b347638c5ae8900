/** A terminal of several clerks without the hub: it changes hands, locks after wrong passwords, and locks by itself when nobody is at it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptedMatter, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
let hub: RunningHub;
let station: Terminal;

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
});

afterAll(async () => {
  await station.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function tryPassword(staffId: string, password: string): Promise<void> {
  await station.byId(`person-${staffId}`).check({ force: true });
  await station.page.locator('input[type=password]').fill(password);
  await station.byId('unlock').click();
}

it('changes hands without the hub, and each clerk finds the unit’s cases', async () => {
  await station.receive(acceptedMatter('community'), '王示例', 'receive');
  await station.synced();
  // Who was never at this terminal is not known to it.
  await station.switchTo(PEOPLE.chen);
  await hub.stop();
  for (const person of [PEOPLE.yang, PEOPLE.chen]) {
    await station.switchTo(person);
    await station.page.locator('nav a[href="/"]').click();
    await station.byId('case-row').first().waitFor();
  }
});

it('locks by itself when nobody has touched it for five minutes, and nothing of a case is left on the screen', async () => {
  await station.page.clock.install();
  await station.page.reload();
  await station.byId('case-row').first().getByText('王').waitFor();
  await station.page.clock.fastForward('04:00');
  expect(await station.byId('unlock').count()).toBe(0);
  await station.page.keyboard.press('Shift');
  await station.page.clock.fastForward('04:00');
  expect(await station.byId('unlock').count()).toBe(0);
  await station.page.clock.fastForward('06:00');
  await station.byId('unlock').waitFor();
  expect(await station.byId('case-row').count()).toBe(0);
  expect(await station.page.locator('body').innerText()).not.toContain('王');
});

it('locks a person out after five wrong passwords, in the words of the hub, and not the others', async () => {
  const { staffId, password } = PEOPLE.yang;
  for (const left of [4, 3, 2, 1]) {
    await tryPassword(staffId, 'wrong');
    await station.page.getByText(`还可试 ${String(left)} 次`).waitFor();
  }
  await tryPassword(staffId, 'wrong');
  await station.page.getByText('15 分钟').waitFor();
  await tryPassword(staffId, password);
  await station.page.getByText('15 分钟').waitFor();
  await station.unlock(PEOPLE.chen);
});

it('locks when its clock is put back, and is not open until that has caught up', async () => {
  const now = await station.page.evaluate(() => Date.now());
  await station.page.clock.setSystemTime(now - 60 * 60_000);
  await station.page.clock.fastForward('01:00');
  await station.byId('unlock').waitFor();
  expect(station.faults).toEqual([]);
});
