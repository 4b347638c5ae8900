import { expect, it } from 'vitest';
import { isCommonPassword } from './common-passwords.ts';

it.each(['Passw0rd', 'P@ssw0rd!', 'P@ssword2026', 'Summer-2026', 'Qwer1234', '1qaz2wsx', '2026-Welcome'])(
  'finds %s, which guessing begins with',
  (password) => {
    expect(isCommonPassword(password)).toBe(true);
  },
);

it.each(['Wuhua-2026', 'Kunming-2026', '翠湖边-Lake', 'correct Horse', 'r7-Gdk2mQxv'])(
  'takes %s',
  (password) => {
    expect(isCommonPassword(password)).toBe(false);
  },
);
