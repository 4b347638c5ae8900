/**
 * Matters as the sheets of a workbook, for people who configure in a spreadsheet: five sheets with plain cells, and back. Reading gives the file
 * as JSON values with the place of every part, so that whoever checks it can name sheet, row and field. What a matter must be is
 * `parseMatterFile`'s; here only what a cell cannot say is refused.
 */
import type { MatterVersion } from './catalog.ts';
import { DRAFT } from './form.ts';
import type { FieldSchema, MatterForm } from './form.ts';
import { readCondition, writeCondition } from './form-condition.ts';
import { fieldCells, FIELD_COLUMNS, readFields, type Cell } from './matter-sheet-fields.ts';
import { SheetPlaces, SHEETS, type SheetName } from './matter-sheet-places.ts';
import type { Words } from './words.ts';

export interface Sheet {
  name: string;
  /** The first row names the columns. */
  rows: Cell[][];
}

export interface SheetProblem {
  sheet: string;
  /** As the spreadsheet counts: the first row of data is 2. */
  row: number;
  field: string;
  reason: string;
}

const COLUMNS: Record<SheetName, readonly string[]> = {
  matters: [
    'matterId',
    'version',
    'effectiveFrom',
    'effectiveTo',
    'basicCode',
    'name',
    'name.en',
    'dept',
    'category',
    'category.en',
    'subject',
    'instant',
    'legalDays',
    'promiseDays',
    'dayUnit',
    'result',
    'optional',
    'form',
  ],
  materials: ['matterId', 'version', 'code', 'name', 'en', 'need', 'when', 'deferDays', 'media'],
  fields: ['matterId', 'version', ...FIELD_COLUMNS],
  checks: ['matterId', 'version', 'field', 'rule', 'says', 'say', 'say.en'],
  standards: ['matterId', 'version', 'kind', 'text', 'text.en', 'who', 'who.en', 'within', 'within.en'],
};

const KINDS = ['serviceStandard', 'discretionRule', 'processStandard', 'defects'] as const;

type Row = Record<string, Cell>;

export function sheetsOf(matters: readonly MatterVersion[]): Sheet[] {
  const rows: Record<SheetName, Row[]> = {
    matters: [],
    materials: [],
    fields: [],
    checks: [],
    standards: [],
  };
  for (const matter of matters) {
    const key = { matterId: matter.matterId, version: matter.version };
    rows.matters.push({ ...key, ...matterCells(matter) });
    for (const { when, media, ...plain } of matter.materials)
      rows.materials.push({
        ...key,
        ...plain,
        when: when === undefined ? null : writeCondition(when),
        media: media?.join('|') ?? null,
      });
    for (const cells of fieldCells(matter.form)) rows.fields.push({ ...key, ...cells });
    for (const { field, rule, say, ...says } of matter.form['x-checks'])
      rows.checks.push({
        ...key,
        field,
        rule,
        says: JSON.stringify(says),
        say: say?.zh ?? null,
        'say.en': say?.en ?? null,
      });
    for (const cells of standardCells(matter)) rows.standards.push({ ...key, ...cells });
  }
  return SHEETS.map((name) => ({
    name,
    rows: [
      [...COLUMNS[name]],
      ...rows[name].map((row) => COLUMNS[name].map((column) => row[column] ?? null)),
    ],
  }));
}

function matterCells(matter: MatterVersion): Row {
  const { effectiveFrom, effectiveTo, basicCode, dept, instant, legalDays, promiseDays, dayUnit } = matter;
  return {
    ...{
      effectiveFrom,
      effectiveTo: effectiveTo ?? null,
      basicCode,
      dept,
      instant,
      legalDays,
      promiseDays,
      dayUnit,
    },
    name: matter.name.zh,
    'name.en': matter.name.en,
    category: matter.category.zh,
    'category.en': matter.category.en,
    subject: matter.subject.join('|'),
    result: matter.result,
    optional: matter.optional,
    form: matter.form.$id,
  };
}

function standardCells(matter: MatterVersion): Row[] {
  const plain = (kind: Exclude<(typeof KINDS)[number], 'processStandard'>) =>
    matter[kind].map(({ zh, en }) => ({ kind, text: zh, 'text.en': en }));
  return [
    ...plain('serviceStandard'),
    ...plain('discretionRule'),
    ...matter.processStandard.map(({ name, who, within }) => ({
      kind: 'processStandard',
      text: name.zh,
      'text.en': name.en,
      who: who.zh,
      'who.en': who.en,
      within: within.zh,
      'within.en': within.en,
    })),
    ...plain('defects'),
  ];
}

export interface SheetReading {
  /** One value a matter, to be checked like a file. */
  matters: unknown[];
  problems: SheetProblem[];
  /** Sheet, row and field of a path into `matters`. */
  placeOf(path: readonly PropertyKey[]): Omit<SheetProblem, 'reason'>;
}

export function readSheets(sheets: readonly Sheet[]): SheetReading {
  const problems: SheetProblem[] = [];
  const places = new SheetPlaces();
  const tables = new Map(SHEETS.map((name) => [name, readTable(sheets, name, problems)]));
  const of = (name: SheetName) => tables.get(name) ?? [];
  const heads = new Map<string, { row: Row; at: number; index: number }>();
  of('matters').forEach(({ row, at }, index) => {
    const key = keyOf(row);
    if (heads.has(key)) problems.push({ sheet: 'matters', row: at, field: 'version', reason: 'duplicate' });
    heads.set(key, { row, at, index });
    places.note([index], { sheet: 'matters', row: at });
  });
  for (const name of SHEETS.slice(1)) {
    for (const { row, at } of of(name)) {
      if (!heads.has(keyOf(row)))
        problems.push({ sheet: name, row: at, field: 'matterId', reason: 'unknown-matter' });
    }
  }
  const own = (name: SheetName, key: string) => of(name).filter(({ row }) => keyOf(row) === key);
  const note = (path: (string | number)[], sheet: SheetName, row: number): void => {
    places.note(path, { sheet, row });
  };
  const matters = [...heads].map(([key, { row, index }]) => {
    const materials = own('materials', key).map(({ row: cells, at }, i) => {
      note([index, 'materials', i], 'materials', at);
      return materialOf(cells, (field) =>
        problems.push({ sheet: 'materials', row: at, field, reason: 'bad-condition' }),
      );
    });
    const fields = own('fields', key);
    const groups = new Set<string>();
    for (const { row: cells, at } of fields) {
      note([index, 'form', 'properties', String(cells['name'])], 'fields', at);
      const group = textOf(cells['group']);
      // Its words are those of the first row that names it.
      if (!groups.has(group))
        places.note([index, 'form', 'x-groups', groups.size], { sheet: 'fields', row: at }, true);
      groups.add(group);
    }
    const read = readFields(
      fields.map(({ row: cells, at }) => ({
        cells,
        refuse: (field, reason) => problems.push({ sheet: 'fields', row: at, field, reason }),
      })),
    );
    const checks = own('checks', key).map(({ row: cells, at }, i) => {
      note([index, 'form', 'x-checks', i], 'checks', at);
      return checkOf(cells, () =>
        problems.push({ sheet: 'checks', row: at, field: 'says', reason: 'bad-format' }),
      );
    });
    const form = formOf(String(row['form'] ?? ''), read, checks);
    const standards = own('standards', key);
    for (const { row: cells, at } of standards) {
      if (!KINDS.some((kind) => kind === cells['kind']))
        problems.push({ sheet: 'standards', row: at, field: 'kind', reason: `one-of:${KINDS.join('|')}` });
    }
    const words = (kind: string) =>
      standards
        .filter(({ row: cells }) => cells['kind'] === kind)
        .map(({ row: cells, at }, i) => {
          note([index, kind, i], 'standards', at);
          const text = wordsOf(cells, 'text');
          if (kind !== 'processStandard') return text;
          return { name: text, who: wordsOf(cells, 'who'), within: wordsOf(cells, 'within') };
        });
    return {
      ...matterOf(row),
      materials,
      form,
      ...Object.fromEntries(KINDS.map((kind) => [kind, words(kind)])),
    };
  });
  return { matters, problems, placeOf: (path) => places.find(path) };
}

function readTable(
  sheets: readonly Sheet[],
  name: SheetName,
  problems: SheetProblem[],
): { row: Row; at: number }[] {
  const sheet = sheets.find((known) => known.name === name);
  const [head = [], ...rows] = sheet?.rows ?? [];
  const columns = head.map((cell) => String(cell ?? '').trim());
  for (const column of COLUMNS[name]) {
    if (!columns.includes(column)) problems.push({ sheet: name, row: 1, field: column, reason: 'missing' });
  }
  for (const column of columns) {
    if (column !== '' && !COLUMNS[name].includes(column))
      problems.push({ sheet: name, row: 1, field: column, reason: 'unknown-field' });
  }
  return rows
    .map((cells, i) => ({
      at: i + 2,
      row: Object.fromEntries(columns.map((column, c) => [column, plain(cells[c])])),
    }))
    .filter(({ row }) => Object.values(row).some((cell) => cell !== null));
}

/** Empty is nothing; stray spaces are not meant. */
function plain(cell: Cell | undefined): Cell {
  const text = typeof cell === 'string' ? cell.trim() : (cell ?? null);
  return text === '' ? null : text;
}

function keyOf(row: Row): string {
  return `${String(row['matterId'])} ${String(row['version'])}`;
}

function wordsOf(row: Row, column: string): Words {
  return { zh: textOf(row[column]), en: textOf(row[`${column}.en`]) };
}

export function textOf(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

function matterOf(row: Row): Record<string, unknown> {
  const { effectiveTo } = row;
  return {
    matterId: textOf(row['matterId']),
    version: row['version'],
    effectiveFrom: textOf(row['effectiveFrom']),
    ...(effectiveTo !== null && { effectiveTo: textOf(effectiveTo) }),
    basicCode: textOf(row['basicCode']),
    name: wordsOf(row, 'name'),
    dept: textOf(row['dept']),
    category: wordsOf(row, 'category'),
    subject: textOf(row['subject']).split('|'),
    instant: row['instant'],
    legalDays: row['legalDays'],
    promiseDays: row['promiseDays'],
    dayUnit: row['dayUnit'],
    result: textOf(row['result']),
    optional: row['optional'],
  };
}

function materialOf(row: Row, refuse: (field: string) => void): Record<string, unknown> {
  const { when, deferDays, media } = row;
  const condition = when === null ? undefined : readCondition(textOf(when));
  if (when !== null && condition === undefined) refuse('when');
  return {
    code: textOf(row['code']),
    name: textOf(row['name']),
    en: textOf(row['en']),
    need: row['need'],
    ...(condition !== undefined && { when: condition }),
    ...(deferDays !== null && { deferDays }),
    ...(media !== null && { media: textOf(media).split('|') }),
  };
}

function checkOf(row: Row, refuse: () => void): Record<string, unknown> {
  const say = row['say'] === null ? {} : { say: wordsOf(row, 'say') };
  const base = { field: textOf(row['field']), rule: row['rule'], ...say };
  try {
    const says: unknown = JSON.parse(textOf(row['says']) || '{}');
    if (typeof says === 'object' && says !== null && !Array.isArray(says)) return { ...says, ...base };
  } catch {
    // Said below, with its place.
  }
  refuse();
  return base;
}

function formOf(
  id: string,
  { properties, required, groups }: ReturnType<typeof readFields>,
  checks: Record<string, unknown>[],
): Record<keyof MatterForm, unknown> {
  return {
    $schema: DRAFT,
    $id: id,
    type: 'object',
    properties: properties satisfies Record<string, Partial<FieldSchema>>,
    required,
    additionalProperties: false,
    'x-groups': groups,
    'x-checks': checks,
  };
}
