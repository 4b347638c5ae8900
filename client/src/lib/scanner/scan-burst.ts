/**
 * A scanner or a card reader types like a keyboard, only faster than any hand. Told each key with its time, this finds the bursts among
 * what people type. It owns no clock and touches no screen.
 */
import { parseCaseNo } from '@sanji/sync/domain/case-number';
import { looksLikePaper, PAPER_PREFIX } from '@sanji/sync/domain/paper-code';

export type Scan =
  | { kind: 'paper'; text: string }
  | { kind: 'caseNo'; text: string }
  /** A resident ID or a credit code: only ever read on purpose where there is a field for it. */
  | { kind: 'idNumber'; text: string };

/**
 * `typing`: a hand, as far as one can tell. `burst`: too fast for a hand, so that no shortcut may act on it. `paper`: the text is a
 * paper's and belongs into no field.
 */
export type Phase = 'typing' | 'burst' | 'paper';

/** Readers send a key every 1 to 30 ms; the fastest typists rest about 60 ms between two keys. */
export const MAX_GAP_MS = 40;
/** Two keys may fall together under a hand, three in a row do not. */
const BURST_KEYS = 3;

export class ScanBurst {
  #text = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  /** True when the next key begins a burst or is typed by hand: what stands in the field now is what it must get back. */
  isFresh(at: number): boolean {
    return at - this.#lastAt > MAX_GAP_MS;
  }

  /** @param letter what the key writes; upper case stands for both, since a reader does not know about Caps Lock */
  press(letter: string, at: number): Phase {
    if (this.isFresh(at)) this.#text = '';
    this.#lastAt = at;
    this.#text += letter.toUpperCase();
    return this.#phase();
  }

  /** The burst is over: by Enter or Tab, or by silence after the last key. */
  end(): { phase: Phase; scan?: Scan } {
    const phase = this.#phase();
    const text = this.#text;
    this.#text = '';
    const scan = phase === 'typing' ? undefined : scanOf(text);
    return scan === undefined ? { phase } : { phase, scan };
  }

  #phase(): Phase {
    if (this.#text.length < BURST_KEYS) return 'typing';
    return this.#text.startsWith(PAPER_PREFIX) ? 'paper' : 'burst';
  }
}

function scanOf(text: string): Scan | undefined {
  if (looksLikePaper(text)) return { kind: 'paper', text };
  if (parseCaseNo(text) !== undefined) return { kind: 'caseNo', text };
  return /^[0-9A-Z]{18}$/.test(text) ? { kind: 'idNumber', text } : undefined;
}
