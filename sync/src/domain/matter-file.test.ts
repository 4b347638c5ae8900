import { expect, test } from 'vitest';
import type { MatterVersion } from './catalog.ts';
import { choicesOf, makeForm } from '../testing/forms.ts';
import { parseMatterFile, parseMatters } from './matter-file.ts';
import { matter as bare } from '../testing/rule-catalog.ts';

const matter: MatterVersion = {
  ...bare,
  materials: [{ code: 'ID', name: '居民身份证', en: 'Resident ID card', need: 'required' }],
  form: makeForm({ remark: { 'x-widget': 'text', title: '备注', 'x-en': 'Remarks' } }),
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

test('a row may be written short and made whole', () => {
  const text = fileOf({ ...matter, form: 'usual' });
  expect(parseMatters(text, (row) => ({ ...row, form: matter.form }))).toEqual({
    ok: true,
    matters: [matter],
  });
  expect(problemsOf(text)).toEqual([{ line: 2, field: '[0].form', reason: 'expected-object' }]);
});

const name = (parts: object) => ({ ...matter, form: { ...matter.form, ...parts } });
const properties = matter.form.properties;

test.each([
  [
    'a field the renderer cannot draw',
    name({ properties: { remark: { ...properties['remark'], type: 'array' } } }),
    { field: '[0].form.properties.remark', reason: 'not-drawable' },
  ],
  [
    'conditions in a circle',
    {
      ...matter,
      form: makeForm({
        a: { 'x-widget': 'choice', oneOf: choicesOf('x'), 'x-when': [{ field: 'b', is: ['x'] }] },
        b: { 'x-widget': 'choice', oneOf: choicesOf('x'), 'x-when': [{ field: 'a', is: ['x'] }] },
      }),
    },
    { field: '[0].form.properties.a.x-when', reason: 'cycle' },
  ],
  [
    'a condition on a field that does not exist',
    name({
      properties: { remark: { ...properties['remark'], 'x-when': [{ field: 'nothing', is: ['x'] }] } },
    }),
    { field: '[0].form.properties.remark.x-when', reason: 'unknown-name:nothing' },
  ],
  [
    'a check on a field that does not exist',
    name({ 'x-checks': [{ rule: 'notAfter', field: 'remark', other: 'nothing' }] }),
    { field: '[0].form.x-checks[0]', reason: 'unknown-name:nothing' },
  ],
  [
    'a field in no group',
    name({ 'x-groups': [] }),
    { field: '[0].form.properties.remark', reason: 'not-in-a-group' },
  ],
  [
    'a required field that does not exist',
    name({ required: ['nothing'] }),
    { field: '[0].form.required[0]', reason: 'unknown-name' },
  ],
  [
    'a material on a condition that asks for an unknown answer',
    {
      ...matter,
      materials: [{ ...matter.materials[0], when: [{ field: 'applicant.kind', is: ['ghost'] }] }],
    },
    { field: '[0].materials[0].when', reason: 'unknown-choice:ghost' },
  ],
])('%s is named', (_what, row, problem) => {
  expect(problemsOf(fileOf(row))[0]).toMatchObject({ line: 2, ...problem });
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
