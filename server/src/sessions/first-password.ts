/** The password that an administrator hands over. */
import { randomInt } from 'node:crypto';
import type { Staff } from '@sanji/sync/domain/catalog';
import { passwordProblem } from '@sanji/sync/domain/password';
import type { PolicyRules } from '@sanji/sync/domain/security-policy';

/** Read aloud and typed once: no 0/O, 1/l/I. Twelve of 54 characters are 69 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';
const MIN_LENGTH = 12;
/** Of all four kinds, where the policy wants so many. */
const MARK = '-';

export function firstPasswordFor(
  person: Pick<Staff, 'staffId'>,
  policy: Pick<PolicyRules, 'minLength' | 'kinds'>,
): string {
  const length = Math.max(MIN_LENGTH, policy.minLength);
  for (;;) {
    const letters = Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length)));
    const password = [...letters.slice(0, 4), MARK, ...letters.slice(4)].join('');
    if (passwordProblem(password, person, policy) === undefined) return password;
  }
}
