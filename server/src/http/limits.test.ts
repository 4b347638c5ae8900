import { expect, it } from 'vitest';
import { GUESSABLE } from './limits.ts';

it('slows down who guesses a password or a code, but not stations that come back all at once', () => {
  expect([...GUESSABLE].sort()).toEqual([
    'POST /api/devices/enrol',
    'POST /api/session',
    'POST /api/session/factor',
  ]);
});
