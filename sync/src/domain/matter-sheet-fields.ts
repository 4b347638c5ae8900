/** The fields of a form as rows of a sheet, and back: a widget instead of a schema, choices in one cell as `value=中文=English; …`. */
import { fieldsOf } from './form.ts';
import type { Choice, FieldSchema, MatterForm, Widget } from './form.ts';
import { readCondition, writeCondition } from './form-condition.ts';

export type Cell = string | number | boolean | null;

export const FIELD_COLUMNS = [
  'group',
  'group.zh',
  'group.en',
  'name',
  'label',
  'label.en',
  'widget',
  'required',
  'when',
  'choices',
  'minimum',
  'maximum',
  'maxLength',
  'pattern',
  'unit',
  'unit.en',
  'hint',
  'hint.en',
  'sensitive',
  'mustTick',
] as const;
type Cells = Record<string, Cell>;

/** What goes without saying for a widget. */
const BASE: Record<Widget, Partial<FieldSchema>> = {
  text: { type: 'string' },
  longText: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  money: { type: 'number', multipleOf: 0.01 },
  date: { type: 'string', format: 'date' },
  month: { type: 'string', format: 'month', pattern: '^\\d{4}-(0[1-9]|1[0-2])$' },
  choice: { type: 'string' },
  multiChoice: { type: 'array', uniqueItems: true },
  boolean: { type: 'boolean' },
  creditCode: { type: 'string', format: 'credit-code' },
  residentId: { type: 'string', format: 'resident-id' },
  mobile: { type: 'string', format: 'mobile', pattern: '^1[3-9]\\d{9}$' },
  bankAccount: { type: 'string', format: 'bank-account', pattern: '^\\d{12,30}$' },
};

export function fieldCells(form: MatterForm): Cells[] {
  const groups = new Map(form['x-groups'].map((group) => [group.id, group]));
  return fieldsOf(form).map(({ name, schema, widget, group, required }) => ({
    group,
    'group.zh': groups.get(group)?.title ?? null,
    'group.en': groups.get(group)?.['x-en'] ?? null,
    name,
    label: schema.title,
    'label.en': schema['x-en'],
    widget,
    required,
    when: schema['x-when'] === undefined ? null : writeCondition(schema['x-when']),
    choices: writeChoices(schema.oneOf ?? schema.items?.oneOf),
    minimum: schema.minimum ?? null,
    maximum: schema.maximum ?? null,
    maxLength: schema.maxLength ?? null,
    pattern: schema.pattern === BASE[widget].pattern ? null : (schema.pattern ?? null),
    unit: schema['x-unit']?.zh ?? null,
    'unit.en': schema['x-unit']?.en ?? null,
    hint: schema['x-hint']?.zh ?? null,
    'hint.en': schema['x-hint']?.en ?? null,
    sensitive: schema['x-sensitive'] ?? null,
    mustTick: schema.const ?? null,
  }));
}

export interface FieldRow {
  cells: Cells;
  refuse: (field: string, reason: string) => void;
}

export interface FieldsReading {
  properties: Record<string, Partial<FieldSchema>>;
  required: string[];
  groups: { id: string; title: string; 'x-en': string; fields: string[] }[];
}

export function readFields(rows: readonly FieldRow[]): FieldsReading {
  const reading: FieldsReading = { properties: {}, required: [], groups: [] };
  for (const { cells, refuse } of rows) {
    const name = text(cells['name']);
    if (Object.hasOwn(reading.properties, name)) refuse('name', 'duplicate');
    const schema = schemaOf(cells, refuse);
    const isRequired = cells['required'] === true;
    if (isRequired && schema['x-when'] !== undefined) schema['x-required'] = true;
    else if (isRequired) reading.required.push(name);
    reading.properties[name] = schema;
    const id = text(cells['group']);
    const group = reading.groups.find((known) => known.id === id);
    if (group !== undefined) group.fields.push(name);
    else {
      const [title, en] = [text(cells['group.zh']), text(cells['group.en'])];
      reading.groups.push({ id, title, 'x-en': en, fields: [name] });
    }
  }
  return reading;
}

function schemaOf(cells: Cells, refuse: FieldRow['refuse']): Partial<FieldSchema> {
  const widget = text(cells['widget']);
  if (!isWidget(widget)) refuse('widget', 'not-drawable');
  const schema: Record<string, unknown> = {
    title: text(cells['label']),
    'x-en': text(cells['label.en']),
    'x-widget': widget,
    ...(isWidget(widget) ? BASE[widget] : {}),
  };
  for (const key of ['minimum', 'maximum', 'maxLength', 'pattern']) {
    if (present(cells[key])) schema[key] = cells[key];
  }
  for (const key of ['unit', 'hint']) {
    if (present(cells[key])) schema[`x-${key}`] = { zh: text(cells[key]), en: text(cells[`${key}.en`]) };
  }
  if (cells['sensitive'] === true) schema['x-sensitive'] = true;
  if (cells['mustTick'] === true) schema['const'] = true;
  if (present(cells['when'])) {
    const when = readCondition(text(cells['when']));
    if (when === undefined) refuse('when', 'bad-condition');
    else schema['x-when'] = when;
  }
  if (present(cells['choices'])) {
    const choices = readChoices(text(cells['choices']));
    if (choices === undefined) refuse('choices', 'bad-format');
    else if (widget === 'multiChoice') schema['items'] = { type: 'string', oneOf: choices };
    else schema['oneOf'] = choices;
  }
  return schema;
}

function writeChoices(choices: readonly Choice[] | undefined): string | null {
  return choices?.map((choice) => `${choice.const}=${choice.title}=${choice['x-en']}`).join('; ') ?? null;
}

/** Undefined: a part is not `value=中文=English`. A label may hold the sign itself only after the second. */
function readChoices(cell: string): Choice[] | undefined {
  const choices = cell.split(';').map((part) => {
    const [value = '', title = '', ...en] = part.trim().split('=');
    return { const: value, title, 'x-en': en.join('=') };
  });
  return choices.every((choice) => choice.const !== '' && choice.title !== '' && choice['x-en'] !== '')
    ? choices
    : undefined;
}

function isWidget(word: string): word is Widget {
  return Object.hasOwn(BASE, word);
}

function present(cell: Cell | undefined): boolean {
  return cell !== null && cell !== undefined;
}

function text(cell: Cell | undefined): string {
  return present(cell) ? String(cell) : '';
}
