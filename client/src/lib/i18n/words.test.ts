import { expect, it } from 'vitest';
import { ROLES } from '@sanji/sync/domain/action';
import { kindText, roleText, statusText } from './words.ts';

it('values are said in words, by names with capitals too', () => {
  expect(statusText('accepted')).not.toBe('accepted');
  expect(kindText('askExtend')).not.toBe('askExtend');
  for (const role of ROLES) expect(roleText(role)).not.toBe(role);
});

it('what nobody has words for shows itself', () => {
  expect(kindText('no-such-kind')).toBe('no-such-kind');
});
