/** Takes a picture of what is on the screen, small enough to be kept and sent to every terminal. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { Terminal } from '../terminal.ts';

/** Of the screen's own pixels: words stay readable, files stay small. */
const SCALE = 0.75;
const QUALITY = 60;
/** Around a part of the screen, pixels. */
const MARGIN = 8;

export class Camera {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The whole screen once `ready` is on it, or the `part` of it alone. */
  async shoot(terminal: Terminal, name: string, { ready, part }: { ready: string; part?: Locator }) {
    const { page } = terminal;
    await terminal.byId(ready).first().waitFor();
    await part?.scrollIntoViewIfNeeded();
    await page.evaluate(async () => {
      await document.fonts.ready;
    });
    const size = page.viewportSize() ?? { width: 0, height: 0 };
    const box = (await part?.boundingBox()) ?? { x: 0, y: 0, ...size };
    const left = Math.max(0, box.x - (part === undefined ? 0 : MARGIN));
    const top = Math.max(0, box.y - (part === undefined ? 0 : MARGIN));
    const clip = {
      x: left,
      y: top,
      width: Math.min(size.width, box.x + box.width + MARGIN) - left,
      height: Math.min(size.height, box.y + box.height + MARGIN) - top,
      scale: SCALE,
    };
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY, clip });
    await session.detach();
    writeFileSync(join(this.#folder, `${name}.webp`), Buffer.from(data, 'base64'));
  }
}
