/** Small forms for tests: say the fields, the rest follows from their widgets. */
import { NO_FORM } from '../domain/form.ts';
import type { FieldSchema, FormField, MatterForm, Widget } from '../domain/form.ts';
import { fieldsOf } from '../domain/form.ts';
import type { FormCheck } from '../domain/form-check.ts';

export type FieldParts = Partial<FieldSchema> & { required?: boolean };

const SCHEMAS: Record<Widget, Pick<FieldSchema, 'type'> & Partial<FieldSchema>> = {
  text: { type: 'string' },
  longText: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  money: { type: 'number', multipleOf: 0.01, minimum: 0 },
  date: { type: 'string', format: 'date' },
  month: { type: 'string', format: 'month', pattern: '^\\d{4}-\\d{2}$' },
  choice: { type: 'string' },
  multiChoice: { type: 'array', uniqueItems: true },
  boolean: { type: 'boolean' },
  creditCode: { type: 'string', format: 'credit-code' },
  residentId: { type: 'string', format: 'resident-id' },
  mobile: { type: 'string', format: 'mobile' },
  bankAccount: { type: 'string', format: 'bank-account' },
};

export function makeForm(
  fields: Record<string, FieldParts & { 'x-widget': Widget }>,
  checks: FormCheck[] = [],
): MatterForm {
  const names = Object.keys(fields);
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, { required: _required, ...parts }]) => [
      name,
      { title: name, 'x-en': name, ...SCHEMAS[parts['x-widget']], ...parts },
    ]),
  );
  return {
    ...NO_FORM,
    $id: 'test',
    properties,
    required: names.filter((name) => fields[name]?.required === true),
    'x-groups': names.length === 0 ? [] : [{ id: 'all', title: '全部', 'x-en': 'All', fields: names }],
    'x-checks': checks,
  };
}

/** One field called `f`, which must be filled. */
export function makeField(widget: Widget, parts: FieldParts = {}): FormField {
  const [field] = fieldsOf(makeForm({ f: { required: true, ...parts, 'x-widget': widget } }));
  if (field === undefined) throw new Error('a form of one field has one');
  return field;
}

export const choicesOf = (...values: string[]) =>
  values.map((value) => ({ const: value, title: value, 'x-en': value }));
