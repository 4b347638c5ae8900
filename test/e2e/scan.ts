/** Keys by their own time stamps, however slow or fast the machine is: a scanner types like a keyboard, only faster than a hand. */
import type { CDPSession, Page } from 'playwright-core';

const SCANNER_MS = 8;
const HAND_MS = 90;

/** Types the text with Enter after it, wherever the focus is. */
export async function scan(page: Page, text: string): Promise<void> {
  const line = await page.context().newCDPSession(page);
  let at = Date.now();
  for (const letter of `${text}\r`) {
    at += SCANNER_MS;
    await press(line, letter, at);
  }
  await line.detach();
}

/** Types as a hand does; without it the program takes a test for a scanner. */
export class Hand {
  readonly #page: Page;
  readonly #line: CDPSession;
  #at = Date.now();

  private constructor(page: Page, line: CDPSession) {
    this.#page = page;
    this.#line = line;
  }

  static async at(page: Page): Promise<Hand> {
    return new Hand(page, await page.context().newCDPSession(page));
  }

  /** What no key writes comes from an input method. */
  async type(text: string): Promise<void> {
    for (const letter of text) {
      if (!/[ -~]/.test(letter)) {
        await this.#page.keyboard.insertText(letter);
        continue;
      }
      this.#at += HAND_MS;
      await press(this.#line, letter, this.#at);
    }
  }

  async rest(): Promise<void> {
    await this.#line.detach();
  }
}

async function press(line: CDPSession, letter: string, at: number): Promise<void> {
  const key = {
    key: letter === '\r' ? 'Enter' : letter,
    code: codeOf(letter),
    timestamp: at / 1000,
    ...(letter === ' ' && { windowsVirtualKeyCode: 32 }),
  };
  await line.send('Input.dispatchKeyEvent', { ...key, type: 'keyDown', text: letter });
  await line.send('Input.dispatchKeyEvent', { ...key, type: 'keyUp' });
}

function codeOf(letter: string): string {
  if (letter === '\r') return 'Enter';
  if (letter === ' ') return 'Space';
  if (letter === '.') return 'Period';
  if (letter === '-') return 'Minus';
  return /\d/.test(letter) ? `Digit${letter}` : `Key${letter.toUpperCase()}`;
}
