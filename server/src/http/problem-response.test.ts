import { expect, test } from 'vitest';
import { PROBLEMS, problem, type ProblemCode } from '@sanji/sync/domain/problem';
import { problemDocument } from './problem-response.ts';

test('every problem of the catalogue has a document; only our own failures are 5xx', () => {
  const ours = (Object.keys(PROBLEMS) as ProblemCode[]).filter(
    (code) => problemDocument(problem(code)).status >= 500,
  );
  expect(ours.sort()).toEqual(['internal', 'unavailable']);
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
