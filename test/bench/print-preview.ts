/** From the key on the case page to the paper on the screen, code and all, with the bench's cases in the store. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openProfile } from '../e2e/browser.ts';
import { makeCode } from './station.ts';

const PERSON = { staffId: 'yangxm', password: 'Wuhua-2026' };
const PAPERS = 12;

/** Milliseconds, one for each of some cases, one after the other as at a counter. The first loads the screen too. */
export async function measurePrintPreview(
  hub: { url: string; port: number },
  { unit, scratch }: { unit: string; scratch: string },
): Promise<number[]> {
  const profile = await openProfile(join(scratch, 'print-preview'));
  try {
    const page = await profile.newPage();
    const origin = `http://papers.localhost:${String(hub.port)}`;
    await page.goto(`${origin}/enrol#code=${await makeCode(hub.url, unit)}`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.getByTestId(`person-${PERSON.staffId}`).check({ force: true });
    await page.locator('input[type=password]').fill(PERSON.password);
    await page.getByTestId('unlock').click();
    await page.getByTestId('staff-name').waitFor();
    await page.getByTestId('sync-synced').waitFor({ timeout: 120_000 });
    await page.goto(`${origin}/cases`);
    await page.getByTestId('case-row').nth(PAPERS).waitFor({ timeout: 120_000 });
    const times: number[] = [];
    for (let nth = 0; nth < PAPERS; nth += 1) {
      await page.getByTestId('case-row').nth(nth).locator('a').first().click();
      await page.getByTestId('case-status').first().waitFor();
      times.push(await preview(page));
      await page.locator('nav a[href="/cases"]').click();
      await page.getByTestId('case-row').nth(PAPERS).waitFor();
    }
    return times;
  } finally {
    await profile.close();
  }
}

function preview(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const start = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', code: 'KeyP', bubbles: true }));
    do {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    } while (document.querySelector('[data-testid="paper-qr"]') === null);
    return performance.now() - start;
  });
}
