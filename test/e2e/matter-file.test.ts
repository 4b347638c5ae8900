/** A file of matters goes round in a real browser: out as a workbook and back, refused by row and field, published by a second person. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PEOPLE, sampleMatters, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
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
  const { violations } = await new AxeBuilder({ page: desk.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
});

it('is refused as a whole, with row, field and reason', async () => {
  await desk.byId('file-input').setInputFiles(fileOf({ legalDays: 'many' }));
  const row = desk.byId('file-problems').locator('tbody tr').first();
  await row.waitFor();
  expect(await row.textContent()).toContain('[0].legalDays');
  expect(await desk.byId('file-submit').count()).toBe(0);
});

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
