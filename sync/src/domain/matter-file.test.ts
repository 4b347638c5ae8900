import { expect, test } from 'vitest';
import type { MatterVersion } from './catalog.ts';
import { parseMatterFile } from './matter-file.ts';
import { matter as bare } from '../testing/rule-catalog.ts';

const matter: MatterVersion = {
  ...bare,
  materials: [{ code: 'ID', name: '居民身份证', en: 'Resident ID card', need: 'required' }],
  form: [{ name: 'remark', label: { zh: '备注', en: 'Remarks' }, type: 'text', required: false }],
};
/** One row a line, so that row 1 stands on line 2. */
const fileOf = (...rows: unknown[]) => `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
const problemsOf = (text: string) => {
  const parsed = parseMatterFile(text);
  return parsed.ok ? [] : parsed.problems;
};
const without = (key: keyof MatterVersion) =>
  Object.fromEntries(Object.entries(matter).filter(([name]) => name !== key));

test('a good file is read whole, with a byte order mark too', () => {
  expect(parseMatterFile(`\uFEFF${fileOf(matter)}`)).toEqual({ ok: true, matters: [matter] });
});

test('a matter may name its form', () => {
  const forms = new Map([['usual', matter.form]]);
  expect(parseMatterFile(fileOf({ ...matter, form: 'usual' }), forms)).toEqual({
    ok: true,
    matters: [matter],
  });
  expect(problemsOf(fileOf({ ...matter, form: 'other' }))).toEqual([
    { line: 2, field: '[0].form', reason: 'expected-array' },
  ]);
});

test('one wrong row and nothing is read', () => {
  const wrong = { ...matter, version: 2, legalDays: 'ten' };
  expect(parseMatterFile(fileOf(matter, wrong))).toEqual({
    ok: false,
    problems: [{ line: 3, field: '[1].legalDays', reason: 'expected-number' }],
  });
});

test.each([
  ['a missing field', fileOf(without('result')), { line: 2, field: '[0].result', reason: 'missing' }],
  [
    'an unknown field',
    fileOf({ ...matter, colour: 1 }),
    { line: 2, field: '[0].colour', reason: 'unknown-field' },
  ],
  [
    'a day that does not exist',
    fileOf({ ...matter, effectiveFrom: '2026-02-30' }),
    { line: 2, field: '[0].effectiveFrom', reason: 'not-a-day' },
  ],
  [
    'a promise beyond the legal limit',
    fileOf({ ...matter, promiseDays: 21 }),
    { line: 2, field: '[0].promiseDays', reason: 'promise-beyond-legal' },
  ],
  ['a version twice', fileOf(matter, matter), { line: 3, field: '[1].version', reason: 'duplicate' }],
  [
    'a material twice',
    fileOf({ ...matter, materials: [...matter.materials, ...matter.materials] }),
    { line: 2, field: '[0].materials[1].code', reason: 'duplicate' },
  ],
  [
    'a key twice',
    '[\n{"version": 1,\n"version": 2}]',
    { line: 3, field: '[0].version', reason: 'duplicate-key' },
  ],
  ['an empty list', '[]', { line: 1, field: '', reason: 'at-least-1' }],
  ['an empty file', '', { line: 1, field: '' }],
  ['a file that was cut off', '[\n{"matterId": "m1",', { line: 2, field: '' }],
])('%s is named with its line', (_what, text, problem) => {
  expect(problemsOf(text)[0]).toMatchObject(problem);
});

test('what is not a file of matters at all is refused, never a crash', () => {
  for (const text of ['null', '{}', '3', '"x"', '[null]', '[[]]', '// x', '[1,]', '\u0000']) {
    expect(parseMatterFile(text).ok).toBe(false);
  }
});
