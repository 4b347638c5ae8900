/**
 * What a schema cannot say, as data: dates against each other, sums, an ID against a birth date, the kind of an enterprise code. A check speaks
 * only when everything it looks at is there and well-formed; a field that is wrong by itself has already been named.
 */
import type { FormValue } from './action.ts';
import { isDay, isMonth } from './dates.ts';
import { sexOf } from './form-condition.ts';
import type { Facts } from './form-condition.ts';
import type { Day } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Words } from './words.ts';

export const CHECK_RULES = [
  'notAfter',
  'notBefore',
  'months',
  'sum',
  'product',
  'birthday',
  'sex',
  'age',
  'differs',
  'codeKind',
] as const;

/** `field` is where the mistake is shown. Other names are fields, `today`, or `applicant.idNumber`. */
export type FormCheck = { field: string; say?: Words } & (
  | { rule: 'notAfter' | 'notBefore' | 'differs'; other: string }
  /** From `from` to `to` (else `field`), both months counted. `count`: a field that must say how many. */
  | { rule: 'months'; from: string; to?: string; min?: number; max?: number; count?: string }
  | { rule: 'sum' | 'product'; of: string[] }
  /** The date, or the choice male/female, is the one of the resident ID. */
  | { rule: 'birthday' | 'sex'; id: string }
  /** Years of age of the ID in `field`, on the day of `on` (a field, or today). */
  | { rule: 'age'; on: string; min?: number; max?: number }
  /** How the credit code may begin, e.g. 91: enterprise, 12: public institution. */
  | { rule: 'codeKind'; kinds: string[] }
);

export interface CheckContext {
  /** Values of the fields that are asked and well-formed, and facts of the applicant. */
  facts: Facts;
  /** Undefined: what depends on the day is not asked, as on the hub, which does not trust a station's calendar. */
  today?: Day;
}

/** Sums are in yuan and cents, or counts. */
const CENT = 0.005;

/** Problem: form-check {field, rule, check, other?, limit?}; `check` is the place in the list, so that its own words can be found. */
export function checkProblems(checks: readonly FormCheck[], context: CheckContext): Problem[] {
  return checks.flatMap((check, index) => {
    const found = failure(check, context);
    if (found === undefined) return [];
    return [problem('form-check', { field: pathOf(check.field), rule: check.rule, check: index, ...found })];
  });
}

export function pathOf(name: string): string {
  return name.startsWith('applicant.') ? name : `form.${name}`;
}

type Details = Record<string, string | number>;

function failure(check: FormCheck, context: CheckContext): Details | undefined {
  const value = valueOf(check.field, context);
  if (value === undefined) return undefined;
  switch (check.rule) {
    case 'notAfter':
    case 'notBefore':
      return orderFailure(check.rule, value, check.other, context);
    case 'differs': {
      const other = valueOf(check.other, context);
      return other !== undefined && other === value ? { other: pathOf(check.other) } : undefined;
    }
    case 'months':
      return monthsFailure(check, context);
    case 'sum':
    case 'product':
      return totalFailure(check, value, context);
    case 'birthday': {
      const born = birthdayOf(valueOf(check.id, context));
      return born === undefined || born === value ? undefined : { other: pathOf(check.id), limit: born };
    }
    case 'sex': {
      const sex = sexOf(textOf(valueOf(check.id, context)));
      return sex === undefined || sex === value ? undefined : { other: pathOf(check.id) };
    }
    case 'age':
      return ageFailure(check, value, context);
    case 'codeKind':
      return check.kinds.some((kind) => textOf(value).startsWith(kind))
        ? undefined
        : { limit: check.kinds.join(', ') };
  }
}

function valueOf(name: string, { facts, today }: CheckContext): FormValue | undefined {
  return (name === 'today' ? today : facts(name)) ?? undefined;
}

function textOf(value: FormValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function orderFailure(
  rule: 'notAfter' | 'notBefore',
  value: FormValue,
  name: string,
  context: CheckContext,
): Details | undefined {
  const other = valueOf(name, context);
  const order = other === undefined ? undefined : compare(value, other);
  if (order === undefined || (rule === 'notAfter' ? order <= 0 : order >= 0)) return undefined;
  return {
    other: name === 'today' ? name : pathOf(name),
    limit: typeof other === 'number' ? other : textOf(other),
  };
}

/** A month against a day is compared by the month. */
function compare(a: FormValue, b: FormValue): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  const length = Math.min(a.length, b.length);
  const [left, right] = [a.slice(0, length), b.slice(0, length)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function monthsFailure(
  { field, from, to = field, min, max, count }: Extract<FormCheck, { rule: 'months' }>,
  context: CheckContext,
): Details | undefined {
  const months = monthsBetween(textOf(valueOf(from, context)), textOf(valueOf(to, context)));
  if (months === undefined) return undefined;
  if (min !== undefined && months < min) return { other: pathOf(from), limit: min, found: months };
  if (max !== undefined && months > max) return { other: pathOf(from), limit: max, found: months };
  const said = count === undefined ? undefined : valueOf(count, context);
  if (count === undefined || typeof said !== 'number' || said === months) return undefined;
  return { field: pathOf(count), other: pathOf(from), limit: months, found: said };
}

/** Both counted; undefined when one is no month or day. */
export function monthsBetween(from: string, to: string): number | undefined {
  if (![from, to].every((text) => isMonth(text.slice(0, 7)))) return undefined;
  const index = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  return index(to) - index(from) + 1;
}

function totalFailure(
  { rule, of }: Extract<FormCheck, { rule: 'sum' | 'product' }>,
  value: FormValue,
  context: CheckContext,
): Details | undefined {
  const parts = of.map((name) => valueOf(name, context)).filter((part) => typeof part === 'number');
  // A part that is optional and empty adds nothing; a factor that is missing leaves nothing to say.
  if (typeof value !== 'number' || parts.length === 0) return undefined;
  if (rule === 'product' && parts.length < of.length) return undefined;
  const total =
    rule === 'sum' ? parts.reduce((sum, part) => sum + part, 0) : parts.reduce((all, part) => all * part, 1);
  return Math.abs(total - value) < CENT ? undefined : { limit: Math.round(total * 100) / 100 };
}

export function birthdayOf(id: FormValue | undefined): Day | undefined {
  const found = /^\d{6}(\d{4})(\d{2})(\d{2})\d{3}[\dX]$/.exec(textOf(id));
  const day = found === null ? '' : `${found[1] ?? ''}-${found[2] ?? ''}-${found[3] ?? ''}`;
  return isDay(day) ? day : undefined;
}

function ageFailure(
  { on, min = 0, max = Number.POSITIVE_INFINITY }: Extract<FormCheck, { rule: 'age' }>,
  value: FormValue,
  context: CheckContext,
): Details | undefined {
  const born = birthdayOf(value);
  const day = textOf(valueOf(on, context));
  if (born === undefined || !isDay(day)) return undefined;
  const age = Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - (day.slice(5) < born.slice(5) ? 1 : 0);
  if (age < min) return { limit: min, found: age };
  return age > max ? { limit: max, found: age } : undefined;
}
