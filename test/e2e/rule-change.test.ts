/** A rule from a future date reaches a station ahead of time and switches there by date, while the line is down. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';

const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;
const scratch = scratchDir();
let hub: RunningHub | undefined;

afterAll(async () => {
  await hub?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

it('lets a station decide from the day of the rule, and keeps the old rule for the case of the day before', async () => {
  const place = { dataDir: join(scratch, 'hub'), port: await freePort() };
  hub = await startHubProcess(place);
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  const tomorrow = new Date(Date.now() + DAY_MS);
  const typedDay = new Date(tomorrow.getTime() + SHANGHAI_MS).toISOString().slice(0, 10).replaceAll('-', '');

  const station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  // Who has signed in here once may unlock without the line.
  await station.switchTo(PEOPLE.chen);
  await station.switchTo(PEOPLE.yang);
  const desk = await terminalAt(hub, scratch, { place: 'district', person: PEOPLE.he });
  await desk.page.goto(`http://district.localhost:${String(hub.port)}/matters`);
  await desk.byId('matrix-new').click();
  await desk.byId('matrix-effective-from').fill(typedDay);
  for (const tier of ['street', 'district']) {
    await desk.byId(`cell-${matter.matterId}-${tier}`).click();
    await desk.page.keyboard.press('Digit0');
  }
  await desk.byId('matrix-submit').click();
  await desk.byId('matrix-problems').getByText(`没有层级能办结「${matter.name.zh}」`).waitFor();
  expect(await desk.byId(`cell-${matter.matterId}-district`).getAttribute('aria-invalid')).toBe('true');
  for (const tier of ['street', 'district']) {
    await desk.byId(`cell-${matter.matterId}-${tier}`).click();
    await desk.page.keyboard.press('KeyU');
  }
  await desk.byId(`cell-${matter.matterId}-community`).click();
  await desk.page.keyboard.press('Digit3');
  await desk.byId(`cell-${matter.matterId}-community`).getByText('办结').last().waitFor();
  await desk.byId('matrix-document').fill('五政管〔2026〕18 号（示例）');
  await desk.byId('matrix-submit').click();
  await desk.byId('matrix-take-back').waitFor();
  await desk.switchTo(PEOPLE.sun);
  await desk.page.goto(`http://district.localhost:${String(hub.port)}/matters`);
  await desk.byId('matrix-publish').click();
  await desk.byId('matrix-new').waitFor();
  await desk.close();

  await station.page.goto(`http://community.localhost:${String(hub.port)}/`);
  await station.byId('upcoming').getByText(matter.name.zh).waitFor();
  await hub.stop();
  await station.receive(matter, '王示例', 'accept');
  const oldCase = station.openCaseId();

  await station.wakeAt(tomorrow, PEOPLE.yang);
  await station.receive(matter, '李示例', 'accept');
  const newCase = station.openCaseId();
  await station.switchTo(PEOPLE.chen);
  await station.openCase(oldCase);
  await station.byId('action-forward').waitFor();
  expect(await station.byId('action-approve').count()).toBe(0);
  await station.openCase(newCase);
  await station.act('approve');

  hub = await startHubProcess({ ...place, clockOffsetMs: DAY_MS });
  await station.synced();
  expect(await station.rejected()).toBe(0);
  await station.byId('action-deliver').waitFor();
  expect(station.faults).toEqual([]);
  await station.close();
});
