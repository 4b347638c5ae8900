/** No screen has a violation that axe can find (WCAG 2.2 AA and below), in Chinese and in English, online and off. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOffWords, sidewaysParts, unmarked } from './seen.ts';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectFits, expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
let hub: RunningHub;
let station: Terminal;
let caseId = '';
let matterId = '';

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  ({ matterId } = matter);
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
  { name: 'a guide', path: () => `/intake/guide/${matterId}`, ready: 'guide-print' },
  { name: 'the handbook', path: () => '/handbook', ready: 'handbook' },
  { name: 'a chapter of the handbook', path: () => '/handbook/keys', ready: 'handbook' },
  { name: 'the own password', path: () => '/password', ready: 'password-old' },
];

describe.each(['zh-CN', 'en'])('in %s', (locale) => {
  it.each(SCREENS)('$name has no violation', async ({ path, ready }) => {
    await open(path(), ready, locale);
    expect(await station.page.locator('html').getAttribute('lang')).toBe(locale);
    await expectNoViolation(station.page);
  });
});

async function open(path: string, ready: string, locale: string): Promise<void> {
  await station.page.evaluate((chosen) => {
    localStorage.setItem('PARAGLIDE_LOCALE', chosen);
  }, locale);
  await visit(path, ready);
}

/** As a person does, who touches the keyboard: nobody there for five minutes locks the terminal, and on a slow machine these tests take longer. */
async function visit(path: string, ready: string): Promise<void> {
  await station.page.keyboard.press('Shift');
  await station.go(path);
  await station.byId(ready).first().waitFor({ state: 'attached' });
}

describe.each([
  ['a phone', { width: 390, height: 844 }],
  ['a tablet', { width: 820, height: 1180 }],
])('on %s', (_device, size) => {
  it.each(SCREENS)(
    '$name has no violation, and nothing lies beside or beneath the screen',
    async ({ path, ready }) => {
      await station.page.setViewportSize(size);
      await visit(path(), ready);
      await expectFits(station.page, size);
    },
  );
});

describe('at 200 % of 1366 × 768', () => {
  it.each(['zh-CN', 'en'].flatMap((locale) => SCREENS.map((screen) => ({ ...screen, locale }))))(
    '$name in $locale scrolls one way alone, and nothing is cut off',
    async ({ path, ready, locale }) => {
      await station.page.setViewportSize({ width: 683, height: 384 });
      await open(path(), ready, locale);
      expect(await sidewaysParts(station.page)).toEqual([]);
      expect(await cutOffWords(station.page)).toEqual([]);
    },
  );
});

describe('in forced colours', () => {
  afterAll(() => station.page.emulateMedia({ forcedColors: 'none' }));

  it.each(SCREENS)('$name shows what is chosen, and what has the focus', async ({ path, ready }) => {
    await station.page.setViewportSize({ width: 1366, height: 768 });
    await station.page.emulateMedia({ forcedColors: 'active' });
    await open(path(), ready, 'zh-CN');
    expect(await unmarked(station.page)).toEqual([]);
    await station.page.keyboard.press('Tab');
    const outline = await station.page.evaluate(
      () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
    );
    expect(outline).not.toBe('none');
  });
});

it('nothing moves where motion is to be reduced', async () => {
  await station.page.emulateMedia({ reducedMotion: 'reduce' });
  for (const { path, ready } of SCREENS) {
    await open(path(), ready, 'zh-CN');
    const moving = await station.page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration.split(', ').some((time) => time !== '0s');
        })
        .map(({ tagName, className }) => `${tagName} ${String(className)}`),
    );
    expect(moving).toEqual([]);
  }
});

it('the unlock screen has no violation', async () => {
  await station.page.keyboard.press('Alt+KeyL');
  await station.byId('unlock').waitFor();
  await expectNoViolation(station.page);
});

it('the unlock screen of six people fits a small screen in English too, with its keys', async () => {
  const desk = await terminalAt(hub, scratch, { place: 'district', person: PEOPLE.he });
  const size = { width: 1366, height: 768 };
  await desk.page.setViewportSize(size);
  await desk.page.evaluate(() => {
    localStorage.setItem('PARAGLIDE_LOCALE', 'en');
  });
  await desk.go('/');
  await desk.byId('staff-name').waitFor();
  await desk.page.keyboard.press('Alt+KeyL');
  await desk.byId('unlock').waitFor();
  expect(await desk.page.getByRole('radio').count()).toBe(6);
  await expectFits(desk.page, size);
  await desk.close();
});
