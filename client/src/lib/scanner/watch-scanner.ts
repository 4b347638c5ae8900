/** Listens to the keyboard for a scanner, wherever the focus is, and takes back what it typed into a field that has no use for it. */
import { ScanBurst, type Scan } from './scan-burst.ts';

/** Some readers send no Enter: after this rest the burst is over. Long, since a busy page hears the keys late. */
const SILENCE_MS = 500;

/** What readers are set to send at the end; after a scan it must neither submit a form nor move on to another field. */
const END_KEYS = ['Enter', 'Tab'];

interface Held {
  field: HTMLInputElement | HTMLTextAreaElement;
  value: string;
}

/** @returns how to stop */
export function watchScanner(onscan: (scan: Scan, at: { isInField: boolean }) => void): () => void {
  const burst = new ScanBurst();
  let held: Held | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function end(): { wasScan: boolean } {
    clearTimeout(silence);
    silence = undefined;
    const { scan } = burst.end();
    // A number read into a field is what that field asked for.
    if (scan === undefined || (scan.kind === 'idNumber' && held !== undefined)) return { wasScan: false };
    const isInField = held !== undefined;
    giveBack(held);
    onscan(scan, { isInField });
    return { wasScan: true };
  }

  function listen(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (END_KEYS.includes(event.key) && !event.shiftKey) {
      if (!burst.isFresh(event.timeStamp) && end().wasScan) swallow(event);
      return;
    }
    const letter = letterOf(event);
    if (letter === undefined) return;
    if (burst.isFresh(event.timeStamp)) {
      if (silence !== undefined) end();
      held = heldIn(document.activeElement);
    }
    const phase = burst.press(letter, event.timeStamp);
    clearTimeout(silence);
    if (phase === 'typing') return;
    silence = setTimeout(end, SILENCE_MS);
    if (phase === 'paper') giveBack(held);
    // Outside a field a burst would press one shortcut after the other.
    if (phase === 'paper' || held === undefined) swallow(event);
  }

  window.addEventListener('keydown', listen, { capture: true });
  return () => {
    clearTimeout(silence);
    window.removeEventListener('keydown', listen, { capture: true });
  };
}

/** By physical key, so that neither Caps Lock nor a Chinese input method changes what was read. */
function letterOf({ code, key }: KeyboardEvent): string | undefined {
  const found = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code);
  if (found !== null) return found[1] ?? found[2];
  if (code === 'Period' || code === 'NumpadDecimal') return '.';
  if (code === 'Minus' || code === 'NumpadSubtract') return '-';
  return key.length === 1 ? key : undefined;
}

function heldIn(element: Element | null): Held | undefined {
  const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
  return isField && !/^(?:radio|checkbox|button|file)$/.test(element.type)
    ? { field: element, value: element.value }
    : undefined;
}

function giveBack(held: Held | undefined): void {
  if (held === undefined || held.field.value === held.value) return;
  held.field.value = held.value;
  held.field.dispatchEvent(new Event('input', { bubbles: true }));
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
