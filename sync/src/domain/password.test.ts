import { expect, it } from 'vitest';
import { passwordProblem } from './password.ts';
import { DEFAULT_POLICY } from './security-policy.ts';

const weak = { code: 'password-weak', params: { min: 8, kinds: 3 } };
const problemOf = (password: string) => passwordProblem(password, { staffId: 'yangxm' }, DEFAULT_POLICY);

it.each(['Wuhua-2026', 'abcDEF12', 'abc-1234', '翠湖边-Lake', 'correct Horse'])('takes %s', (password) => {
  expect(problemOf(password)).toBeUndefined();
});

it.each([
  ['too short', 'aB3-567'],
  ['too long', `aB3-${'x'.repeat(200)}`],
  ['of one kind', 'abcdefghij'],
  ['of two kinds', 'abcdefgh12'],
  ['with the name of the account in it', 'YangXM-2026'],
  ['empty', ''],
])('refuses one that is %s', (_why, password) => {
  expect(problemOf(password)).toEqual(weak);
});
