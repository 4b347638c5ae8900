import { expect, test } from 'vitest';
import { choicesOf, makeForm } from '../testing/forms.ts';
import { matter as bare } from '../testing/rule-catalog.ts';
import type { MatterVersion } from './catalog.ts';
import { checkMatterSheets } from './matter-file.ts';
import type { Cell } from './matter-sheet-fields.ts';
import type { SheetName } from './matter-sheet-places.ts';
import { sheetsOf, type Sheet } from './matter-sheets.ts';

const matter: MatterVersion = {
  ...bare,
  materials: [
    { code: 'ID', name: '居民身份证', en: 'Resident ID card', need: 'required' },
    { code: 'PR', name: '证明', en: 'Proof', need: 'deferrable', when: [{ field: 'reason', is: ['other'] }] },
  ],
  form: makeForm({
    reason: { 'x-widget': 'choice', oneOf: choicesOf('ill', 'other'), required: true },
    remark: { 'x-widget': 'text', 'x-when': [{ field: 'reason', is: ['other'] }] },
  }),
  defects: [{ zh: '缺证明', en: 'No proof' }],
};

/** The workbook with cells of one row altered; the first row of data is 2. */
function altered(name: SheetName, row: number, cells: Record<string, Cell>): Sheet[] {
  return sheetsOf([matter, { ...matter, version: 2, effectiveFrom: '2027-01-01' }]).map((sheet) => {
    if (sheet.name !== name) return sheet;
    const [head = []] = sheet.rows;
    return {
      ...sheet,
      rows: sheet.rows.map((each, i) =>
        i !== row - 1
          ? each
          : each.map((cell, c) => {
              const column = String(head[c]);
              return Object.hasOwn(cells, column) ? (cells[column] ?? null) : cell;
            }),
      ),
    };
  });
}

test('what went out comes back', () => {
  expect(checkMatterSheets(sheetsOf([matter]))).toEqual({ ok: true, matters: [matter] });
});

interface Wrong {
  at: [SheetName, number];
  cells: Record<string, Cell>;
  problem: object;
}

test.each<[string, Wrong]>([
  [
    'a wrong row',
    {
      at: ['matters', 3],
      cells: { legalDays: 'ten' },
      problem: { field: 'legalDays', reason: 'expected-number' },
    },
  ],
  ['a name that is missing', { at: ['matters', 2], cells: { name: null }, problem: { field: 'name' } }],
  [
    'a day that does not exist',
    {
      at: ['matters', 3],
      cells: { effectiveFrom: '2027-02-30' },
      problem: { field: 'effectiveFrom', reason: 'not-a-day' },
    },
  ],
  [
    'a material of a matter nobody knows',
    {
      at: ['materials', 2],
      cells: { matterId: 'ghost' },
      problem: { field: 'matterId', reason: 'unknown-matter' },
    },
  ],
  [
    'a material on an answer nobody can give',
    {
      at: ['materials', 3],
      cells: { when: 'reason=ghost' },
      problem: { field: 'when', reason: 'unknown-choice:ghost' },
    },
  ],
  [
    'a material on a field nobody knows',
    {
      at: ['materials', 3],
      cells: { when: 'ghost=other' },
      problem: { field: 'when', reason: 'unknown-name:ghost' },
    },
  ],
  [
    'a field that waits for itself',
    { at: ['fields', 3], cells: { when: 'remark=x' }, problem: { field: 'when' } },
  ],
  [
    'a way of drawing nobody knows',
    { at: ['fields', 3], cells: { widget: 'canvas' }, problem: { field: 'widget', reason: 'not-drawable' } },
  ],
  [
    'a choice without choices',
    { at: ['fields', 2], cells: { choices: null }, problem: { field: 'widget', reason: 'not-drawable' } },
  ],
  [
    'a choice twice',
    {
      at: ['fields', 2],
      cells: { choices: 'ill=a=b; ill=c=d' },
      problem: { field: 'choices', reason: 'duplicate' },
    },
  ],
  [
    'a label that is missing',
    { at: ['fields', 2], cells: { 'label.en': null }, problem: { field: 'label.en' } },
  ],
  [
    'a group without a name',
    { at: ['fields', 2], cells: { 'group.zh': null }, problem: { field: 'group.zh' } },
  ],
  [
    'a text that is missing',
    { at: ['standards', 2], cells: { 'text.en': null }, problem: { field: 'text.en' } },
  ],
])('%s is named with sheet, row, column and reason, and nothing is read', (_what, { at, cells, problem }) => {
  const [sheet, row] = at;
  const read = checkMatterSheets(altered(sheet, row, cells));
  expect(read.ok ? [] : read.problems).toContainEqual(expect.objectContaining({ sheet, row, ...problem }));
});

test('conditions in a circle are named at each of their rows', () => {
  const [matters, materials, fields, ...rest] = altered('fields', 2, { when: 'remark=a' });
  const sheets = [matters, materials, fields, ...rest].filter((sheet) => sheet !== undefined);
  const choice = altered('fields', 3, { widget: 'choice', choices: 'a=b=c' })[2]?.rows[2];
  if (fields !== undefined && choice !== undefined) fields.rows[2] = choice;
  const read = checkMatterSheets(sheets);
  expect(read.ok ? [] : read.problems).toEqual(
    expect.arrayContaining([
      { sheet: 'fields', row: 2, field: 'when', reason: 'cycle' },
      { sheet: 'fields', row: 3, field: 'when', reason: 'cycle' },
    ]),
  );
});
