/**
 * Valid data for any form, by seed: what satisfies the schemas, the conditions and the checks. Drawn field by field, then mended where fields do
 * not fit each other, as a clerk would mend it. For tests of every size: the domain, the browser, the load.
 */
import type { Applicant, FormValue, MaterialEntry } from '../domain/action.ts';
import type { MatterVersion } from '../domain/catalog.ts';
import { checklistOf, materialEntries } from '../domain/checklist.ts';
import { addDays } from '../domain/calendar.ts';
import { CREDIT_CODE_ALPHABET, creditCodeCheck } from '../domain/credit-code.ts';
import { fieldsOf } from '../domain/form.ts';
import type { FormField, MatterForm } from '../domain/form.ts';
import type { FormCheck } from '../domain/form-check.ts';
import type { Typed } from '../domain/form-entry.ts';
import { formProblems, shownFields } from '../domain/form-validity.ts';
import type { Day } from '../domain/identifiers.ts';
import { residentIdCheck } from '../domain/resident-id.ts';
import { makeCitizen } from './citizens.ts';
import type { SeededRandom } from './fake-time.ts';

export interface FilledIntake {
  applicant: Applicant;
  form: Record<string, FormValue>;
  /** Everything on the checklist is there; what may come later is deferred. */
  materials: MaterialEntry[];
}

const MAX_MENDS = 200;

/**
 * Throws when no valid data was found: then the checks of the form contradict each other.
 * @param given an applicant of the caller's own; then whether the age is right is not asked, as on the hub
 */
export function fillIntake(
  matter: MatterVersion,
  random: SeededRandom,
  today: Day,
  given?: Applicant,
): FilledIntake {
  const { form } = matter;
  const draft = {
    applicant: given ?? makeApplicant(matter, random),
    values: drawValues(form, random, today),
  };
  const asOf = given === undefined ? { today } : {};
  for (let mends = 0; mends < MAX_MENDS; mends++) {
    const values = valuesAsked(form, draft);
    const [wrong] = formProblems(form, { applicant: draft.applicant, values, ...asOf });
    if (wrong === undefined) {
      const rows = checklistOf(matter, draft.applicant, values);
      const taken = rows.filter(({ need }) => need === 'required');
      const choices = Object.fromEntries(taken.map(({ code }) => [code, { state: 'received' as const }]));
      return { applicant: draft.applicant, form: values, materials: materialEntries(rows, choices) };
    }
    const check = wrong.code === 'form-check' ? form['x-checks'][Number(wrong.params?.['check'])] : undefined;
    if (check === undefined) throw new Error(`${form.$id}: ${JSON.stringify(wrong)}`);
    mend(check, { form, draft, random, today, limit: wrong.params?.['limit'] });
  }
  throw new Error(`${form.$id}: its checks cannot be satisfied`);
}

/** The same data as a person types it. */
export function typedOf(
  form: MatterForm,
  values: Readonly<Record<string, FormValue>>,
): Record<string, Typed> {
  return Object.fromEntries(
    fieldsOf(form).flatMap(({ name }) => {
      const value = values[name];
      if (value === undefined || value === null) return [];
      return [[name, typeof value === 'number' ? String(value) : value]];
    }),
  );
}

interface Draft {
  applicant: Applicant;
  values: Record<string, FormValue>;
}

function valuesAsked(form: MatterForm, { applicant, values }: Draft): Record<string, FormValue> {
  return Object.fromEntries(
    shownFields(form, applicant, values).flatMap(({ name }) => {
      const value = values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function makeApplicant({ subject, form }: MatterVersion, random: SeededRandom): Applicant {
  const person = makeCitizen(random);
  if (random.pick(subject) !== 'organisation') return person;
  const kinds = form['x-checks'].flatMap((check) => (check.rule === 'codeKind' ? check.kinds : []));
  return {
    kind: 'organisation',
    name: `昆明${person.name}商贸有限公司`,
    idNumber: makeCreditCode(random, random.pick(kinds) ?? '91'),
    mobile: person.mobile,
    address: person.address,
    agent: { name: person.name, idNumber: person.idNumber, mobile: person.mobile },
  };
}

function drawValues(form: MatterForm, random: SeededRandom, today: Day): Record<string, FormValue> {
  return Object.fromEntries(
    fieldsOf(form)
      .filter(({ required }) => required || random.chance(0.5))
      .map((field) => [field.name, drawValue(field, random, today)]),
  );
}

/** A value that is good by itself. */
export function drawValue(
  { name, schema, widget, choices }: FormField,
  random: SeededRandom,
  today: Day,
): FormValue {
  const between = (low: number, high: number) => low + random.below(Math.max(1, high - low + 1));
  switch (widget) {
    case 'text':
    case 'longText':
      return drawText(schema.pattern, schema['x-hint']?.en, random).slice(0, schema.maxLength ?? 80);
    case 'integer': {
      // Small, so that a group may be received at any counter.
      const low = schema.minimum ?? 0;
      return between(low, Math.min(schema.maximum ?? low + 6, low + 6));
    }
    case 'number':
      return Math.min(schema.maximum ?? 100, (schema.minimum ?? 0) + random.below(10));
    case 'money': {
      const low = Math.ceil(schema.minimum ?? 0);
      return Math.min(
        schema.maximum ?? Number.POSITIVE_INFINITY,
        (between(low + 1, low + 3_000) * 100 + random.below(100)) / 100,
      );
    }
    case 'date':
      return addDays(today, -random.below(330));
    case 'month':
      return addDays(today, -random.below(330)).slice(0, 7);
    case 'choice': {
      // Who lives elsewhere is sent elsewhere.
      const open = name === 'residence' ? choices.filter(({ value }) => value !== 'other') : choices;
      return random.pick(open)?.value ?? '';
    }
    case 'multiChoice': {
      const some = choices.filter(() => random.chance(0.5)).map(({ value }) => value);
      return some.length > 0 ? some : choices.slice(0, 1).map(({ value }) => value);
    }
    case 'boolean':
      return schema.const === true || random.chance(0.5);
    case 'creditCode':
      return makeCreditCode(random, '91');
    case 'residentId':
      return makeCitizen(random).idNumber;
    case 'mobile':
      return makeCitizen(random).mobile;
    case 'bankAccount':
      return `62220${String(random.below(10 ** 7)).padStart(7, '0')}${String(random.below(10 ** 7)).padStart(7, '0')}`;
  }
}

function drawText(pattern: string | undefined, hint: string | undefined, random: SeededRandom): string {
  // A pattern that digits do not satisfy carries an example for people; it serves here too.
  const digits = String(random.below(10 ** 9)).padStart(9, '0');
  if (pattern === undefined) return `示例${digits.slice(0, 6)}`;
  if (new RegExp(pattern, 'u').test(digits)) return digits;
  return hint?.replace(/^e\.g\. /, '') ?? digits;
}

function makeCreditCode(random: SeededRandom, kind: string): string {
  const body = Array.from({ length: 9 }, () =>
    CREDIT_CODE_ALPHABET.charAt(random.below(CREDIT_CODE_ALPHABET.length)),
  );
  const code = `${kind.padEnd(2, '1')}530102${body.join('')}`;
  return code + creditCodeCheck(code);
}

interface Mending {
  form: MatterForm;
  draft: Draft;
  random: SeededRandom;
  today: Day;
  limit: string | number | undefined;
}

function mend(check: FormCheck, { form, draft, random, today, limit }: Mending): void {
  const { values, applicant } = draft;
  const redraw = (name: string): void => {
    const field = fieldsOf(form).find((known) => known.name === name);
    if (field !== undefined) values[name] = drawValue(field, random, today);
  };
  switch (check.rule) {
    case 'notAfter':
    case 'notBefore': {
      const other = check.other === 'today' ? today : values[check.other];
      if (other === undefined || other === null) return;
      // Either of them may be what is wrong.
      if (check.other !== 'today' && random.chance(0.3))
        values[check.other] = likeOf(values[check.field], other);
      else values[check.field] = likeOf(other, values[check.field]);
      return;
    }
    case 'months':
      mendMonths(check, { values, random, today });
      return;
    case 'sum':
    case 'product':
      if (typeof limit === 'number') values[check.field] = limit;
      return;
    case 'birthday':
    case 'sex':
      mendIdentity(check, draft, typeof limit === 'string' ? limit : undefined);
      return;
    case 'age':
      mendAge(check, draft, { random, today });
      return;
    case 'differs':
      redraw(check.field);
      return;
    case 'codeKind':
      if (check.field === 'applicant.idNumber')
        applicant.idNumber = makeCreditCode(random, random.pick(check.kinds) ?? '91');
      else values[check.field] = makeCreditCode(random, random.pick(check.kinds) ?? '91');
  }
}

/** `value` in the precision of `shape`: a month stays a month. */
function likeOf(value: FormValue | undefined, shape: FormValue | undefined): FormValue {
  if (typeof value !== 'string' || typeof shape !== 'string') return value ?? null;
  return shape.length === 7 ? value.slice(0, 7) : value.length === 7 ? `${value}-28` : value;
}

function mendMonths(
  { field, from, to = field, min = 1, max = 12, count }: Extract<FormCheck, { rule: 'months' }>,
  { values, random, today }: { values: Record<string, FormValue>; random: SeededRandom; today: Day },
): void {
  const months = min + random.below(Math.min(max, min + 11) - min);
  const shape = values[from];
  const end = to === 'today' ? today : String(values[to] ?? today);
  if (min <= 1 || random.chance(0.5)) values[from] = likeOf(backBy(end, months - 1), shape);
  else values[to] = likeOf(backBy(String(shape), 1 - months), values[to]);
  if (count !== undefined) values[count] = months;
}

function backBy(day: string, months: number): Day {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - months;
  const date = day.length > 7 ? Math.min(28, Number(day.slice(8))) : 1;
  return `${String(Math.floor(index / 12))}-${String((index % 12) + 1).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}

function mendIdentity(
  { field, rule, id }: Extract<FormCheck, { rule: 'birthday' | 'sex' }>,
  { applicant, values }: Draft,
  born: string | undefined,
): void {
  const number = String(id === 'applicant.idNumber' ? applicant.idNumber : values[id]);
  if (rule === 'birthday' && born !== undefined) values[field] = born;
  if (rule === 'sex') values[field] = Number(number.charAt(16)) % 2 === 1 ? 'male' : 'female';
}

/** Another number of the right age on that day. */
function mendAge(
  { field, on, min = 0, max = min + 30 }: Extract<FormCheck, { rule: 'age' }>,
  { applicant, values }: Draft,
  { random, today }: { random: SeededRandom; today: Day },
): void {
  const day = on === 'today' ? today : String(values[on]);
  const years = min + random.below(max - min + 1);
  const born = addDays(
    `${String(Number(day.slice(0, 4)) - years)}${day.slice(4) === '-02-29' ? '-02-28' : day.slice(4)}`,
    -random.below(300),
  );
  const serial = String(random.below(1_000)).padStart(3, '0');
  const digits = `530102${born.replaceAll('-', '')}${serial}`;
  const number = digits + residentIdCheck(digits);
  if (field === 'applicant.idNumber') applicant.idNumber = number;
  else values[field] = number;
}
