import { Dexie } from 'dexie';
import { expect, it } from 'vitest';
import { storeProblem } from './store-problem.ts';

const full = new DOMException('no space', 'QuotaExceededError');

it.each([
  ['as the browser says it', full],
  ['within a transaction that was ended', new Dexie.AbortError('ended', full)],
  ['as a cause', new Error('a case was not stored', { cause: new Dexie.QuotaExceededError('full') })],
])('storage that is full is called so: %s', (_how, error) => {
  expect(storeProblem(error)).toEqual({ code: 'storage-full' });
});

it('a database that was closed under the program is lost', () => {
  expect(storeProblem(new Dexie.DatabaseClosedError('closed'))).toEqual({ code: 'store-lost' });
});

it('anything else is a broken store', () => {
  expect([storeProblem(new Error('odd')), storeProblem('odd'), storeProblem(undefined)]).toEqual([
    { code: 'store-broken' },
    { code: 'store-broken' },
    { code: 'store-broken' },
  ]);
});
