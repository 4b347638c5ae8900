/** A scanner, which types like a keyboard: 8 ms from key to key by the keys' own time stamps, however slow the machine is. */
import type { Page } from 'playwright-core';

const KEY_MS = 8;

/** Types the text with Enter after it, wherever the focus is. */
export async function scan(page: Page, text: string): Promise<void> {
  const line = await page.context().newCDPSession(page);
  let at = Date.now();
  for (const letter of `${text}\r`) {
    at += KEY_MS;
    const key = { key: letter === '\r' ? 'Enter' : letter, code: codeOf(letter), timestamp: at / 1000 };
    await line.send('Input.dispatchKeyEvent', { ...key, type: 'keyDown', text: letter });
    await line.send('Input.dispatchKeyEvent', { ...key, type: 'keyUp' });
  }
  await line.detach();
}

function codeOf(letter: string): string {
  if (letter === '\r') return 'Enter';
  if (letter === '.') return 'Period';
  if (letter === '-') return 'Minus';
  return /\d/.test(letter) ? `Digit${letter}` : `Key${letter.toUpperCase()}`;
}
