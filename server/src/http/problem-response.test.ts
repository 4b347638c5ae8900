import { expect, test } from 'vitest';
import { PROBLEMS, problem, type ProblemCode } from '@sanji/sync/domain/problem';
import { problemDocument } from './problem-response.ts';

test('every problem of the catalogue has a document; 5xx are our own failures, and the cut line of a street relay', () => {
  const ours = (Object.keys(PROBLEMS) as ProblemCode[]).filter(
    (code) => problemDocument(problem(code)).status >= 500,
  );
  expect(ours.sort()).toEqual(['internal', 'offline', 'unavailable']);
});

test('the document carries code, parameters and how to go on', () => {
  expect(problemDocument(problem('locked-out', { minutes: 15 }))).toEqual({
    type: '/problems/locked-out',
    title: 'locked out',
    status: 429,
    code: 'locked-out',
    params: { minutes: 15 },
    retry: 'needs-person',
  });
});
