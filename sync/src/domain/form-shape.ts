/**
 * What a form must look like before anybody is shown it: known words only, every field drawable, conditions and checks that speak of fields that
 * exist and do not go round in circles.
 */
import * as z from 'zod';
import { fieldsOf, DRAFT, WIDGETS } from './form.ts';
import type { Choice, FieldSchema, FormField, MatterForm, Widget } from './form.ts';
import type { FormCheck } from './form-check.ts';
import { APPLICANT_FACTS, fieldsInCycles } from './form-condition.ts';
import type { Condition, Term } from './form-condition.ts';

export interface ShapeProblem {
  path: (string | number)[];
  reason: string;
}

const text = (max: number) => z.string().trim().min(1).max(max);
const name = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/);
/** A field of the form, `today`, or a fact of the applicant. */
const reference = z.string().regex(/^[a-z][A-Za-z0-9.]{0,59}$/);
const count = z.int().min(0).max(10_000);

export const words = z.strictObject({ zh: text(500), en: text(1_000) });

const term: z.ZodType<Term> = z.union([
  z.strictObject({ field: reference, is: z.array(text(60)).min(1).max(60) }),
  z.strictObject({ field: reference, isNot: z.array(text(60)).min(1).max(60) }),
  z.strictObject({ field: reference, atLeast: z.number() }),
  z.strictObject({ field: reference, below: z.number() }),
]);
export const conditionSchema: z.ZodType<Condition> = z.array(term).min(1).max(10);

const choice: z.ZodType<Choice> = z.strictObject({ const: text(60), title: text(120), 'x-en': text(200) });
const choices = z.array(choice).min(1).max(200);

const fieldSchema: z.ZodType<FieldSchema> = z.strictObject({
  title: text(120),
  'x-en': text(200),
  'x-widget': z.enum(WIDGETS),
  type: z.enum(['string', 'number', 'integer', 'boolean', 'array']),
  format: z.enum(['date', 'month', 'resident-id', 'credit-code', 'mobile', 'bank-account']).exactOptional(),
  pattern: text(200).refine(isPattern, 'bad-pattern').exactOptional(),
  minLength: count.exactOptional(),
  maxLength: z.int().min(1).max(2_000).exactOptional(),
  minimum: z.number().exactOptional(),
  maximum: z.number().exactOptional(),
  multipleOf: z.number().positive().exactOptional(),
  const: z.literal(true).exactOptional(),
  oneOf: choices.exactOptional(),
  items: z.strictObject({ type: z.literal('string'), oneOf: choices }).exactOptional(),
  uniqueItems: z.literal(true).exactOptional(),
  minItems: count.exactOptional(),
  maxItems: count.exactOptional(),
  'x-unit': words.exactOptional(),
  'x-hint': words.exactOptional(),
  'x-sensitive': z.literal(true).exactOptional(),
  'x-when': conditionSchema.exactOptional(),
  'x-required': z.literal(true).exactOptional(),
});

const at = { field: reference, say: words.exactOptional() };
const checkSchema: z.ZodType<FormCheck> = z.discriminatedUnion('rule', [
  z.strictObject({ ...at, rule: z.enum(['notAfter', 'notBefore', 'differs']), other: reference }),
  z.strictObject({
    ...at,
    rule: z.literal('months'),
    from: name,
    to: reference.exactOptional(),
    min: z.int().exactOptional(),
    max: z.int().exactOptional(),
    count: name.exactOptional(),
  }),
  z.strictObject({ ...at, rule: z.enum(['sum', 'product']), of: z.array(name).min(1).max(20) }),
  z.strictObject({ ...at, rule: z.enum(['birthday', 'sex']), id: reference }),
  z.strictObject({
    ...at,
    rule: z.literal('age'),
    on: reference,
    min: z.int().exactOptional(),
    max: z.int().exactOptional(),
  }),
  z.strictObject({ ...at, rule: z.literal('codeKind'), kinds: z.array(text(4)).min(1).max(20) }),
]);

/** The words of the language; what they say together is `formShapeProblems`. */
export const formSchema: z.ZodType<MatterForm> = z.strictObject({
  $schema: z.literal(DRAFT),
  $id: text(80),
  type: z.literal('object'),
  properties: z.record(name, fieldSchema),
  required: z.array(name),
  additionalProperties: z.literal(false),
  'x-groups': z
    .array(z.strictObject({ id: name, title: text(60), 'x-en': text(120), fields: z.array(name).min(1) }))
    .max(20),
  'x-checks': z.array(checkSchema).max(50),
});

/** Per widget, what the schema must be for the renderer to draw it. */
const WIDGET_SCHEMAS: Record<Widget, (schema: FieldSchema) => boolean> = {
  text: ({ type, oneOf, format }) => type === 'string' && oneOf === undefined && format === undefined,
  longText: ({ type, oneOf, format }) => type === 'string' && oneOf === undefined && format === undefined,
  integer: ({ type }) => type === 'integer',
  number: ({ type }) => type === 'number',
  money: ({ type, multipleOf }) => type === 'number' && multipleOf === 0.01,
  date: ({ type, format }) => type === 'string' && format === 'date',
  month: ({ type, format, pattern }) => type === 'string' && format === 'month' && pattern !== undefined,
  choice: ({ type, oneOf }) => type === 'string' && oneOf !== undefined,
  multiChoice: ({ type, items, uniqueItems }) =>
    type === 'array' && items !== undefined && uniqueItems === true,
  boolean: ({ type }) => type === 'boolean',
  creditCode: ({ type, format }) => type === 'string' && format === 'credit-code',
  residentId: ({ type, format }) => type === 'string' && format === 'resident-id',
  mobile: ({ type, format }) => type === 'string' && format === 'mobile',
  bankAccount: ({ type, format }) => type === 'string' && format === 'bank-account',
};

export function formShapeProblems(form: MatterForm): ShapeProblem[] {
  const fields = fieldsOf(form);
  const byName = new Map(fields.map((field) => [field.name, field]));
  return [
    ...groupProblems(form),
    ...fields.flatMap((field) => fieldProblems(field, form, byName)),
    ...form.required
      .map((required, i) => ({ path: ['required', i], reason: requiredReason(byName.get(required)) }))
      .flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
    ...form['x-checks'].flatMap((check, i) =>
      namesIn(check)
        .filter((other) => !isKnown(other, byName))
        .map((other) => ({ path: ['x-checks', i], reason: `unknown-name:${other}` })),
    ),
  ];
}

/** The mistakes in the condition of a material. */
export function conditionProblems(condition: Condition, form: MatterForm): string[] {
  const byName = new Map(fieldsOf(form).map((field) => [field.name, field]));
  return condition.flatMap((each) => termReason(each, byName) ?? []);
}

function groupProblems(form: MatterForm): ShapeProblem[] {
  const seen = new Set<string>();
  const problems: ShapeProblem[] = [];
  form['x-groups'].forEach(({ fields }, g) => {
    fields.forEach((field, f) => {
      const path = ['x-groups', g, 'fields', f];
      if (!Object.hasOwn(form.properties, field)) problems.push({ path, reason: `unknown-name:${field}` });
      else if (seen.has(field)) problems.push({ path, reason: 'duplicate' });
      seen.add(field);
    });
  });
  for (const field of Object.keys(form.properties)) {
    if (!seen.has(field)) problems.push({ path: ['properties', field], reason: 'not-in-a-group' });
  }
  return problems;
}

function fieldProblems(
  { name: field, schema, widget, choices: offered }: FormField,
  form: MatterForm,
  byName: ReadonlyMap<string, FormField>,
): ShapeProblem[] {
  const path = ['properties', field];
  const problems: ShapeProblem[] = [];
  if (!WIDGET_SCHEMAS[widget](schema)) problems.push({ path, reason: 'not-drawable' });
  if (new Set(offered.map(({ value }) => value)).size < offered.length)
    problems.push({ path: [...path, 'oneOf'], reason: 'duplicate' });
  if (schema.minimum !== undefined && schema.maximum !== undefined && schema.minimum > schema.maximum)
    problems.push({ path: [...path, 'minimum'], reason: 'ends-before-it-begins' });
  const when = schema['x-when'] ?? [];
  if (schema['x-required'] === true && when.length === 0)
    problems.push({ path: [...path, 'x-required'], reason: 'needs-a-condition' });
  const reasons = when.flatMap((each) => termReason(each, byName) ?? []);
  if (cyclesOf(form).has(field)) reasons.push('cycle');
  return [...problems, ...reasons.map((reason) => ({ path: [...path, 'x-when'], reason }))];
}

const cycles = new WeakMap<MatterForm, ReadonlySet<string>>();

function cyclesOf(form: MatterForm): ReadonlySet<string> {
  const found =
    cycles.get(form) ??
    new Set(
      fieldsInCycles(
        new Map(fieldsOf(form).flatMap(({ name: field, schema }) => conditionEntry(field, schema['x-when']))),
      ),
    );
  cycles.set(form, found);
  return found;
}

function conditionEntry(field: string, when: Condition | undefined): [string, Condition][] {
  return when === undefined ? [] : [[field, when]];
}

function requiredReason(field: FormField | undefined): string | undefined {
  if (field === undefined) return 'unknown-name';
  return field.schema['x-when'] === undefined ? undefined : 'conditional';
}

function termReason(each: Term, byName: ReadonlyMap<string, FormField>): string | undefined {
  const field = byName.get(each.field);
  const offered = APPLICANT_FACTS[each.field] ?? (field === undefined ? undefined : valuesOf(field));
  if (offered === undefined) return `unknown-name:${each.field}`;
  if ('atLeast' in each || 'below' in each) {
    return field?.schema.type === 'integer' || field?.schema.type === 'number' ? undefined : 'not-a-number';
  }
  const unknown = ('is' in each ? each.is : each.isNot).find((value) => !offered.includes(value));
  return unknown === undefined ? undefined : `unknown-choice:${unknown}`;
}

function valuesOf({ widget, choices: offered }: FormField): readonly string[] {
  return widget === 'boolean' ? ['yes', 'no'] : offered.map(({ value }) => value);
}

function namesIn(check: FormCheck): string[] {
  switch (check.rule) {
    case 'notAfter':
    case 'notBefore':
    case 'differs':
      return [check.field, check.other];
    case 'months':
      return [check.field, check.from, check.to, check.count].filter((other) => other !== undefined);
    case 'sum':
    case 'product':
      return [check.field, ...check.of];
    case 'birthday':
    case 'sex':
      return [check.field, check.id];
    case 'age':
      return [check.field, check.on];
    case 'codeKind':
      return [check.field];
  }
}

function isKnown(other: string, byName: ReadonlyMap<string, FormField>): boolean {
  return other === 'today' || other === 'applicant.idNumber' || byName.has(other);
}

function isPattern(source: string): boolean {
  try {
    // As the standard reads it.
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
