/** Resident identity numbers, GB 11643-1999. The first six digits are not looked up: people keep the code of an abolished county. */
import { isDay } from './dates.ts';
import type { Day } from './identifiers.ts';
import { refused } from './problem.ts';
import type { Result } from './problem.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/** The check character for the first 17 digits. */
export function residentIdCheck(digits: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits.charAt(i)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** The number with its check character in upper case. Spaces around it and a small `x` are forgiven. `field` is named in the problem. */
export function parseResidentId(typed: string, today: Day, field = 'idNumber'): Result<string> {
  const id = typed.trim().toUpperCase();
  const invalid = (reason: 'length' | 'characters' | 'date' | 'future' | 'checksum'): Result<string> =>
    refused('resident-id-invalid', { field, reason });
  if (id.length !== 18) return invalid('length');
  if (!/^\d{17}[\dX]$/.test(id)) return invalid('characters');
  const birthday = birthdayOf(id);
  if (!isDay(birthday)) return invalid('date');
  if (birthday > today) return invalid('future');
  if (id.charAt(17) !== residentIdCheck(id)) return invalid('checksum');
  return { ok: true, value: id };
}

/** Read off a valid number. */
export function birthdayOf(id: string): Day {
  return `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`;
}

/** Read off a valid number: the 17th digit is odd for men. */
export function sexOf(id: string): 'male' | 'female' {
  return Number(id.charAt(16)) % 2 === 1 ? 'male' : 'female';
}
