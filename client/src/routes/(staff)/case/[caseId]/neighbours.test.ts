import { describe, expect, it } from 'vitest';
import { neighboursOf } from './neighbours.ts';

const queue = ['q1', 'here', 'q3'];

describe('the neighbours of a case', () => {
  it('are those of the list one came from', () => {
    expect(neighboursOf('here', { from: ['a', 'b', 'here', 'd'], queue })).toEqual({
      list: ['a', 'b', 'here', 'd'],
      position: 3,
      previous: 'b',
      next: 'd',
    });
  });

  it('are those of the queue where the case was opened otherwise', () => {
    expect(neighboursOf('here', { from: [], queue })).toMatchObject({ previous: 'q1', next: 'q3' });
    expect(neighboursOf('here', { from: ['another'], queue })).toMatchObject({ position: 2 });
  });

  it('end with the list', () => {
    expect(neighboursOf('q1', { from: [], queue })).toEqual({ list: queue, position: 1, next: 'here' });
    expect(neighboursOf('q3', { from: [], queue })).toEqual({ list: queue, position: 3, previous: 'here' });
  });

  it('are none where the case is in neither list', () => {
    expect(neighboursOf('gone', { from: [], queue })).toBeUndefined();
  });
});
