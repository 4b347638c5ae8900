/** What a password must be: long enough, of several kinds of characters, and not the name of the account (GB/T 22239, 8.1.4.1). */
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

export const MIN_PASSWORD = 8;
/** More only costs hashing time. */
export const MAX_PASSWORD = 200;
const MIN_KINDS = 3;
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** Problem: password-weak. */
export function passwordProblem(password: string, { staffId }: { staffId: string }): Problem | undefined {
  const length = Array.from(password).length;
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  const holdsName = password.toLowerCase().includes(staffId.toLowerCase());
  return length >= MIN_PASSWORD && length <= MAX_PASSWORD && kinds >= MIN_KINDS && !holdsName
    ? undefined
    : problem('password-weak', { min: MIN_PASSWORD, kinds: MIN_KINDS });
}
