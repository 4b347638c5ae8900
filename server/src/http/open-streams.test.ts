import { expect, test } from 'vitest';
import { OpenStreams } from './open-streams.ts';

test('past the limit the oldest of the same caller ends, and nobody else’s', () => {
  const streams = new OpenStreams(2);
  const other = streams.enter('other');
  const [first, second, third] = [streams.enter('one'), streams.enter('one'), streams.enter('one')];
  expect([first, second, third, other].map(({ ended }) => ended.aborted)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('what has left takes no place, and who has none left is forgotten', () => {
  const streams = new OpenStreams(2);
  const first = streams.enter('one');
  streams.enter('one').leave();
  const third = streams.enter('one');
  expect(first.ended.aborted).toBe(false);
  first.leave();
  third.leave();
  expect(streams.callers).toBe(0);
});

test('one that was ended and leaves late takes nothing away from who came after it', () => {
  const streams = new OpenStreams(1);
  const first = streams.enter('one');
  const second = streams.enter('one');
  first.leave();
  expect(streams.callers).toBe(1);
  const third = streams.enter('one');
  expect([second.ended.aborted, third.ended.aborted]).toEqual([true, false]);
});
