/** A file of matters goes round in a real browser: out as a workbook and back, refused by row and field, published by a second person. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayOf } from '@sanji/sync/domain/calendar';
import { fieldsOf } from '@sanji/sync/domain/form';
import { sheetsOf } from '@sanji/sync/domain/matter-sheets';
import { makeWorkbook } from '../../client/src/lib/workbook/workbook.ts';
import { acceptedMatter, PEOPLE, sampleMatters, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
let hub: RunningHub;
let desk: Terminal;

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  desk = await terminalAt(hub, scratch, { place: 'district', person: PEOPLE.he });
  await desk.go('/matters');
  await desk.byId('matrix-file').click();
  await desk.byId('file-export-xlsx').waitFor();
});

afterAll(async () => {
  expect(desk.faults).toEqual([]);
  await desk.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** A new version of the first matter, as JSON. */
function fileOf(change: object): { name: string; mimeType: string; buffer: Buffer } {
  const [matter] = sampleMatters();
  const next = { ...matter, version: 2, effectiveFrom: '2027-01-01', ...change };
  return { name: 'matters.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify([next])) };
}

it('comes back from a workbook as it went out', async () => {
  const saved = desk.page.waitForEvent('download');
  await desk.byId('file-export-xlsx').click();
  const path = join(scratch, 'out.xlsx');
  await (await saved).saveAs(path);
  expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
  await desk.byId('file-input').setInputFiles(path);
  await desk.byId('file-no-change').waitFor();
});

it.each(['en', 'zh-CN'])('its page in %s has no violation that axe can find', async (locale) => {
  await desk.page.evaluate((chosen) => {
    localStorage.setItem('PARAGLIDE_LOCALE', chosen);
  }, locale);
  await desk.go('/matters/file');
  await desk.byId('file-input').setInputFiles(fileOf({ legalDays: 'many' }));
  await desk.byId('file-problems').waitFor();
  expect(await desk.page.locator('html').getAttribute('lang')).toBe(locale);
  await expectNoViolation(desk.page);
});

it('is refused as a whole, with row, field and reason', async () => {
  await desk.byId('file-input').setInputFiles(fileOf({ legalDays: 'many' }));
  const row = desk.byId('file-problems').locator('tbody tr').first();
  await row.waitFor();
  expect(await row.textContent()).toContain('[0].legalDays');
  expect(await desk.byId('file-submit').count()).toBe(0);
});

/** The workbook of a matter with a field that waits for itself, or that nobody can draw; and its row. */
async function workbookOf(change: 'cycle' | 'undrawable'): Promise<{ path: string; row: number }> {
  const matter = sampleMatters().find(({ form }) => fieldsOf(form).some(({ widget }) => widget === 'choice'));
  if (matter === undefined) throw new Error('no matter of the sample asks for a choice');
  const next = { ...matter, version: 9, effectiveFrom: '2027-01-01' };
  const sheets = sheetsOf([next]);
  const fields = sheets.find(({ name }) => name === 'fields');
  const [head = [], ...rows] = fields?.rows ?? [];
  const column = (name: string) => head.indexOf(name);
  const at = rows.findIndex((cells) => cells[column('widget')] === 'choice');
  const row = rows[at];
  if (row === undefined) throw new Error('its sheet has no such field');
  const value = String(row[column('choices')]).split('=')[0] ?? '';
  if (change === 'cycle') row[column('when')] = `${String(row[column('name')])}=${value}`;
  else row[column('widget')] = 'canvas';
  const path = join(scratch, `${change}.xlsx`);
  writeFileSync(path, Buffer.from(await (await makeWorkbook(sheets)).arrayBuffer()));
  return { path, row: at + 2 };
}

it.each([
  ['cycle', 'when', '成环'],
  ['undrawable', 'widget', '画不出来'],
] as const)(
  'a workbook with a form of %s is refused with sheet, row, column and reason',
  async (what, field, words) => {
    const { path, row } = await workbookOf(what);
    await desk.byId('file-input').setInputFiles(path);
    const found = desk.byId('file-problems').locator('tbody tr').filter({ hasText: words });
    await found.first().waitFor();
    const told = (await found.first().locator('td').allInnerTexts()).map((text) => text.trim());
    expect(told).toEqual(expect.arrayContaining(['fields', String(row), field]));
    expect(await desk.byId('file-submit').count()).toBe(0);
  },
);

it('is published by a second administrator, who sees the difference', async () => {
  await desk.byId('file-input').setInputFiles(fileOf({ legalDays: 9 }));
  await desk.byId('file-differences').getByText('办理时限').waitFor();
  await desk.byId('file-submit').click();
  await desk.byId('file-waiting').waitFor();
  expect(await desk.byId('file-publish').count()).toBe(0);
  await desk.switchTo(PEOPLE.sun);
  await desk.go('/matters/file');
  await desk.byId('file-waiting').getByText('办理时限').waitFor();
  await desk.byId('file-publish').click();
  await desk.byId('file-waiting').waitFor({ state: 'detached' });
  await desk.byId('file-said').waitFor();
});

it('a case received under the version before keeps its form, and says which version that is', async () => {
  const matter = acceptedMatter('district');
  await desk.switchTo(PEOPLE.zhao);
  await desk.receive(matter, '王示例', 'receive');
  const caseId = desk.openCaseId();
  await desk.synced();
  const name = fieldsOf(matter.form)[0]?.name ?? '';
  const field = matter.form.properties[name];
  if (field === undefined) throw new Error('its form has no field');
  const next = {
    ...matter,
    version: matter.version + 1,
    effectiveFrom: dayOf(Date.now()),
    form: {
      ...matter.form,
      properties: { ...matter.form.properties, [name]: { ...field, title: '新版才有的说法' } },
    },
  };
  const buffer = Buffer.from(JSON.stringify([next]));
  await desk.switchTo(PEOPLE.he);
  await desk.go('/matters/file');
  await desk.byId('file-input').setInputFiles({ name: 'next.json', mimeType: 'application/json', buffer });
  await desk.byId('file-submit').click();
  await desk.byId('file-waiting').waitFor();
  await desk.switchTo(PEOPLE.sun);
  await desk.go('/matters/file');
  await desk.byId('file-publish').click();
  await desk.byId('file-said').waitFor();

  await desk.switchTo(PEOPLE.zhao);
  // The version that is in force now is what a new visitor is asked by.
  await desk.go('/intake');
  await desk.byId('intake-matter-search').fill(matter.basicCode);
  await desk.byId(`matter-${matter.matterId}`).click();
  await desk.page.getByText('新版才有的说法').first().waitFor();
  await desk.openCase(caseId);
  await desk.page
    .getByText(`按实施清单 v${String(matter.version)} 受理`)
    .first()
    .waitFor();
  await desk.page.getByText(field.title, { exact: true }).first().waitFor();
  expect(await desk.page.getByText('新版才有的说法').count()).toBe(0);
});
