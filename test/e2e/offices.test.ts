/** Office hours in a real browser: drafted by one administrator, published by another, and read at a community, also with the line cut. And working days. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modesOf, PEOPLE, sampleMatters, scratchDir, terminalAt, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectFitsPhone, expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
let hub: RunningHub;
let desk: Terminal;
let station: Terminal;

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  desk = await terminalAt(hub, scratch, { place: 'district', person: PEOPLE.he });
});

afterAll(async () => {
  expect([...desk.faults, ...station.faults]).toEqual([]);
  await desk.close();
  await station.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** One that the community sends on to the street office. */
function sentToTheStreet(): string {
  const found = sampleMatters().find(({ matterId }) => {
    const { community, street } = modesOf(matterId);
    return community === 'none' && street === 'decide';
  });
  if (found === undefined) throw new Error('the sample district has no such matter');
  return found.matterId;
}

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

it('a draft is refused day by day, at the field that is wrong', async () => {
  await desk.page.locator('nav a[href="/admin"]').click();
  await desk.page.locator('nav a[href="/admin/offices"]').click();
  await desk.byId('office-unit').selectOption(UNITS.street);
  await desk.byId('office-facts').getByText('周六').waitFor();
  await expectFitsPhone(desk.page);
  await desk.byId('office-begin').click();
  await desk.byId('office-time-1-2').fill('1130');
  await desk.byId('office-time-2-1').fill('0800');
  await desk.byId('office-time-3-0').fill('early');
  await desk.byId('office-phone').fill('白天');
  await desk.byId('office-submit').click();
  await desk.byId('office-day-problem-1').getByText('09:00–12:00 和 11:30–17:00').waitFor();
  await desk.byId('office-day-problem-2').getByText('09:00–08:00').waitFor();
  await desk.byId('office-day-problem-3').waitFor();
  expect(await desk.byId('office-time-1-0').evaluate((field) => field === document.activeElement)).toBe(true);
  for (const field of ['phone', 'effectiveFrom', 'document'])
    expect(await desk.byId(`office-${field}`).getAttribute('aria-invalid')).toBe('true');
  await expectFitsPhone(desk.page);
});

it('is handed in by keyboard alone, with the difference beside it', async () => {
  const { keyboard } = desk.page;
  const type = async (field: string, text: string): Promise<void> => {
    await desk.byId(field).focus();
    await keyboard.press('Control+a');
    await keyboard.type(text);
  };
  for (const [field, text] of ['0830', '1200', '1330', '1730'].entries())
    await type(`office-time-1-${String(field)}`, text);
  await desk.byId('office-copy').focus();
  await keyboard.press('Enter');
  await type('office-phone', '0871-12345');
  await type('office-remediesZh', '可以自收到本决定书之日起六十日内向五华区人民政府申请行政复议。');
  await type('office-remediesEn', 'Apply to the district government for reconsideration within sixty days.');
  await type('office-effectiveFrom', today().replaceAll('-', ''));
  await type('office-document', '五政服〔2026〕20号（示例）');
  // The field is read when one goes on.
  await keyboard.press('Tab');
  expect(await desk.byId('office-effectiveFrom').inputValue()).toBe(today());
  const changes = desk.byId('office-changes');
  await changes.getByText('08:30–12:00、13:30–17:30').first().waitFor();
  expect(await changes.locator('li').count()).toBe(7);
  await desk.byId('office-submit').focus();
  await keyboard.press('Enter');
  await desk.byId('office-done').getByText('已提交').waitFor();
  await desk.byId('office-effect').waitFor();
  expect(await desk.byId('office-publish').count()).toBe(0);
  await expectNoViolation(desk.page);
});

it('is published by the second administrator, who finds it waiting', async () => {
  await desk.switchTo(PEOPLE.sun);
  await desk.page.locator('nav a[href="/admin"]').click();
  await desk.page.locator('nav a[href="/admin/offices"]').click();
  await desk.byId(`office-waiting-${UNITS.street}`).click();
  await desk.byId('office-waiting').getByText('何文静').waitFor();
  await desk.byId('office-publish').click();
  await desk.byId('office-done').getByText('已发布').waitFor();
  await desk.byId('office-history').getByText('何文静、孙丽').waitFor();
  await desk.byId('office-facts').getByText('08:30–12:00、13:30–17:30').first().waitFor();
  await expectNoViolation(desk.page);
});

it('a community shows the new hours in its guide after the next round, and keeps them with the line cut', async () => {
  const matterId = sentToTheStreet();
  const { basicCode } = sampleMatters().find((matter) => matter.matterId === matterId) ?? {};
  await station.go(`/intake/guide/${matterId}`);
  const where = station.byId('guide-where');
  await where.getByText('周一至周五 08:30–12:00、13:30–17:30；周六 09:00–12:00').waitFor();
  await station.page.context().setOffline(true);
  await station.page.reload();
  await where.getByText('周一至周五 08:30–12:00、13:30–17:30；周六 09:00–12:00').waitFor();
  const said = await where.innerText();
  for (const words of ['华山街道为民服务站', '地址：', '0871-12345']) expect(said).toContain(words);
  await expectNoViolation(station.page);
  await station.go('/intake');
  await station.byId('intake-matter-search').fill(basicCode ?? '');
  await station.page.getByText(/请到华山街道为民服务站办理，今天/).waitFor();
  await station.page.context().setOffline(false);
});

it('an earlier version is published anew, and the district’s hours come back', async () => {
  await desk.byId('office-again-1').click();
  await desk.byId('office-changes').getByText('09:00–12:00、13:00–17:00').first().waitFor();
  await desk.byId('office-follow').check();
  await desk.byId('office-effectiveFrom').fill('2027-01-04');
  await desk.byId('office-document').fill('五政服〔2026〕21号（示例）');
  await desk.byId('office-submit').click();
  await desk.byId('office-done').getByText('已提交').waitFor();
  await desk.switchTo(PEOPLE.he);
  await desk.go('/admin/offices');
  await desk.byId(`office-waiting-${UNITS.street}`).click();
  await desk.byId('office-publish').click();
  await desk.byId('office-history').getByText('未生效').waitFor();
});

it('working days of a year go the same way', async () => {
  const year = String(Number(today().slice(0, 4)) + 1);
  const newYear = `${year}-01-01`;
  const look = async (): Promise<void> => {
    await desk.go('/admin/calendars');
    await desk.byId(`calendar-year-${year}`).click();
  };
  await look();
  await desk.byId('calendar-begin').click();
  await desk.page.locator(`[data-day="${newYear}"]`).click();
  await desk.byId('calendar-changes').getByText(newYear).waitFor();
  await desk.byId('calendar-issuer').fill('国办发明电〔2026〕7号（示例）');
  await expectFitsPhone(desk.page);
  await desk.byId('calendar-submit').click();
  await desk.byId('calendar-done').getByText('已提交').waitFor();
  await desk.byId('calendar-waiting').getByText('何文静').waitFor();
  expect(await desk.byId('calendar-publish').count()).toBe(0);
  await desk.switchTo(PEOPLE.sun);
  await look();
  await desk.byId('calendar-publish').click();
  await desk.byId('calendar-history').getByText('何文静、孙丽').waitFor();
  await expectFitsPhone(desk.page);
});

it('in English it has no violation either', async () => {
  await desk.page.evaluate(() => {
    localStorage.setItem('PARAGLIDE_LOCALE', 'en');
  });
  await desk.go('/admin/offices');
  await desk.byId('office-facts').waitFor();
  await expectFitsPhone(desk.page);
  await desk.byId('office-begin').click();
  await desk.byId('office-form').waitFor();
  await expectFitsPhone(desk.page);
});
