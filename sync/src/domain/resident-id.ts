/** Resident identity numbers, GB 11643-1999. The first six digits are not looked up: people keep the code of an abolished county. */
import { isDay } from './dates.ts';
import type { Day } from './identifiers.ts';
import { refused } from './problem.ts';
import type { Result } from './problem.ts';

export interface ResidentId {
  /** 18 characters, the check character in upper case. */
  id: string;
  birthday: Day;
  sex: 'male' | 'female';
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/** The check character for the first 17 digits. */
export function residentIdCheck(digits: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits.charAt(i)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** Spaces around it and a small `x` are forgiven. `field` is named in the problem. */
export function parseResidentId(typed: string, today: Day, field = 'idNumber'): Result<ResidentId> {
  const id = typed.trim().toUpperCase();
  const invalid = (reason: 'length' | 'characters' | 'date' | 'future' | 'checksum'): Result<ResidentId> =>
    refused('resident-id-invalid', { field, reason });
  if (id.length !== 18) return invalid('length');
  if (!/^\d{17}[\dX]$/.test(id)) return invalid('characters');
  const birthday = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`;
  if (!isDay(birthday)) return invalid('date');
  if (birthday > today) return invalid('future');
  if (id.charAt(17) !== residentIdCheck(id)) return invalid('checksum');
  return { ok: true, value: { id, birthday, sex: Number(id.charAt(16)) % 2 === 1 ? 'male' : 'female' } };
}
