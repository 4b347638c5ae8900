/**
 * Case numbers, e.g. `001013-261123-A2-0007`: unit (the last six digits of its code), day, terminal, counter. A terminal's label is unique
 * in its unit and its counter never goes back, so numbers are issued offline without collision.
 */
import { dayOf } from './calendar.ts';
import { isDay } from './dates.ts';
import { UNIT_CODE } from './identifiers.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface CaseNumber {
  /** Digits 7–12 of the unit's code. */
  unitPart: string;
  day: Day;
  terminal: string;
  counter: number;
}

/** One letter and up to two digits; with a counter of at most six digits the whole stays within 24 characters. */
export const TERMINAL = /^[A-Z](0|[1-9]\d?)$/;
const MAX_COUNTER = 999_999;

/** Throws when a part cannot be written: enrolment and the device's counter make sure that it can. */
export function formatCaseNo(parts: { unit: UnitCode; day: Day; terminal: string; counter: number }): string {
  const { unit, day, terminal, counter } = parts;
  const isCounter = Number.isInteger(counter) && counter >= 1 && counter <= MAX_COUNTER;
  if (
    !UNIT_CODE.test(unit) ||
    !isDay(day) ||
    !day.startsWith('20') ||
    !TERMINAL.test(terminal) ||
    !isCounter
  ) {
    throw new RangeError(`no case number for ${JSON.stringify(parts)}`);
  }
  return [unit.slice(6), day.slice(2).replaceAll('-', ''), terminal, String(counter).padStart(4, '0')].join(
    '-',
  );
}

/** Undefined when the text is not exactly what `formatCaseNo` writes; spaces around it and small letters are forgiven. */
export function parseCaseNo(text: string): CaseNumber | undefined {
  const found = /^(\d{6})-(\d{2})(\d{2})(\d{2})-([A-Z]\d{1,2})-(\d{4,6})$/.exec(text.trim().toUpperCase());
  if (found === null) return undefined;
  const [, unitPart = '', year = '', month = '', date = '', terminal = '', digits = ''] = found;
  const day = `20${year}-${month}-${date}`;
  const counter = Number(digits);
  const isCanonical = digits === String(counter).padStart(4, '0') && counter >= 1;
  if (!isDay(day) || !TERMINAL.test(terminal) || !isCanonical) return undefined;
  return { unitPart, day, terminal, counter };
}

/** The problem with a number that a device of `unit` with this terminal label claims to have issued at `at`; undefined when there is none. */
export function checkCaseNo(
  caseNo: string,
  issuer: { unit: UnitCode; terminal: string; at: number },
): Problem | undefined {
  const parts = parseCaseNo(caseNo);
  if (
    parts === undefined ||
    parts.unitPart !== issuer.unit.slice(6) ||
    parts.terminal !== issuer.terminal ||
    parts.day !== dayOf(issuer.at) ||
    caseNo !== formatCaseNo({ ...parts, unit: issuer.unit })
  ) {
    return problem('case-number-invalid', { caseNo });
  }
  return undefined;
}
