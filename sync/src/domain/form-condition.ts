/**
 * When a field is asked or a material belongs to the checklist: terms over the form and the applicant, all of which must hold. «Or» is a list of
 * values. Written in files and sheets as `reason=dismissed|expired & headCount>=10 & applicant.agent=yes`.
 */
import type { Applicant, FormValue } from './action.ts';

export type Term =
  | { field: string; is: string[] }
  | { field: string; isNot: string[] }
  | { field: string; atLeast: number }
  | { field: string; below: number };
/** All of them. */
export type Condition = Term[];

/** What a condition may ask of the applicant, besides the fields of the form. Nothing that changes with the day: a case stays what it was. */
export const APPLICANT_FACTS: Readonly<Record<string, readonly string[]>> = {
  'applicant.kind': ['person', 'organisation'],
  'applicant.agent': ['yes', 'no'],
  'applicant.sex': ['male', 'female'],
};

/** The value of a field or fact; undefined when it is not asked, not filled in or not known. */
export type Facts = (name: string) => FormValue | undefined;

export function factsOf(
  applicant: Pick<Applicant, 'kind' | 'idNumber' | 'agent'>,
  form: Readonly<Record<string, FormValue>>,
): Facts {
  return (name) => {
    switch (name) {
      case 'applicant.kind':
        return applicant.kind;
      case 'applicant.agent':
        return applicant.agent === undefined ? 'no' : 'yes';
      case 'applicant.sex':
        return applicant.kind === 'person' ? sexOf(applicant.idNumber) : undefined;
      default:
        return Object.hasOwn(form, name) ? form[name] : undefined;
    }
  };
}

/** By the 17th digit of a resident ID. */
export function sexOf(idNumber: string): 'male' | 'female' | undefined {
  const digit = /^\d{16}(\d)[\dXx]$/.exec(idNumber)?.[1];
  if (digit === undefined) return undefined;
  return Number(digit) % 2 === 1 ? 'male' : 'female';
}

export function holds(condition: Condition | undefined, facts: Facts): boolean {
  return condition?.every((term) => termHolds(term, facts(term.field) ?? null)) ?? true;
}

/** What is not known holds against nothing: not «is», and not «is not» either. */
function termHolds(term: Term, value: FormValue): boolean {
  if (value === null) return false;
  if ('is' in term) return textsOf(value).some((text) => term.is.includes(text));
  if ('isNot' in term) return !textsOf(value).some((text) => term.isNot.includes(text));
  if (typeof value !== 'number') return false;
  return 'atLeast' in term ? value >= term.atLeast : value < term.below;
}

function textsOf(value: Exclude<FormValue, null>): string[] {
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  return Array.isArray(value) ? value : [String(value)];
}

export function writeCondition(condition: Condition): string {
  return condition.map(writeTerm).join(' & ');
}

function writeTerm(term: Term): string {
  if ('is' in term) return `${term.field}=${term.is.join('|')}`;
  if ('isNot' in term) return `${term.field}!=${term.isNot.join('|')}`;
  return 'atLeast' in term ? `${term.field}>=${String(term.atLeast)}` : `${term.field}<${String(term.below)}`;
}

/** Undefined: that is no condition. */
export function readCondition(text: string): Condition | undefined {
  const terms = text.split('&').map((part) => readTerm(part.trim()));
  return terms.every((term) => term !== undefined) ? terms : undefined;
}

function readTerm(text: string): Term | undefined {
  const found = /^([\w.]+)\s*(!=|>=|=|<)\s*(.+)$/.exec(text);
  const [, field = '', sign = '', rest = ''] = found ?? [];
  if (found === null) return undefined;
  if (sign === '>=' || sign === '<') {
    const limit = Number(rest);
    if (!Number.isFinite(limit)) return undefined;
    return sign === '<' ? { field, below: limit } : { field, atLeast: limit };
  }
  const values = rest.split('|').map((value) => value.trim());
  if (values.includes('')) return undefined;
  return sign === '=' ? { field, is: values } : { field, isNot: values };
}

/**
 * Fields whose conditions lead back to themselves: they could never be asked, or for ever.
 * @param when the condition of each field that has one
 */
export function fieldsInCycles(when: ReadonlyMap<string, Condition>): string[] {
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (when.get(from) ?? []).some(({ field }) => {
      if (field === target) return true;
      if (seen.has(field)) return false;
      seen.add(field);
      return reaches(field, target, seen);
    });
  return [...when.keys()].filter((name) => reaches(name, name, new Set()));
}
