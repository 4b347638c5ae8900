/** Days as people type them: digits, `20261123` or `1123`. Whether a day makes sense for a field is the field's business. */
import type { Day } from './identifiers.ts';
import { refused } from './problem.ts';
import type { Result } from './problem.ts';

/** A real day of the Gregorian calendar in the form `YYYY-MM-DD`; the year 0000 is none. */
export function isDay(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (found === null || found[1] === '0000') return false;
  const date = new Date(`${text}T00:00:00Z`);
  // A day past the month's end is carried over by some engines instead of being refused.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** A real month, `YYYY-MM`. */
export function isMonth(text: string): boolean {
  return isDay(`${text}-01`);
}

/**
 * Accepts `20261123`, `1123` (in today's year), and either with `-`, `/`, `.` or 年月日 between the parts.
 * @param field named in the problem
 */
export function parseTypedDay(typed: string, today: Day, field = 'date'): Result<Day> {
  const text = typed.trim();
  const digits = /^\d+$/.test(text) ? text : separated(text);
  const whole = digits.length === 4 ? today.slice(0, 4) + digits : digits;
  const day = `${whole.slice(0, 4)}-${whole.slice(4, 6)}-${whole.slice(6)}`;
  return isDay(day) ? { ok: true, value: day } : refused('date-invalid', { field });
}

/** The digits of a date written in parts, or '' when it is none. */
function separated(text: string): string {
  const found = /^(?:(\d{4})(?:[-/.]|年))?(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$/.exec(text);
  if (found === null) return '';
  return `${found[1] ?? ''}${(found[2] ?? '').padStart(2, '0')}${(found[3] ?? '').padStart(2, '0')}`;
}
