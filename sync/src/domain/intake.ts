/**
 * What is typed at the counter, read and checked: the applicant, the matter's own form, the checklist of materials. Every refusal is a
 * problem that names its field (`applicant.idNumber`, `form.<name>`, `materials.<code>`, `condition`), in the order of the screen.
 */
import type { Applicant, FormValue, MaterialEntry } from './action.ts';
import type { FormField, MaterialRow, MatterVersion, RuleCondition } from './catalog.ts';
import { unmetCondition } from './conditions.ts';
import { parseCreditCode } from './credit-code.ts';
import { isMonth, parseTypedDay } from './dates.ts';
import type { Day } from './identifiers.ts';
import { parseMobile } from './mobile.ts';
import { problem, refused } from './problem.ts';
import type { Problem, Result } from './problem.ts';
import { parseResidentId } from './resident-id.ts';

/** Texts as typed; boxes as ticked. */
export type Typed = string | boolean;

export interface TypedApplicant {
  kind: Applicant['kind'];
  idNumber: string;
  name: string;
  mobile: string;
  address: string;
  /** Required for an organisation: somebody must stand at the counter. */
  agent: { name: string; idNumber: string; mobile: string };
}

export type MaterialChoice = Pick<MaterialEntry, 'state'> &
  Partial<Omit<MaterialEntry, 'code' | 'name' | 'state'>>;

/** Everything on the intake screen; kept as the local draft. */
export interface IntakeEntry {
  applicant: TypedApplicant;
  form: Record<string, Typed>;
  materials: Record<string, MaterialChoice>;
  /** The clerk has held the applicant against the rule's condition. */
  conditionMet: boolean;
}

export interface IntakeContext {
  matter: Pick<MatterVersion, 'form' | 'materials' | 'subject'>;
  condition?: RuleCondition;
  today: Day;
}

export interface IntakeContent {
  applicant: Applicant;
  form: Record<string, FormValue>;
  materials: MaterialEntry[];
  conditionMet?: true;
}

/** `content` holds what could be read, for a draft; it may be received only when `problems` is empty. */
export interface IntakeReading {
  content: IntakeContent;
  problems: Problem[];
}

const MAX_NAME = 80;
const MAX_ADDRESS = 200;
/** A text field without a limit of its own; below the protocol's limit for any text. */
const MAX_FIELD = 500;

export function readIntake(entry: IntakeEntry, context: IntakeContext): IntakeReading {
  const applicant = readApplicant(entry.applicant, context);
  const form = readForm(entry.form, context);
  const materials = materialEntries(context.matter.materials, entry.materials);
  const { condition } = context;
  const unmet = unmetCondition(condition, { form: form.value, conditionMet: entry.conditionMet });
  const problems = [
    ...applicant.problems,
    ...(unmet === undefined ? [] : [unmet]),
    ...form.problems,
    ...missingMaterials(context.matter.materials, materials),
  ];
  const confirmed = condition !== undefined && entry.conditionMet ? { conditionMet: true as const } : {};
  return { content: { applicant: applicant.value, form: form.value, materials, ...confirmed }, problems };
}

export function emptyApplicant(kind: Applicant['kind'] = 'person'): TypedApplicant {
  return {
    kind,
    idNumber: '',
    name: '',
    mobile: '',
    address: '',
    agent: { name: '', idNumber: '', mobile: '' },
  };
}

/** A deferrable material counts as deferred until it is ticked: that is what the receipt will ask for. */
export function defaultChoice(row: MaterialRow): MaterialChoice {
  return { state: row.need === 'deferrable' ? 'deferred' : 'absent' };
}

export function materialEntries(
  rows: readonly MaterialRow[],
  choices: Readonly<Record<string, MaterialChoice>>,
): MaterialEntry[] {
  return rows.map((row) => {
    const choice = choices[row.code] ?? defaultChoice(row);
    const { code, name } = row;
    if (choice.state !== 'received') return { code, name, state: choice.state };
    return { code, name, form: 'paper', copies: 1, ...choice };
  });
}

/** Blocked: a required material that is not there, or a deferrable one neither there nor deferred. */
export function missingMaterials(rows: readonly MaterialRow[], entries: readonly MaterialEntry[]): Problem[] {
  return rows
    .filter((row) => {
      const state = entries.find(({ code }) => code === row.code)?.state ?? 'absent';
      return row.need === 'required' ? state !== 'received' : row.need === 'deferrable' && state === 'absent';
    })
    .map(({ code }) => problem('material-missing', { codes: code, field: `materials.${code}` }));
}

/** Reads one field of a matter's form. An empty optional field is null. */
export function readField(field: FormField, typed: Typed | undefined, today: Day): Result<FormValue> {
  const name = `form.${field.name}`;
  if (field.type === 'boolean') {
    return field.required && typed !== true
      ? refused('field-required', { field: name })
      : { ok: true, value: typed === true };
  }
  const text = typeof typed === 'string' ? typed.normalize('NFC').trim() : '';
  if (text === '') {
    return field.required ? refused('field-required', { field: name }) : { ok: true, value: null };
  }
  switch (field.type) {
    case 'text':
    case 'longText':
      return limited(text, name, field.maxLength ?? MAX_FIELD);
    case 'number':
      return readNumber(field, text, /^-?\d{1,12}$/);
    case 'money':
      return readNumber(field, text, /^\d{1,12}(\.\d{1,2})?$/);
    case 'date':
      return readDate(field, parseTypedDay(text, today, name), today);
    case 'month':
      return readMonth(field, text, today);
    case 'choice':
      return field.choices?.some(({ value }) => value === text) === true
        ? { ok: true, value: text }
        : refused('field-invalid', { field: name, expected: 'choice' });
    case 'creditCode':
      return parseCreditCode(text, name);
    case 'residentId':
      return idOf(text, name, today);
    case 'mobile':
      return parseMobile(text, name);
    case 'bankAccount': {
      const digits = text.replace(/[\s-]/g, '');
      return /^\d{12,30}$/.test(digits)
        ? { ok: true, value: digits }
        : refused('field-invalid', { field: name, expected: 'bankAccount' });
    }
  }
}

/** Reads a text or answers with the problem; collects the problems on the way. */
type Reader = (result: Result<string>, raw: string) => string;

function collector(problems: Problem[]): Reader {
  return (result, raw) => {
    if (result.ok) return result.value;
    problems.push(result.problem);
    return raw;
  };
}

export function readApplicant(
  typed: TypedApplicant,
  { matter, today }: IntakeContext,
): { value: Applicant; problems: Problem[] } {
  const problems: Problem[] = [];
  const read = collector(problems);
  const { kind } = typed;
  if (!matter.subject.includes(kind)) {
    problems.push(problem('field-invalid', { field: 'applicant.kind', expected: 'subject' }));
  }
  const number = tidy(typed.idNumber);
  const field = 'applicant.idNumber';
  const idNumber = read(kind === 'person' ? idOf(number, field, today) : codeOf(number, field), number);
  const name = read(nameOf(typed.name, 'applicant.name'), typed.name);
  const mobile = read(mobileOf(typed.mobile, 'applicant.mobile'), tidy(typed.mobile));
  const address = read(limited(typed.address.trim(), 'applicant.address', MAX_ADDRESS), '');
  const agent = readAgent(typed, today, read);
  const value = {
    kind,
    name,
    idNumber,
    ...(mobile !== '' && { mobile }),
    ...(address !== '' && { address }),
    ...(agent !== undefined && { agent }),
  };
  return { value, problems };
}

function readAgent({ kind, agent }: TypedApplicant, today: Day, read: Reader): Applicant['agent'] {
  const isEmpty = [agent.name, agent.idNumber, agent.mobile].every((text) => text.trim() === '');
  if (isEmpty && kind === 'person') return undefined;
  const name = read(nameOf(agent.name, 'applicant.agent.name'), agent.name);
  const number = tidy(agent.idNumber);
  const idNumber = read(idOf(number, 'applicant.agent.idNumber', today), number);
  const mobile = read(mobileOf(agent.mobile, 'applicant.agent.mobile'), tidy(agent.mobile));
  return { name, idNumber, ...(mobile !== '' && { mobile }) };
}

function readForm(
  typed: Readonly<Record<string, Typed>>,
  { matter, today }: IntakeContext,
): { value: Record<string, FormValue>; problems: Problem[] } {
  const value: Record<string, FormValue> = {};
  const problems: Problem[] = [];
  for (const field of matter.form) {
    const result = readField(field, typed[field.name], today);
    if (result.ok) value[field.name] = result.value;
    else problems.push(result.problem);
  }
  return { value, problems };
}

function readNumber(field: FormField, text: string, form: RegExp): Result<FormValue> {
  const name = `form.${field.name}`;
  const plain = text.normalize('NFKC').replace(/[,\s]/g, '');
  if (!form.test(plain)) return refused('field-invalid', { field: name, expected: field.type });
  const value = Number(plain);
  if (field.min !== undefined && value < field.min) {
    return refused('field-invalid', { field: name, expected: 'min', limit: field.min });
  }
  if (field.max !== undefined && value > field.max) {
    return refused('field-invalid', { field: name, expected: 'max', limit: field.max });
  }
  return { ok: true, value };
}

function readDate(field: FormField, day: Result<Day>, today: Day): Result<FormValue> {
  if (day.ok && field.notInFuture === true && day.value > today) {
    return refused('date-in-future', { field: `form.${field.name}`, today });
  }
  return day;
}

function readMonth(field: FormField, text: string, today: Day): Result<FormValue> {
  const name = `form.${field.name}`;
  const found = /^(\d{4})[-/.年]?(\d{1,2})月?$/.exec(text.normalize('NFKC'));
  const month = `${found?.[1] ?? ''}-${(found?.[2] ?? '').padStart(2, '0')}`;
  if (!isMonth(month)) return refused('field-invalid', { field: name, expected: 'month' });
  if (field.notInFuture === true && month > today.slice(0, 7)) {
    return refused('date-in-future', { field: name, today });
  }
  return { ok: true, value: month };
}

function idOf(text: string, field: string, today: Day): Result<string> {
  if (text === '') return refused('field-required', { field });
  const read = parseResidentId(text, today, field);
  return read.ok ? { ok: true, value: read.value.id } : read;
}

function codeOf(text: string, field: string): Result<string> {
  return text === '' ? refused('field-required', { field }) : parseCreditCode(text, field);
}

function nameOf(typed: string, field: string): Result<string> {
  const text = typed.normalize('NFC').trim().replace(/\s+/g, ' ');
  return text === '' ? refused('field-required', { field }) : limited(text, field, MAX_NAME);
}

function mobileOf(typed: string, field: string): Result<string> {
  const text = tidy(typed);
  return text === '' ? { ok: true, value: '' } : parseMobile(text, field);
}

function limited(text: string, field: string, max: number): Result<string> {
  // People count characters, not UTF-16 units.
  const { length } = Array.from(text);
  return length > max ? refused('field-too-long', { field, max, length }) : { ok: true, value: text };
}

/** Numbers are typed with spaces, in full width, in lower case. */
function tidy(text: string): string {
  return text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
}
