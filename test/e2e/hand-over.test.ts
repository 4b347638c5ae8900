/** Work that changes hands: an extension that somebody asks for and a leader answers, a case given to a colleague, the work of who leaves. */
import { rmSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestHub, TEST_NOW, type TestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { ADMINS, PEOPLE, scratchDir, servedBy, terminalAt, UNITS } from './cast.ts';
import { expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
let hub: TestHub;
let street: Terminal;
const cases: string[] = [];
/** The hub's clock stands still; so do theirs. */
const standing = (page: Page): Promise<void> => page.clock.setFixedTime(TEST_NOW);

beforeAll(async () => {
  hub = await startTestHub();
  const window = await TestStation.join(hub, 'yangxm');
  const matterId = window.forwardedMatter(await TestStation.join(hub, 'puyl'));
  for (let i = 0; i < 2; i += 1) {
    const { caseId, n, actions } = await window.received('yangxm', matterId);
    const forward = await window.sign(caseId, 'yangxm', { kind: 'forward', payload: { to: UNITS.street } });
    await window.push({ caseId, n, actions: [...actions, forward] });
    cases.push(caseId);
  }
});

beforeAll(async () => {
  street = await terminalAt(servedBy(hub), scratch, {
    place: 'street',
    person: PEOPLE.pu,
    prepare: standing,
  });
  // Who has signed in here once is known to the terminal.
  await street.switchTo(PEOPLE.li);
  await street.byId('tour-decline').click();
  await street.switchTo(PEOPLE.pu);
  await street.byId('tour-decline').click();
});

afterAll(async () => {
  await street.close();
  await hub.end();
  rmSync(scratch, { recursive: true, force: true });
});

const rows = () => street.byId('case-row');
const rowOf = async (caseId: string) =>
  rows().filter({ has: street.page.locator(`a[href="/case/${caseId}"]`) });

async function openFirst(): Promise<string> {
  const [caseId = ''] = cases;
  await street.openCase(caseId);
  return caseId;
}

async function toWorkbench(): Promise<void> {
  await street.page.locator('nav a[href="/"]').click();
  await rows().first().waitFor();
}

async function speak(locale: 'zh-CN' | 'en'): Promise<void> {
  await street.page.evaluate((chosen) => {
    localStorage.setItem('PARAGLIDE_LOCALE', chosen);
  }, locale);
}

it('an extension is asked for by keys, and what cannot be is said at its place', async () => {
  await openFirst();
  await street.byId('action-askExtend').waitFor();
  await street.page.keyboard.press('KeyE');
  await street.byId('action-dialog').waitFor();
  await expectNoViolation(street.page);
  await street.byId('entry-days').fill('0');
  await street.byId('entry-reason').fill('需要到单位实地核查');
  await street.page.keyboard.press('F9');
  await street.byId('action-problem').getByText('大于 0 的整数').waitFor();
  await street.byId('entry-days').fill('5');
  await street.page.keyboard.press('F9');
  await street.byId('action-done').waitFor();
  expect(await street.byId('action-askExtend').count()).toBe(0);
});

it('the leader sees on the workbench who waits for an answer, refuses, and grants what is asked for again', async () => {
  const caseId = await openFirst();
  await street.switchTo(PEOPLE.li);
  await toWorkbench();
  const row = await rowOf(caseId);
  await row.getByText('待批延期').waitFor();
  expect(await row.getByTestId('next-step').innerText()).toContain('延期');
  await row.getByTestId('next-step').click();
  await street.byId('action-dialog').waitFor();
  await street.page.keyboard.press('Escape');
  await street.act('refuseExtend', { reason: '材料齐全，可以按期办结' });

  await street.switchTo(PEOPLE.pu);
  await openFirst();
  await street.byId('timeline-refuseExtend').getByText('可以按期办结').waitFor();
  await street.act('askExtend', { days: '5', reason: '单位搬迁，须改期核查' });
  await street.switchTo(PEOPLE.li);
  await speak('en');
  await openFirst();
  await street.page.keyboard.press('F9');
  await street.byId('action-dialog').waitFor();
  expect(await street.byId('entry-days').inputValue()).toBe('5');
  await expectNoViolation(street.page);
  await speak('zh-CN');
  await openFirst();
  await street.act('extend');
  await street.page.getByText('已延期 5').first().waitFor();
  await street.synced();

  await street.switchTo(PEOPLE.pu);
  await openFirst();
  await street.byId('action-note').waitFor();
  expect(await street.byId('action-askExtend').count()).toBe(0);
});

it('a case given to a colleague is on their workbench with who gave it, and on that of nobody else', async () => {
  const caseId = await openFirst();
  await street.byId('action-assign').waitFor();
  await street.page.keyboard.press('KeyT');
  await street.byId('entry-staffId').selectOption(PEOPLE.li.staffId);
  await street.byId('entry-reason').fill('下周休假');
  await street.page.keyboard.press('F9');
  await street.byId('action-done').waitFor();
  await toWorkbench();
  await expect.poll(() => rows().count()).toBe(1);
  await street.switchTo(PEOPLE.li);
  await toWorkbench();
  await (await rowOf(caseId)).getByText('普玉兰转交给我').waitFor();
});

it('who leaves hands over what is open, and who takes over sees it, and from whom', async () => {
  const [, second = ''] = cases;
  await street.switchTo(PEOPLE.pu);
  await street.openCase(second);
  await street.act('note', { text: '已电话核实' });
  await street.synced();

  const desk = await terminalAt(servedBy(hub), scratch, {
    place: 'district',
    person: ADMINS.system,
    prepare: standing,
  });
  await desk.go('/admin/staff');
  await desk.byId('edit-puyl').click();
  await desk.byId('person-active').uncheck();
  await desk.byId('person-save').click();
  await desk.byId('staff-dialog').getByText('请选本单位在岗的接手人').waitFor();
  await desk.byId('person-successor').selectOption(PEOPLE.li.staffId);
  await desk.byId('person-save').click();
  await desk.byId('staff-done').getByText('1').waitFor();
  await desk.close();

  // The terminal locks by itself once it knows that nobody of that name works here.
  await street.byId('unlock').waitFor();
  await street.unlock(PEOPLE.li);
  await toWorkbench();
  const card = street.byId('taken-over');
  await card.getByText('普玉兰 离开时交给您，还有 1 件未办结').waitFor();
  await (await rowOf(second)).getByText('接自 普玉兰').waitFor();
  await expectNoViolation(street.page);
  await card.locator('a').first().click();
  await street.byId('case-taken').getByText('普玉兰').waitFor();
  await street.act('note', { text: '接手，已看过材料' });
  await street.synced();
  await toWorkbench();
  await card.waitFor({ state: 'detached' });
  expect(street.faults).toEqual([]);
});
