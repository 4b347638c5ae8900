/** Draws papers in a browser, with the program's own components and fonts and nothing of the machine's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PaperKind } from '@sanji/sync/domain/papers';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium, type Browser, type Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { build } from 'vite';
import { chromiumPath, DRAWN_ALIKE } from '../browser.ts';

/** One picture: the newest paper of a kind that the case has. */
export interface Drawn {
  doc: unknown;
  entries: unknown;
  kind: PaperKind;
  locale: 'zh-CN' | 'en';
  sheet: 'A5' | 'A4';
  offline: boolean;
  copy: number;
  now: number;
}

declare global {
  interface Window {
    drawPaper: (drawn: Drawn) => Promise<void>;
  }
}

export interface DrawnSheet {
  picture: PNG;
  /** What stands on it, a line for each line of the page's text. */
  words: string;
  /** How far words stick out of the sheet, pixels. */
  overflowPx: number;
}

/** A secure context, so that there is WebCrypto. Nothing listens there: every file comes out of the bundle. */
const ORIGIN = 'http://papers.localhost';
const PAGE = join(import.meta.dirname, 'page');
const CLIENT = join(import.meta.dirname, '../../../client');
const TYPES: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
export class PaperDrawer {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  static async open(executablePath?: string): Promise<PaperDrawer> {
    const files = await bundle();
    const browser = await chromium.launch({
      executablePath: executablePath ?? (await chromiumPath()),
      args: DRAWN_ALIKE,
    });
    const page = await browser.newPage({ viewport: { width: 900, height: 1300 }, deviceScaleFactor: 1 });
    await page.route('**/*', (route) => {
      const path = new URL(route.request().url()).pathname.slice(1);
      const body = files.get(path === '' ? 'index.html' : path);
      const contentType = TYPES[path.split('.').at(-1) ?? ''] ?? (path === '' ? 'text/html' : undefined);
      return body === undefined
        ? route.abort()
        : route.fulfill({ body, ...(contentType !== undefined && { contentType }) });
    });
    await page.goto(`${ORIGIN}/`);
    await page.waitForFunction(() => document.title === 'ready');
    return new PaperDrawer(browser, page);
  }

  /** Every page of the paper. */
  async draw(drawn: Drawn): Promise<DrawnSheet[]> {
    await this.#page.evaluate((given) => window.drawPaper(given), drawn);
    await this.#page.evaluate(async () => {
      await document.fonts.ready;
    });
    const drawnSheets: DrawnSheet[] = [];
    for (const sheet of await this.#page.getByTestId('paper-sheet').all()) {
      const picture = PNG.sync.read(await sheet.screenshot({ animations: 'disabled' }));
      const { words, overflowPx } = await sheet.evaluate((element) => ({
        words: (element as HTMLElement).innerText,
        overflowPx: Math.max(
          element.scrollHeight - element.clientHeight,
          element.scrollWidth - element.clientWidth,
        ),
      }));
      drawnSheets.push({ picture: inFewGreys(picture), words, overflowPx });
    }
    return drawnSheets;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Sixteen greys: small files, and what tells two machines apart is mostly finer than that. */
function inFewGreys(picture: PNG): PNG {
  for (let i = 0; i < picture.data.length; i += 4) {
    const grey = Math.round((picture.data[i] ?? 0) / 17) * 17;
    picture.data.fill(grey, i, i + 3);
  }
  return picture;
}

export function encode(picture: PNG): Buffer {
  return PNG.sync.write(picture, { colorType: 0, inputColorType: 6, deflateLevel: 9 });
}

export function decode(path: string): PNG {
  return PNG.sync.read(readFileSync(path));
}

async function bundle(): Promise<Map<string, Buffer>> {
  const built = await build({
    root: PAGE,
    base: './',
    logLevel: 'error',
    configFile: false,
    plugins: [svelte({ configFile: false })],
    resolve: { alias: { '#lib': join(CLIENT, 'src/lib') } },
    build: { write: false, target: 'es2022', assetsInlineLimit: 0 },
  });
  const [result] = Array.isArray(built) ? built : [built];
  if (result === undefined || !('output' in result)) throw new Error('nothing was built');
  return new Map(
    result.output.map((file) => [
      file.fileName,
      Buffer.from(file.type === 'chunk' ? file.code : file.source),
    ]),
  );
}
