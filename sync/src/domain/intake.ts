/**
 * What is typed at the counter, read and checked: the applicant, the matter's own form, the checklist of materials. Every refusal is a
 * problem that names its field (`applicant.idNumber`, `form.<name>`, `materials.<code>`, `condition`), in the order of the screen.
 */
import type { Applicant, FormValue, MaterialEntry } from './action.ts';
import type { MaterialRow, MatterVersion, RuleCondition } from './catalog.ts';
import { checklistOf, materialEntries, missingMaterials } from './checklist.ts';
import type { MaterialChoice } from './checklist.ts';
import { crowdProblem, unmetCondition } from './conditions.ts';
import { parseCreditCode } from './credit-code.ts';
import { limited, readForm } from './form-entry.ts';
import type { Typed } from './form-entry.ts';
import type { Day } from './identifiers.ts';
import { parseMobile } from './mobile.ts';
import { problem, refused } from './problem.ts';
import type { Problem, Result } from './problem.ts';
import { parseResidentId } from './resident-id.ts';

export interface TypedApplicant {
  kind: Applicant['kind'];
  idNumber: string;
  name: string;
  mobile: string;
  address: string;
  /** Required for an organisation: somebody must stand at the counter. */
  agent: { name: string; idNumber: string; mobile: string };
}

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
  /** Groups of any size are taken here. */
  isBackOffice?: boolean;
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
  /** The checklist of this case. */
  rows: MaterialRow[];
  /** The fields of the form that are asked now. */
  shown: ReadonlySet<string>;
}

const MAX_NAME = 80;
const MAX_ADDRESS = 200;

export function readIntake(entry: IntakeEntry, context: IntakeContext): IntakeReading {
  const applicant = readApplicant(entry.applicant, context);
  const { condition, matter, today } = context;
  const form = readForm(matter.form, entry.form, { applicant: applicant.value, today });
  const rows = checklistOf(matter, applicant.value, form.values);
  const materials = materialEntries(rows, entry.materials);
  const unmet = unmetCondition(condition, { form: form.values, conditionMet: entry.conditionMet });
  const crowd = context.isBackOffice === true ? undefined : crowdProblem(condition, form.values);
  const problems = [
    ...applicant.problems,
    ...(unmet === undefined ? [] : [unmet]),
    ...form.problems,
    ...(crowd === undefined ? [] : [crowd]),
    ...missingMaterials(rows, materials),
  ];
  const confirmed = condition !== undefined && entry.conditionMet ? { conditionMet: true as const } : {};
  const content = { applicant: applicant.value, form: form.values, materials, ...confirmed };
  return { content, problems, rows, shown: form.shown };
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

/** Numbers are typed with spaces, in full width, in lower case. */
function tidy(text: string): string {
  return text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
}
