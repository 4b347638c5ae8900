/** The widest grid there can be, by keys: to the far corner and back, changed there, and from what is wrong to where it is. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWideDistrict } from '../bench/wide-district.ts';
import { PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const [ROWS, COLUMNS] = [80, 113];
const scratch = scratchDir();
let hub: RunningHub;
let desk: Terminal;

beforeAll(async () => {
  hub = await startHubProcess({
    dataDir: join(scratch, 'hub'),
    port: await freePort(),
    env: { SAMPLE_DIR: makeWideDistrict(scratch) },
  });
  desk = await terminalAt(hub, scratch, { place: 'street', person: { ...PEOPLE.li, staffId: 'mayj' } });
});

afterAll(async () => {
  expect(desk.faults).toEqual([]);
  await desk.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

interface Focused {
  testId: string;
  text: string;
  isInvalid: boolean;
  /** Neither outside the grid nor beneath its head or its first column. */
  isInSight: boolean;
}

function focused(): Promise<Focused> {
  return desk.page.evaluate(() => {
    const cell = document.activeElement;
    const grid = document.querySelector('[data-testid=matrix-grid]');
    const box = cell?.getBoundingClientRect();
    const window = grid?.parentElement?.getBoundingClientRect();
    const head = grid?.querySelector('thead')?.getBoundingClientRect();
    const name = cell?.closest('tr')?.querySelector('th')?.getBoundingClientRect();
    if (box === undefined || window === undefined || head === undefined) throw new Error('there is no grid');
    return {
      testId: cell?.getAttribute('data-testid') ?? '',
      text: cell?.textContent.trim() ?? '',
      isInvalid: cell?.getAttribute('aria-invalid') === 'true',
      isInSight:
        box.top >= head.bottom - 1 &&
        box.left >= (name?.right ?? Infinity) - 1 &&
        box.bottom <= window.bottom + 1 &&
        box.right <= window.right + 1,
    };
  });
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await desk.page.keyboard.press(key);
}

const toCorner = ['End', ...Array.from({ length: ROWS / 10 }, () => 'PageDown')];
const toStart = ['Home', ...Array.from({ length: ROWS / 10 }, () => 'PageUp')];

it('the keys lead to the far corner, and all the way back nothing hides what has the focus', async () => {
  await desk.go('/matters');
  await desk.byId('matrix-new').focus();
  await press('Enter');
  await desk.byId('matrix-submit').waitFor();
  await press('ArrowDown', ...toCorner);
  const grid = desk.byId('matrix-grid');
  const corner = await focused();
  const last = await grid.locator('[role=gridcell]').last().getAttribute('data-testid');
  expect(corner).toMatchObject({ testId: last, isInSight: true });
  expect(corner.text).not.toBe('');
  expect(await grid.locator('[role=gridcell]').count()).toBe(ROWS * COLUMNS);
  for (const key of ['ArrowUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'ArrowUp', 'ArrowUp']) {
    await press(key);
    expect(await focused()).toMatchObject({ isInSight: true });
  }
  // Further than the window is wide: cells are filled as it moves.
  for (let column = 0; column < 30; column += 1) {
    await press('ArrowLeft');
    const { text, isInSight } = await focused();
    expect([column, isInSight, text === '']).toEqual([column, true, false]);
  }
});

it('a change in the corner is a change, and what is wrong there is marked and led to', async () => {
  await press(...toCorner, 'Digit3');
  const { testId, text } = await focused();
  expect(text).toMatch(/改为/);
  await desk.page.getByText('仅看变化 1').waitFor();
  await press(...toStart);
  await press('F9');
  await desk.page.locator('#matrix-document:focus').waitFor();
  await desk.byId('matrix-document').fill('华街〔2026〕1 号（示例）');
  await press('F9');
  await desk.byId(testId).and(desk.page.locator(':focus')).waitFor();
  expect(await focused()).toMatchObject({ testId, isInvalid: true, isInSight: true });

  await press(...toStart, 'F6');
  expect(await focused()).toMatchObject({ testId, isInSight: true });
  await desk.page.getByPlaceholder('事项、编码、拼音').fill('没有这样的事项');
  await desk.byId('matrix-grid').locator('[role=gridcell]').first().waitFor({ state: 'detached' });
  await desk.byId('matrix-problems').getByRole('button').click();
  await desk.byId(testId).and(desk.page.locator(':focus')).waitFor();
});

describe.each(['zh-CN', 'en'])('in %s', (locale) => {
  it('marked rows, faults and the dialog of a cell have no violation', async () => {
    await desk.page.evaluate((chosen) => {
      localStorage.setItem('PARAGLIDE_LOCALE', chosen);
    }, locale);
    await desk.go('/matters');
    await desk.byId('matrix-submit').waitFor();
    // One row that the district decides: axe looks at every cell, and they are all alike.
    await press('Slash');
    // Filled, not typed: keys that follow the «/» faster than a hand's would be a scanner's, and taken for one.
    await desk.byId('matrix-search').and(desk.page.locator(':focus')).fill('530114003101');
    const cells = desk.byId('matrix-grid').locator('[role=gridcell]');
    await cells.nth(COLUMNS).waitFor({ state: 'detached' });
    await cells.first().focus();
    await press('Digit3', 'F9');
    await desk.byId('matrix-problems').waitFor();
    await press('F6', 'Space');
    expect(await desk.byId('matrix-grid').locator('tr[aria-selected=true]').count()).toBe(1);
    await expectNoViolation(desk.page);
    await press('Escape', 'KeyC');
    await desk.byId('condition-dialog').waitFor();
    await expectNoViolation(desk.page);
    await press('Escape');
    await desk.byId('condition-dialog').waitFor({ state: 'detached' });
  });
});
