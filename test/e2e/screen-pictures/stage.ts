/**
 * Where screens are photographed: a hub and terminals on which time stands still, nothing moves and no caret blinks. Words that come of
 * chance (of keys, identifiers, the build's number) give way to others of their form, and a QR code is blank.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startTestHub, TEST_NOW, type TestHub } from '../../integration/running-hub.ts';
import { DRAWN_ALIKE } from '../browser.ts';
import { servedBy, terminalAt, type Place } from '../cast.ts';
import { Terminal, type Person } from '../terminal.ts';

export type Format = 'png' | 'webp';
export interface Shot {
  name: string;
  /** Of three quarters of the size: words can be read, and the file stays small. */
  picture: Buffer;
}
export interface Screen {
  name: string;
  /** Where it is, or how one gets there. */
  open: string | ((terminal: Terminal) => Promise<void>);
  /** What is on it once it is drawn. */
  ready: string;
}
export interface StageOptions {
  scratch: string;
  format: Format;
  /** By name; the others are not opened. */
  isWanted: (name: string) => boolean;
  /** Gets each picture while its screen still stands. */
  take: (shot: Shot, page: Page) => Promise<void>;
}

const SIZES = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];
const LOCALES = ['zh-CN', 'en'];
const SCALE = 0.75;
const QUALITY = 70;
const STILL =
  '* { caret-color: transparent !important; } [data-testid=paper-qr] * { visibility: hidden !important; }';
/** What differs from run to run, and what stands there instead. */
const BY_CHANCE: [form: string, instead: string][] = [
  ['[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '01234567-89ab-4def-8123-456789abcdef'],
  ['\\bd[0-9a-f]{12}\\b', 'd0123456789ab'],
  ['[\\w-]{43}', 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq'],
  ['(?<=· ?)[0-9a-f]{8}\\b', '01234567'],
  ['\\b([0-9A-F]{4} ?){4}\\b', '0123 4567 89AB CDEF'],
  ['\\b[0-9A-Z]{4}( [0-9A-Z]{4}){2}\\b', '0123 4567 89AB'],
  ['\\b(\\d+\\.\\d+\\.\\d+)-[0-9a-z]{8}\\b', '$1-abcdefgh'],
];
const ROOM = { usage: 12_600_000, quota: 64_000_000_000 };

export class Stage {
  readonly hub: TestHub;
  readonly #options: StageOptions;
  readonly #terminals: Terminal[] = [];

  private constructor(hub: TestHub, options: StageOptions) {
    this.hub = hub;
    this.#options = options;
  }

  /** @param env more for the hub's configuration */
  static async build(options: StageOptions, env: Record<string, string> = {}): Promise<Stage> {
    return new Stage(await startTestHub(env), options);
  }

  /** An enrolled terminal of the place, with the person signed in and the tour declined. */
  async terminal(place: Place, person: Person): Promise<Terminal> {
    const terminal = await terminalAt(servedBy(this.hub), this.#options.scratch, {
      place,
      person,
      name: this.#nameOf(place),
      flags: DRAWN_ALIKE,
      prepare: standStill,
    });
    this.#terminals.push(terminal);
    await terminal.byId('tour-decline').click();
    return terminal;
  }

  /** A browser that is no terminal yet. */
  async stranger(): Promise<Terminal> {
    const name = this.#nameOf('stranger');
    const terminal = new Terminal({
      profileDir: join(this.#options.scratch, name),
      origin: `http://${name}.localhost:${new URL(this.hub.url).port}`,
      flags: DRAWN_ALIKE,
    });
    await terminal.open(undefined, standStill);
    this.#terminals.push(terminal);
    return terminal;
  }

  /** One profile a stage: a stage built later may find another of that name. */
  #nameOf(place: string): string {
    return `${place}-${new URL(this.hub.url).port}`;
  }

  /** Each in both languages and both sizes. */
  async shoot(terminal: Terminal, screens: Screen[]): Promise<void> {
    const wanted = screens.filter(({ name }) => this.#options.isWanted(name));
    for (const locale of LOCALES) {
      await speak(terminal, locale);
      for (const screen of wanted) {
        await openScreen(terminal, screen);
        for (const size of SIZES) {
          const name = `${screen.name}.${locale}.${String(size.width)}`;
          const picture = await pictureOf(terminal.page, size, this.#options.format);
          await this.#options.take({ name, picture }, terminal.page);
        }
      }
    }
  }

  /** Whether any of them is: a scene that shows none need not be set. */
  wants(...names: string[]): boolean {
    return names.some((name) => this.#options.isWanted(name));
  }

  async end(): Promise<void> {
    for (const terminal of this.#terminals) await terminal.close();
    await this.hub.end();
  }
}

async function standStill(page: Page): Promise<void> {
  await page.clock.setFixedTime(TEST_NOW);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.addInitScript((room) => {
    navigator.storage.estimate = () => Promise.resolve(room);
  }, ROOM);
}

async function speak({ page }: Terminal, locale: string): Promise<void> {
  await page.evaluate((chosen) => {
    localStorage.setItem('PARAGLIDE_LOCALE', chosen);
  }, locale);
}

async function openScreen(terminal: Terminal, { name, open, ready }: Screen): Promise<void> {
  if (typeof open === 'string') await terminal.go(open);
  else await open(terminal);
  await terminal
    .byId(ready)
    .first()
    .waitFor()
    .catch(async (cause: unknown) => {
      const there = await terminal.page.locator('body').innerText();
      throw new Error(`${name} did not open; there is: ${there}`, { cause });
    });
  // What is shown for a moment only: a line that is being looked for, cases that are being counted.
  await terminal.page.waitForFunction(isSettled);
  await terminal.page.evaluate(settle, { rules: STILL, byChance: BY_CHANCE });
}

/** In the page. */
function isSettled(): boolean {
  const counted = document.querySelector('[data-testid=cases-here]')?.textContent ?? '0';
  return (
    document.querySelector('[data-testid=sync-badge][data-line=connecting]') === null && /\d/.test(counted)
  );
}

/** In the page. */
function settle({ rules, byChance }: { rules: string; byChance: [string, string][] }): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets.push(sheet);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent ?? '';
    const settled = byChance.reduce(
      (so, [form, instead]) => so.replace(new RegExp(form, 'g'), instead),
      text,
    );
    if (settled !== text) node.textContent = settled;
  }
}

async function pictureOf(
  page: Page,
  size: { width: number; height: number },
  format: Format,
): Promise<Buffer> {
  await page.setViewportSize(size);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format,
    ...(format === 'webp' && { quality: QUALITY }),
    clip: { x: 0, y: 0, ...size, scale: SCALE },
  });
  await session.detach();
  return Buffer.from(data, 'base64');
}
