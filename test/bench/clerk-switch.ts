/** One terminal, two clerks, no line: from the key that locks it to the next clerk's cases on the screen, without the typing between. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openProfile } from '../e2e/browser.ts';
import { makeCode } from './station.ts';

const CLERKS = ['yangxm', 'chensy'] as const;
const PASSWORD = 'Wuhua-2026';
const SWITCHES = 10;

/** Milliseconds, one for each switch. Both clerks have worked at the terminal before. */
export async function measureClerkSwitch(
  hub: { url: string; port: number },
  { unit, scratch }: { unit: string; scratch: string },
): Promise<number[]> {
  const profile = await openProfile(join(scratch, 'clerk-switch'));
  try {
    const page = await profile.newPage();
    await page.goto(
      `http://switch.localhost:${String(hub.port)}/enrol#code=${await makeCode(hub.url, unit)}`,
    );
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    for (const clerk of CLERKS) {
      await choose(page, clerk);
      await open(page);
      await page.getByTestId('sync-synced').waitFor({ timeout: 120_000 });
      await lock(page);
    }
    await profile.setOffline(true);
    const times: number[] = [];
    for (let nth = 0; nth < SWITCHES; nth++) {
      // Locked already: what the lock takes is measured after it.
      await choose(page, CLERKS[nth % CLERKS.length] ?? CLERKS[0]);
      times.push((await open(page)) + (await lock(page)));
    }
    return times;
  } finally {
    await profile.close();
  }
}

async function choose(page: Page, clerk: string): Promise<void> {
  const person = page.getByTestId(`person-${clerk}`);
  await person.waitFor({ state: 'attached' });
  await person.check({ force: true });
  await page.locator('input[type=password]').fill(PASSWORD);
}

/** From the click until the clerk's cases are drawn. */
function open(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const start = performance.now();
    document.querySelector<HTMLElement>('[data-testid="unlock"]')?.click();
    do {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    } while (document.querySelector('[data-testid="case-row"]') === null);
    return performance.now() - start;
  });
}

/** From the key until the next clerk may type. */
function lock(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const start = performance.now();
    const key = { key: 'l', code: 'KeyL', altKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    do {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    } while (document.querySelector('input[type="password"]') === null);
    return performance.now() - start;
  });
}
