/** No screen has a violation that axe can find (WCAG 2.2 AA and below), in Chinese and in English, online and off. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import type { Terminal } from './terminal.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const scratch = scratchDir();
let hub: RunningHub;
let station: Terminal;
let caseId = '';

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  await station.receive(matter, '王示例', 'accept');
  caseId = station.openCaseId();
  await station.synced();
});

afterAll(async () => {
  await station.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const SCREENS: { name: string; path: () => string; ready: string }[] = [
  { name: 'the workbench', path: () => '/', ready: 'case-row' },
  { name: 'intake', path: () => '/intake', ready: 'intake-matter-search' },
  { name: 'the case list', path: () => '/cases', ready: 'case-row' },
  { name: 'a case', path: () => `/case/${caseId}`, ready: 'timeline' },
  { name: 'a receipt', path: () => `/case/${caseId}/papers`, ready: 'paper-sheet' },
  { name: 'the matter matrix', path: () => '/matters', ready: 'matrix-grid' },
  { name: 'the sync page', path: () => '/sync', ready: 'sync-badge' },
  { name: 'verification', path: () => '/verify', ready: 'verify-text' },
  { name: 'the own sessions', path: () => '/sessions', ready: 'session-table' },
  { name: 'the own password', path: () => '/password', ready: 'password-old' },
];

describe.each(['zh-CN', 'en'])('in %s', (locale) => {
  it.each(SCREENS)('$name has no violation', async ({ path, ready }) => {
    await station.page.evaluate((chosen) => {
      localStorage.setItem('PARAGLIDE_LOCALE', chosen);
    }, locale);
    await station.page.goto(`http://community.localhost:${String(hub.port)}${path()}`);
    await station.byId(ready).first().waitFor();
    expect(await station.page.locator('html').getAttribute('lang')).toBe(locale);
    const { violations } = await new AxeBuilder({ page: station.page }).withTags(TAGS).analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    );
    expect(found).toEqual([]);
  });
});

describe.each([
  ['a phone', { width: 390, height: 844 }],
  ['a tablet', { width: 820, height: 1180 }],
])('on %s', (_device, size) => {
  it.each(SCREENS)('$name has no violation, and nothing lies beside the screen', async ({ path, ready }) => {
    await station.page.setViewportSize(size);
    await station.go(path());
    await station.byId(ready).first().waitFor({ state: 'attached' });
    expect(await station.page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
    const { violations } = await new AxeBuilder({ page: station.page }).withTags(TAGS).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  });
});

it('the unlock screen has no violation', async () => {
  await station.page.keyboard.press('Alt+KeyL');
  await station.byId('unlock').waitFor();
  const { violations } = await new AxeBuilder({ page: station.page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
});
