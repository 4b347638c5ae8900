/** The desk under the eye: frames while the workbench scrolls through every case of the bench, and the widest matrix from the click to the screen. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openProfile } from '../e2e/browser.ts';
import { freePort, startHubProcess } from '../e2e/hub-process.ts';
import { makeCode } from './station.ts';
import { makeWideDistrict, WIDE_STREET } from './wide-district.ts';

const PASSWORD = 'Wuhua-2026';
const STEPS = 240;
/** About ten rows: as a wheel turned without pause. */
const STEP_PX = 570;
const OPENINGS = 10;

export interface DeskSpeed {
  /** One frame after the other while the list scrolls, milliseconds. */
  frameMs: number[];
  /** Drawn when it has opened, of a grid of all matters and as many units as a district has. */
  matrixCells: number;
  /** Click in the navigation → what the window shows of the grid is there, a frame included. */
  matrixMs: number[];
}

/** @param unit whose cases the terminal loads */
export async function measureDesk(
  hub: { url: string; port: number },
  { unit, scratch }: { unit: string; scratch: string },
): Promise<DeskSpeed> {
  const clerk = await openDesk(hub, { unit, person: 'yangxm', name: 'scroll', scratch });
  await clerk.page.getByTestId('case-row').first().waitFor({ timeout: 120_000 });
  await clerk.page.getByTestId('sync-synced').waitFor({ timeout: 120_000 });
  const frameMs = await scrollThrough(clerk.page);
  await clerk.close();

  return { frameMs, ...(await measureMatrix(scratch)) };
}

/** In a district of its own, whose grid is as wide as one can be. */
async function measureMatrix(scratch: string): Promise<Pick<DeskSpeed, 'matrixCells' | 'matrixMs'>> {
  const hub = await startHubProcess({
    dataDir: join(scratch, 'wide-hub'),
    port: await freePort(),
    env: { SAMPLE_DIR: makeWideDistrict(scratch) },
  });
  try {
    const desk = await openDesk(hub, { unit: WIDE_STREET, person: 'mayj', name: 'matrix', scratch });
    // The first opening loads the page's script; a clerk has it from the day before.
    await openMatrix(desk.page);
    const matrixMs: number[] = [];
    let matrixCells = 0;
    for (let i = 0; i < OPENINGS; i++) {
      const opened = await openMatrix(desk.page);
      matrixMs.push(opened.ms);
      matrixCells = opened.cells;
    }
    await desk.close();
    return { matrixCells, matrixMs };
  } finally {
    await hub.destroy();
  }
}

async function openDesk(
  hub: { url: string; port: number },
  { unit, person, name, scratch }: { unit: string; person: string; name: string; scratch: string },
): Promise<{ page: Page; close: () => Promise<void> }> {
  const profile = await openProfile(join(scratch, `desk-${name}`));
  const page = await profile.newPage();
  await page.goto(`http://${name}.localhost:${String(hub.port)}/enrol#code=${await makeCode(hub.url, unit)}`);
  const known = page.getByTestId(`person-${person}`);
  await known.waitFor({ state: 'attached', timeout: 60_000 });
  await known.check({ force: true });
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByTestId('unlock').click();
  await page.getByTestId('staff-name').waitFor();
  return { page, close: () => profile.close() };
}

async function scrollThrough(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ steps, px }) => {
      const inside = document.querySelector('[data-testid="case-row"]');
      let list = inside?.parentElement ?? null;
      while (list !== null && list.scrollHeight <= list.clientHeight + 1) list = list.parentElement;
      if (list === null) throw new Error('the list does not scroll');
      const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
      const times: number[] = [];
      let last = await frame();
      for (let i = 0; i < steps; i++) {
        list.scrollTop += px;
        const now = await frame();
        times.push(now - last);
        last = now;
      }
      return times;
    },
    { steps: STEPS, px: STEP_PX },
  );
}

/** From the workbench, to which it goes back first. */
async function openMatrix(page: Page): Promise<{ ms: number; cells: number }> {
  await page.locator('nav a[href="/"]').click();
  await page.getByTestId('matrix-grid').waitFor({ state: 'detached' });
  return page.evaluate(async () => {
    const link = document.querySelector<HTMLElement>('nav a[href="/matters"]');
    if (link === null) throw new Error('no way to the matrix');
    const count = () => document.querySelectorAll('[data-testid^="cell-"]').length;
    const start = performance.now();
    link.click();
    // When two frames show the same, it is there.
    for (let before = -1; count() === 0 || count() !== before;) {
      before = count();
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    return { ms: performance.now() - start, cells: count() };
  });
}
