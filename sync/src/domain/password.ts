/** What a password must be: long enough, of several kinds of characters, and not the name of the account (GB/T 22239, 8.1.4.1). */
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { PolicyRules } from './security-policy.ts';

/** More only costs hashing time. */
export const MAX_PASSWORD = 200;
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** What can be said without knowing other passwords. Problem: password-weak. */
export function passwordProblem(
  password: string,
  { staffId }: { staffId: string },
  { minLength, kinds }: Pick<PolicyRules, 'minLength' | 'kinds'>,
): Problem | undefined {
  const length = Array.from(password).length;
  const found = KINDS.filter((kind) => kind.test(password)).length;
  const holdsName = password.toLowerCase().includes(staffId.toLowerCase());
  return length >= minLength && length <= MAX_PASSWORD && found >= kinds && !holdsName
    ? undefined
    : problem('password-weak', { min: minLength, kinds });
}
