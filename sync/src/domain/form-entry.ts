/** What is typed into a form, read: digits become dates and amounts, texts lose their stray spaces. Every refusal names its field. */
import type { Applicant, FormValue } from './action.ts';
import { parseCreditCode } from './credit-code.ts';
import { isMonth, parseTypedDay } from './dates.ts';
import { fieldsOf } from './form.ts';
import type { FormField, MatterForm } from './form.ts';
import { checkProblems } from './form-check.ts';
import { factsAmong, shownFields, valueProblem } from './form-validity.ts';
import type { Day } from './identifiers.ts';
import { parseMobile } from './mobile.ts';
import { refused } from './problem.ts';
import type { Problem, Result } from './problem.ts';
import { parseResidentId } from './resident-id.ts';

/** Texts as typed; boxes as ticked; several of a list as chosen. */
export type Typed = string | boolean | string[];

/** A text field without a limit of its own; below the protocol's limit for any text. */
const MAX_FIELD = 500;

export interface FormReading {
  /** What could be read of the fields that are asked. An empty optional field is left out. */
  values: Record<string, FormValue>;
  /** In the order of the screen. */
  problems: Problem[];
  /** The names of the fields that are asked. */
  shown: ReadonlySet<string>;
}

export function readForm(
  form: MatterForm,
  typed: Readonly<Record<string, Typed>>,
  { applicant, today }: { applicant: Applicant; today: Day },
): FormReading {
  const read = new Map(
    fieldsOf(form).map((field) => [field.name, readField(field, typed[field.name], today)]),
  );
  const all = Object.fromEntries(
    [...read].flatMap(([name, result]) => (result.ok && result.value !== null ? [[name, result.value]] : [])),
  );
  const values: Record<string, FormValue> = {};
  const problems: Problem[] = [];
  const shown = shownFields(form, applicant, all);
  for (const { name } of shown) {
    const result = read.get(name);
    if (result?.ok === false) problems.push(result.problem);
    const value = all[name];
    if (value !== undefined) values[name] = value;
  }
  const named = new Set(problems.map(({ params }) => params?.['field']));
  const crossed = checkProblems(form['x-checks'], { facts: factsAmong(applicant, values), today }).filter(
    ({ params }) => !named.has(params?.['field']),
  );
  const order = new Map(shown.map(({ name }, index) => [`form.${name}`, index]));
  const place = ({ params }: Problem): number => order.get(String(params?.['field'])) ?? -1;
  return {
    values,
    problems: [...problems, ...crossed].sort((a, b) => place(a) - place(b)),
    shown: new Set(shown.map(({ name }) => name)),
  };
}

/** Reads one field. Null: optional and empty. */
export function readField(field: FormField, typed: Typed | undefined, today: Day): Result<FormValue> {
  const value = readValue(field, typed, today);
  if (!value.ok || value.value === null) return value;
  const bad = valueProblem(field, value.value);
  return bad === undefined ? value : { ok: false, problem: bad };
}

function readValue(field: FormField, typed: Typed | undefined, today: Day): Result<FormValue> {
  const path = `form.${field.name}`;
  const missing = refused('field-required', { field: path });
  const nothing: Result<FormValue> = field.required ? missing : { ok: true, value: null };
  if (field.widget === 'boolean') {
    return field.schema.const === true && typed !== true ? missing : { ok: true, value: typed === true };
  }
  if (field.widget === 'multiChoice') {
    const chosen = Array.isArray(typed) ? typed : [];
    const known = field.choices.map(({ value }) => value).filter((value) => chosen.includes(value));
    return known.length === 0 ? nothing : { ok: true, value: known };
  }
  const text = typeof typed === 'string' ? typed.normalize('NFC').trim() : '';
  if (text === '') return nothing;
  switch (field.widget) {
    case 'text':
    case 'longText':
      return limited(text, path, field.schema.maxLength ?? MAX_FIELD);
    case 'integer':
      return readNumber(field, text, /^-?\d{1,12}$/);
    case 'number':
    case 'money':
      return readNumber(field, text, /^\d{1,12}(\.\d{1,2})?$/);
    case 'date':
      return parseTypedDay(text, today, path);
    case 'month':
      return readMonth(text, path);
    case 'choice':
      return field.choices.some(({ value }) => value === text)
        ? { ok: true, value: text }
        : refused('field-invalid', { field: path, expected: 'choice' });
    case 'creditCode':
      return parseCreditCode(text.normalize('NFKC').replace(/\s/g, ''), path);
    case 'residentId': {
      const read = parseResidentId(text.normalize('NFKC').replace(/\s/g, ''), today, path);
      return read.ok ? { ok: true, value: read.value.id } : read;
    }
    case 'mobile':
      return parseMobile(text.normalize('NFKC'), path);
    case 'bankAccount': {
      const digits = text.normalize('NFKC').replace(/[\s-]/g, '');
      return /^\d{12,30}$/.test(digits)
        ? { ok: true, value: digits }
        : refused('field-invalid', { field: path, expected: 'bankAccount' });
    }
  }
}

function readNumber({ name, widget, schema }: FormField, text: string, form: RegExp): Result<FormValue> {
  const path = `form.${name}`;
  const plain = text.normalize('NFKC').replace(/[,\s]/g, '');
  if (!form.test(plain)) return refused('field-invalid', { field: path, expected: widget });
  const value = Number(plain);
  const { minimum, maximum } = schema;
  if (minimum !== undefined && value < minimum)
    return refused('field-invalid', { field: path, expected: 'min', limit: minimum });
  if (maximum !== undefined && value > maximum)
    return refused('field-invalid', { field: path, expected: 'max', limit: maximum });
  return { ok: true, value };
}

function readMonth(text: string, path: string): Result<FormValue> {
  const found = /^(\d{4})[-/.年]?(\d{1,2})月?$/.exec(text.normalize('NFKC'));
  const month = `${found?.[1] ?? ''}-${(found?.[2] ?? '').padStart(2, '0')}`;
  return isMonth(month)
    ? { ok: true, value: month }
    : refused('field-invalid', { field: path, expected: 'month' });
}

/** People count characters, not UTF-16 units. */
export function limited(text: string, field: string, max: number): Result<string> {
  const { length } = Array.from(text);
  return length > max ? refused('field-too-long', { field, max, length }) : { ok: true, value: text };
}
