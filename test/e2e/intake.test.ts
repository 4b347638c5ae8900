/** The intake desk by its forms: fields that come and go, mistakes named in place, a visitor with two matters, a guide, a form of last year. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PEOPLE, sampleMatters, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { intakeFor } from './intake-data.ts';
import type { Terminal } from './terminal.ts';

const CHANGE = '532014001007';
const BENEFIT = '532014010001';
const scratch = scratchDir();
/** The second version of the benefit is in force. */
const NEXT_YEAR = new Date('2027-01-04T10:00:00+08:00');
let place: { dataDir: string; port: number };
let hub: RunningHub;
let desk: Terminal;

beforeAll(async () => {
  place = { dataDir: join(scratch, 'hub'), port: await freePort() };
  hub = await startHubProcess(place);
  desk = await terminalAt(hub, scratch, { place: 'district', person: PEOPLE.zhao });
});

afterAll(async () => {
  expect(desk.faults).toEqual([]);
  await desk.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function choose(matterId: string): Promise<void> {
  await desk.byId('intake-matter-search').fill(matterId);
  await desk.byId(`matter-${matterId}`).click();
}

it('says of a number what is true of it, before a matter is chosen too, and Enter leads on from a right one', async () => {
  await desk.go('/intake');
  const { keyboard } = desk.page;
  const valid = desk.byId('intake-id-valid');
  await desk.byId('field-applicant-idNumber').focus();
  await desk.byId('field-applicant-idNumber').fill('110105194912310021');
  await keyboard.press('Enter');
  await desk.byId('field-applicant-idNumber-bad').waitFor();
  expect(await valid.count()).toBe(0);
  expect(await desk.page.evaluate(() => document.activeElement?.id)).toBe('field-applicant-idNumber');
  await desk.byId('field-applicant-idNumber').fill('11010519491231002X');
  await valid.waitFor();
  await desk.byId('field-applicant-idNumber').fill('11010519491231002X9');
  await valid.waitFor({ state: 'detached' });
  await desk.byId('field-applicant-idNumber').fill('11010519491231002X');
  await keyboard.press('Enter');
  await desk.page.locator('#field-applicant-name:focus').waitFor();
  await desk.byId('field-applicant-idNumber').fill('');
  await desk.byId('field-applicant-idNumber').blur();
});

it('leads on into the form of a matter that was chosen by Enter', async () => {
  await desk.page.keyboard.press('F3');
  await desk.page.keyboard.type(BENEFIT);
  await desk.page.keyboard.press('Enter');
  await desk.page.locator('#intake-form :focus').waitFor();
  await desk.byId('intake-matter-search').fill('');
});

it('asks for what the answer needs, and for the paper that goes with it', async () => {
  await desk.go('/intake');
  await desk.byId('intake-kind-organisation').check({ force: true });
  await choose(CHANGE);
  const item = desk.byId('field-form-changedItem');
  await item.selectOption('bank');
  await desk.byId('field-form-newAccount').waitFor();
  expect(await desk.byId('field-form-before').count()).toBe(0);
  expect(await desk.byId('field-materials-FRID').count()).toBe(0);
  await item.selectOption('legal');
  await desk.byId('field-form-legalId').waitFor();
  await desk.byId('field-materials-FRID').waitFor();
  expect(await desk.byId('field-form-newAccount').count()).toBe(0);
});

it('says in the words of the form what does not fit together', async () => {
  await desk.byId('field-form-before').fill('张三');
  await desk.byId('field-form-after').fill('张三');
  await desk.byId('field-form-after').blur();
  const bad = desk.byId('field-form-after-bad');
  await bad.waitFor();
  expect(await bad.textContent()).toContain('变更后内容与变更前相同');
  await desk.page.keyboard.press('F9');
  await desk.byId('intake-summary').waitFor();
  await desk.byId('intake-discard').or(desk.byId('intake-save')).first().waitFor();
});

it('takes a second matter of the visitor without typing who it is again', async () => {
  const matter = sampleMatters().find(({ matterId }) => matterId === BENEFIT);
  if (matter === undefined) throw new Error('the sample district has no such matter');
  await desk.receive(matter, '李示例', 'receive');
  await desk.byId('paper-another').click();
  await desk.byId('intake-matter-search').waitFor();
  const name = desk.byId('field-applicant-name');
  await desk.page.waitForFunction(() => document.activeElement?.id === 'intake-matter-search');
  expect(await name.inputValue()).toBe('李示例');
  await desk.byId('field-applicant-idNumber').focus();
  expect(await desk.byId('field-applicant-idNumber').inputValue()).toBe(intakeFor(matter).applicant.idNumber);
});

it('asks for the authorisation when somebody else came', async () => {
  await choose(BENEFIT);
  expect(await desk.byId('field-materials-JBR').count()).toBe(0);
  await desk.byId('intake-add-agent').click();
  await desk.byId('field-applicant-agent-name').fill('王代办');
  await desk.byId('field-applicant-agent-idNumber').fill('11010519491231002X');
  await desk.byId('field-materials-JBR').waitFor();
});

it('opens a form under the version it was filled in, and moves it to the one in force on wish', async () => {
  await desk.byId('field-form-reason').selectOption('expired');
  await desk.byId('field-form-wish').selectOption('training');
  await desk.byId('intake-saved').filter({ hasText: '已存本机' }).waitFor();
  await hub.stop();
  hub = await startHubProcess({ ...place, clockOffsetMs: NEXT_YEAR.getTime() - Date.now() });
  await desk.wakeAt(NEXT_YEAR, PEOPLE.zhao);
  await desk.go('/intake');
  await desk.byId('intake-outdated').waitFor();
  expect(await desk.byId('field-form-noticeWay').count()).toBe(0);
  expect(await desk.byId('intake-receive').count()).toBe(0);
  expect(await desk.byId('field-form-wish').inputValue()).toBe('training');
  await desk.byId('intake-move-version').click();
  await desk.byId('field-form-noticeWay').waitFor();
  expect(await desk.byId('field-form-wish').inputValue()).toBe('training');
  await desk.byId('intake-receive').waitFor();
});
