/** The program itself as a clerk has it, with the bench's cases in its store: what it loads, saves, costs when idle, and how it starts offline. */
import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openProfile } from '../e2e/browser.ts';
import { makeCode } from './station.ts';

const PERSON = { staffId: 'yangxm', password: 'Wuhua-2026' };
const BUILD = fileURLToPath(new URL('../../client/build', import.meta.url));
const SAVES = 40;
/** Initials of the name and of the matter, a number, an ID, and what nobody is called. */
const SEARCHES = ['lsl', 'lhjyry', '001013-26', '11010519', '李示例', 'zzzz'];
const IDLE_MS = 60_000;
const QUIET_MS = 5_000;

export interface InUse {
  /** JavaScript the page had loaded when the workbench showed its first case. */
  scriptGzipKb: number;
  /** Confirmed → the dialog has gone and the entry is on the screen. */
  saveMs: number[];
  /** A letter in the quick search, every case of the unit on this terminal → what was found is on the screen, a frame included. */
  searchMs: number[];
  idle: { bytesPerMinute: number; storeQueries: number };
  /** Program start → unlock screen, and unlocked → first case, without the typing between. Network cut. */
  offlineStartMs: number;
}

interface Marks {
  unlockShown?: number;
  unlockClicked?: number;
  rowShown?: number;
  storeQueries: number;
}
declare global {
  interface Window {
    marks: Marks;
  }
}

/** @param hub of which `unit`'s cases the terminal loads */
export async function measureInUse(
  hub: { url: string; port: number },
  { unit, scratch }: { unit: string; scratch: string },
): Promise<InUse> {
  const line = await openLine(hub.port);
  const origin = `http://community.localhost:${String(line.port)}`;
  const profileDir = join(scratch, 'in-use');
  const first = await openProfile(profileDir);
  await first.addInitScript(watchPage);
  const page = await first.newPage();
  await page.goto(`${origin}/enrol#code=${await makeCode(hub.url, unit)}`);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await unlock(page);
  await page.getByTestId('case-row').first().waitFor({ timeout: 120_000 });
  await page.getByTestId('sync-synced').waitFor({ timeout: 120_000 });
  const scriptGzipKb = await scriptSize(page, hub.url);
  const searchMs = await search(page);
  const saveMs = await save(page, origin);
  await page.goto(`${origin}/`);
  await page.getByTestId('case-row').first().waitFor();
  await page.getByTestId('sync-synced').waitFor();
  const idle = await idleCost(page, line);
  await first.close();

  line.cut();
  const second = await openProfile(profileDir);
  await second.addInitScript(watchPage);
  const cold = await second.newPage();
  await cold.goto(`${origin}/`);
  await unlock(cold);
  await cold.getByTestId('case-row').first().waitFor({ timeout: 60_000 });
  const { unlockShown = NaN, unlockClicked = NaN, rowShown = NaN } = await cold.evaluate(() => window.marks);
  await second.close();
  return {
    scriptGzipKb,
    saveMs,
    searchMs,
    idle,
    offlineStartMs: Math.round(unlockShown + rowShown - unlockClicked),
  };
}

/** Runs in the page before anything else. */
function watchPage(): void {
  const marks: Marks = { storeQueries: 0 };
  window.marks = marks;
  const shown = (testId: string) => document.querySelector(`[data-testid="${testId}"]`) !== null;
  new MutationObserver(() => {
    if (shown('unlock')) marks.unlockShown ??= performance.now();
    if (shown('case-row')) marks.rowShown ??= performance.now();
  }).observe(document, { childList: true, subtree: true });
  addEventListener(
    'submit',
    () => {
      marks.unlockClicked ??= performance.now();
    },
    true,
  );
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    marks.storeQueries += 1;
    return transaction.apply(this, args);
  };
}

async function unlock(page: Page): Promise<void> {
  const known = page.getByTestId(`person-${PERSON.staffId}`);
  await known.waitFor({ state: 'attached', timeout: 60_000 });
  await known.check({ force: true });
  await page.locator('input[type=password]').fill(PERSON.password);
  await page.getByTestId('unlock').click();
  await page.getByTestId('staff-name').waitFor();
}

async function scriptSize(page: Page, hubUrl: string): Promise<number> {
  const paths = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
  let bytes = 0;
  for (const path of new Set(paths)) {
    const script = await fetch(`${hubUrl}${path}`);
    bytes += gzipSync(await script.arrayBuffer()).length;
  }
  return Number((bytes / 1024).toFixed(1));
}

/** Letter by letter, as a clerk types; pinyin has been loaded by the focus before the first is measured. */
async function search(page: Page): Promise<number[]> {
  const box = page.getByRole('combobox').first();
  await box.fill('lsl');
  await page.locator('#found-0').waitFor();
  return page.evaluate(async (queries) => {
    const input = document.querySelector<HTMLInputElement>('[aria-controls="search-results"]');
    if (input === null) throw new Error('no quick search');
    const times: number[] = [];
    for (const query of queries) {
      for (let length = 2; length <= query.length; length++) {
        const start = performance.now();
        input.value = query.slice(0, length);
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        times.push(performance.now() - start);
      }
    }
    input.value = '';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    return times;
  }, SEARCHES);
}

/** Notes on the first case of the list, by the same button as the clerk's. */
async function save(page: Page, origin: string): Promise<number[]> {
  const link = await page.getByTestId('case-row').first().locator('a').first().getAttribute('href');
  await page.goto(`${origin}${link ?? '/'}`);
  const times: number[] = [];
  for (let i = 0; i < SAVES; i++) {
    const text = `备注 ${String(i)} ${crypto.randomUUID()}`;
    await page.getByTestId('action-note').click();
    await page.getByTestId('entry-text').fill(text);
    times.push(
      await page.evaluate(async (wanted) => {
        const button = document.querySelector<HTMLElement>('[data-testid="action-confirm"]');
        const start = performance.now();
        button?.click();
        const isShown = () =>
          document.querySelector('[data-testid="action-dialog"]') === null &&
          document.body.textContent.includes(wanted);
        while (!isShown()) await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - start;
      }, text),
    );
  }
  await page.getByTestId('sync-synced').waitFor();
  return times;
}

/** The minute begins once the service worker has all its files, the font's too, and what follows the last change is over. */
async function idleCost(page: Page, line: Line): Promise<InUse['idle']> {
  const slices = readdirSync(BUILD, { recursive: true }).filter((path) => String(path).endsWith('.woff2'));
  const kept = () => page.evaluate(async () => (await (await caches.open('fonts')).keys()).length);
  while ((await kept()) < slices.length) await page.waitForTimeout(QUIET_MS);
  for (let seen = -1; seen !== line.bytes();) {
    seen = line.bytes();
    await page.waitForTimeout(QUIET_MS);
  }
  const before = { bytes: line.bytes(), queries: await page.evaluate(() => window.marks.storeQueries) };
  await page.waitForTimeout(IDLE_MS);
  const queries = await page.evaluate(() => window.marks.storeQueries);
  return { bytesPerMinute: line.bytes() - before.bytes, storeQueries: queries - before.queries };
}

interface Line {
  port: number;
  /** Both ways, headers and all. */
  bytes(): number;
  /** For good. */
  cut(): void;
}

async function openLine(hubPort: number): Promise<Line> {
  let bytes = 0;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(hubPort, 'localhost');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => (bytes += chunk.length));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    port: address.port,
    bytes: () => bytes,
    cut() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
