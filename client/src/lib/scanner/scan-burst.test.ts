import { describe, expect, it } from 'vitest';
import { MAX_GAP_MS, ScanBurst, type Phase } from './scan-burst.ts';

const RECEIPT = 'SJ2.R.001013-261123-A2-0007.1795443073.530102001013.DFF46600F3FBB.ABCDEFGH';
const BY_READER_MS = 8;
const BY_HAND_MS = 90;

/** Types a text with a rest between the keys; answers what was thought after each key. */
function type(burst: ScanBurst, text: string, { gapMs, from = 0 }: { gapMs: number; from?: number }) {
  let at = from;
  const phases: Phase[] = [];
  for (const letter of text) {
    phases.push(burst.press(letter, at));
    at += gapMs;
  }
  return { phases, endedAt: at };
}

describe('a burst of keys', () => {
  it.each([
    ['a receipt', RECEIPT, 'paper'],
    ['a case number', '001013-261123-A2-0007', 'caseNo'],
    ['a resident ID', '11010519491231002X', 'idNumber'],
    ['a credit code', '91350100M000100Y43', 'idNumber'],
  ] as const)('is read as %s', (_name, text, kind) => {
    const burst = new ScanBurst();
    type(burst, text, { gapMs: BY_READER_MS });
    expect(burst.end().scan).toEqual({ kind, text });
  });

  it('is read through Caps Lock, which turns a reader upside down', () => {
    const burst = new ScanBurst();
    type(burst, RECEIPT.toLowerCase(), { gapMs: BY_READER_MS });
    expect(burst.end().scan).toEqual({ kind: 'paper', text: RECEIPT });
  });

  it('is nobody`s business while it may still be two fingers, then it is a burst, and a receipt by its prefix', () => {
    const { phases } = type(new ScanBurst(), 'SJ2.0', { gapMs: BY_READER_MS });
    expect(phases).toEqual(['typing', 'typing', 'paper', 'paper', 'paper']);
    expect(type(new ScanBurst(), '0010', { gapMs: BY_READER_MS }).phases).toEqual([
      'typing',
      'typing',
      'burst',
      'burst',
    ]);
  });

  it('holds as long as a slow reader may rest between two keys', () => {
    const burst = new ScanBurst();
    type(burst, RECEIPT, { gapMs: MAX_GAP_MS });
    expect(burst.end().scan?.kind).toBe('paper');
  });

  it('begins anew after a rest: what was typed by hand before does not belong to it', () => {
    const burst = new ScanBurst();
    const { endedAt } = type(burst, '翠湖', { gapMs: BY_HAND_MS });
    type(burst, '001013-261123-A2-0007', { gapMs: BY_READER_MS, from: endedAt });
    expect(burst.end().scan).toEqual({ kind: 'caseNo', text: '001013-261123-A2-0007' });
  });

  it('is over once it has been read', () => {
    const burst = new ScanBurst();
    type(burst, RECEIPT, { gapMs: BY_READER_MS });
    burst.end();
    expect(burst.end()).toEqual({ phase: 'typing' });
  });

  it('that says nothing known is no scan', () => {
    const burst = new ScanBurst();
    type(burst, '6901234567892', { gapMs: BY_READER_MS });
    expect(burst.end()).toEqual({ phase: 'burst' });
  });
});

describe('a hand', () => {
  it.each([RECEIPT, '001013-261123-A2-0007', '11010519491231002X'])('typing %s is left alone', (text) => {
    const burst = new ScanBurst();
    const { phases } = type(burst, text, { gapMs: BY_HAND_MS });
    expect(new Set(phases)).toEqual(new Set(['typing']));
    expect(burst.end()).toEqual({ phase: 'typing' });
  });

  it('that rests once too long within a number is a hand', () => {
    const burst = new ScanBurst();
    const { endedAt } = type(burst, '001013-261123', { gapMs: BY_READER_MS });
    type(burst, '-A2-0007', { gapMs: BY_READER_MS, from: endedAt + MAX_GAP_MS });
    expect(burst.end().scan).toBeUndefined();
  });
});
