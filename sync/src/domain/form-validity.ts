/**
 * Do values fit a form? By the schema of each field that is asked, as an interpreter of JSON Schema reads it (nothing is compiled: the
 * station's content security policy forbids that), then by the checks. Unknown, loose and unasked values are refused.
 */
import { Validator } from '@cfworker/json-schema';
import type { Applicant, FormValue } from './action.ts';
import { parseCreditCode } from './credit-code.ts';
import { fieldsOf } from './form.ts';
import type { FieldSchema, FormField, MatterForm } from './form.ts';
import { checkProblems } from './form-check.ts';
import { factsOf, holds } from './form-condition.ts';
import type { Facts } from './form-condition.ts';
import type { Day } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { parseResidentId } from './resident-id.ts';

export type FormValues = Readonly<Record<string, FormValue>>;

/** Later than any birthday: what may not lie in the future is a check of its own. */
const NO_DAY_YET = '9999-12-31';

/** The fields that are asked. A field hangs on what is asked itself: an answer that has become void decides nothing any more. */
export function shownFields(
  form: MatterForm,
  applicant: Pick<Applicant, 'kind' | 'idNumber' | 'agent'>,
  values: FormValues,
): FormField[] {
  const fields = fieldsOf(form);
  if (!fields.some(({ schema }) => schema['x-when'] !== undefined)) return [...fields];
  const byName = new Map(fields.map((field) => [field.name, field]));
  const all = factsOf(applicant, values);
  const decided = new Map<string, boolean>();
  const isShown = (field: FormField): boolean => {
    const known = decided.get(field.name);
    if (known !== undefined) return known;
    // Ends a cycle, which no published form has.
    decided.set(field.name, false);
    const shown = holds(field.schema['x-when'], facts);
    decided.set(field.name, shown);
    return shown;
  };
  const facts: Facts = (name) => {
    const field = byName.get(name);
    return field === undefined || isShown(field) ? all(name) : undefined;
  };
  return fields.filter(isShown);
}

/**
 * @param today of receipt; undefined on the hub, which does not hold a station's calendar against it
 * Problems: field-required, field-invalid {expected: 'schema' | 'unasked'}, resident-id-invalid, credit-code-invalid, form-check.
 */
export function formProblems(
  form: MatterForm,
  { applicant, values, today }: { applicant: Applicant; values: FormValues; today?: Day },
): Problem[] {
  const shown = shownFields(form, applicant, values);
  const asked = new Set(shown.map(({ name }) => name));
  const unasked = Object.entries(values)
    .filter(([name, value]) => value !== null && !asked.has(name))
    .map(([name]) => problem('field-invalid', { field: `form.${name}`, expected: 'unasked' }));
  const own = shown.flatMap((field) => {
    const found = valueProblem(field, Object.hasOwn(values, field.name) ? values[field.name] : undefined);
    return found === undefined ? [] : [found];
  });
  if (unasked.length + own.length > 0) return [...unasked, ...own];
  const context = { facts: factsAmong(applicant, values), ...(today !== undefined && { today }) };
  return checkProblems(form['x-checks'], context);
}

/** With the applicant's number, which checks may ask for. */
export function factsAmong(applicant: Applicant, values: FormValues): Facts {
  const facts = factsOf(applicant, values);
  return (name) => (name === 'applicant.idNumber' ? applicant.idNumber : facts(name));
}

export function valueProblem(field: FormField, value: FormValue | undefined): Problem | undefined {
  const path = `form.${field.name}`;
  if (value === undefined || value === null)
    return field.required ? problem('field-required', { field: path }) : undefined;
  if (!fits(field.schema, value)) return problem('field-invalid', { field: path, expected: 'schema' });
  const text = String(value);
  if (field.widget === 'residentId') {
    const read = parseResidentId(text, NO_DAY_YET, path);
    return read.ok ? undefined : read.problem;
  }
  if (field.widget === 'creditCode') {
    const read = parseCreditCode(text, path);
    return read.ok ? undefined : read.problem;
  }
  return undefined;
}

const validators = new WeakMap<FieldSchema, Validator>();

function fits(schema: FieldSchema, value: FormValue): boolean {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = new Validator(plainSchema(schema), '2020-12');
    validators.set(schema, validator);
  }
  return validator.validate(value).valid;
}

/** A copy without annotations: the interpreter marks what it reads, and a catalog is not to be touched. */
function plainSchema(schema: FieldSchema): object {
  const keys = Object.entries(structuredClone(schema)).filter(([key]) => !key.startsWith('x-'));
  return Object.fromEntries(keys);
}
