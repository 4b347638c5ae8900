/** Unified social credit codes, GB 32100-2015. */
import { refused } from './problem.ts';
import type { Result } from './problem.ts';

/** Without I, O, S, V and Z, which are too easily mistaken. */
export const CREDIT_CODE_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const MODULUS = CREDIT_CODE_ALPHABET.length;

/** The check character for the first 17. The remainder 0 gives `0`, which the naive `31 - sum % 31` misses. */
export function creditCodeCheck(code: string): string {
  let sum = 0;
  for (let i = 0, weight = 1; i < 17; i++, weight = (weight * 3) % MODULUS) {
    sum += CREDIT_CODE_ALPHABET.indexOf(code.charAt(i)) * weight;
  }
  return CREDIT_CODE_ALPHABET.charAt((MODULUS - (sum % MODULUS)) % MODULUS);
}

/** The code in upper case. Spaces around it and small letters are forgiven. `field` is named in the problem. */
export function parseCreditCode(typed: string, field = 'idNumber'): Result<string> {
  const code = typed.trim().toUpperCase();
  const invalid = (reason: 'length' | 'characters' | 'checksum'): Result<string> =>
    refused('credit-code-invalid', { field, reason });
  if (code.length !== 18) return invalid('length');
  if (![...code].every((char) => CREDIT_CODE_ALPHABET.includes(char))) return invalid('characters');
  return code.charAt(17) === creditCodeCheck(code) ? { ok: true, value: code } : invalid('checksum');
}
