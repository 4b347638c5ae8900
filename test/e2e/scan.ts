/** Keys by their own time stamps, however slow or fast the machine is: a scanner types like a keyboard, only faster than a hand. */
import type { CDPSession, Page } from 'playwright-core';

const SCANNER_MS = 8;
const HAND_MS = 90;
/** After which no key belongs to those before. */
const REST_MS = 1_000;

/** Types the text with Enter after it, wherever the focus is. */
export async function scan(page: Page, text: string): Promise<void> {
  const line = await page.context().newCDPSession(page);
  lastAt = afterARest();
  for (const letter of `${text}\r`) await press(line, letter, (lastAt += SCANNER_MS));
  await line.detach();
}

/** Of the key pressed last, by the time that the program is told: it runs ahead where keys are sent faster than they are said to be pressed. */
let lastAt = 0;

function afterARest(): number {
  return Math.max(Date.now(), lastAt + REST_MS);
}

/** Types as a hand does; without it the program takes a test for a scanner. */
export class Hand {
  readonly #page: Page;
  readonly #line: CDPSession;

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
      lastAt = Math.max(Date.now(), lastAt + HAND_MS);
      await press(this.#line, letter, lastAt);
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

const CODES: Record<string, string> = {
  '\r': 'Enter',
  ' ': 'Space',
  '.': 'Period',
  '-': 'Minus',
  '[': 'BracketLeft',
  ']': 'BracketRight',
};

function codeOf(letter: string): string {
  const named = CODES[letter];
  if (named !== undefined) return named;
  return /\d/.test(letter) ? `Digit${letter}` : `Key${letter.toUpperCase()}`;
}
