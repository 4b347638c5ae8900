/** A year of working days before it is published: what must hold of it, and what it changes. */
import { dayOfNumber, dayNumberOf } from './workday-table.ts';
import { weekdayOf, type Calendars } from './calendar.ts';
import type { CalendarYear } from './catalog.ts';
import { isDay } from './dates.ts';
import type { Day } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

export type CalendarContent = Pick<CalendarYear, 'year' | 'issuer' | 'holidays' | 'makeUpDays'>;

export interface DayChange {
  day: Day;
  /** True: becomes a working day. False: becomes a day off. */
  toWork: boolean;
}

/** Nobody issues a year further ahead. */
const MAX_YEARS_AHEAD = 5;

/** The first of what speaks against publishing; undefined when nothing does. */
export function calendarProblem(
  calendars: Calendars,
  content: CalendarContent,
  today: Day,
): Problem | undefined {
  const { year, issuer, holidays, makeUpDays } = content;
  const thisYear = Number(today.slice(0, 4));
  if (year < thisYear) return problem('date-in-past', { day: `${String(year)}-12-31` });
  if (year > thisYear + MAX_YEARS_AHEAD)
    return problem('field-invalid', { field: 'year', expected: `≤ ${String(thisYear + MAX_YEARS_AHEAD)}` });
  if (issuer.trim() === '') return problem('field-required', { field: 'issuer' });
  const seen = new Set<Day>();
  for (const [days, expected] of [
    [holidays, 'weekday'],
    [makeUpDays, 'weekend'],
  ] as const) {
    for (const day of days) {
      if (!isDay(day) || Number(day.slice(0, 4)) !== year || seen.has(day))
        return problem('field-invalid', { field: day, expected: String(year) });
      seen.add(day);
      if (isWeekend(day) !== (expected === 'weekend'))
        return problem('field-invalid', { field: day, expected });
    }
  }
  const known = calendars.get(year);
  // A year without any day to change is still news: it is published now.
  if (known !== undefined && known.issuer === issuer.trim() && calendarChanges(known, content).length === 0)
    return problem('no-change');
  return undefined;
}

/** The days that become working days or days off, in their order. Without a calendar before: against Monday to Friday. */
export function calendarChanges(before: CalendarYear | undefined, after: CalendarContent): DayChange[] {
  const days = [before, after].flatMap((one) => [...(one?.holidays ?? []), ...(one?.makeUpDays ?? [])]);
  return [...new Set(days)]
    .sort()
    .filter((day) => isWork(before, day) !== isWork(after, day))
    .map((day) => ({ day, toWork: isWork(after, day) }));
}

/** The content with one day turned: a working day becomes a day off, and the other way round. */
export function withDayTurned(content: CalendarContent, day: Day): CalendarContent {
  const turned = (days: readonly Day[]): Day[] =>
    days.includes(day) ? days.filter((one) => one !== day) : [...days, day].sort();
  return isWeekend(day)
    ? { ...content, makeUpDays: turned(content.makeUpDays) }
    : { ...content, holidays: turned(content.holidays) };
}

export function isWork(
  content: Pick<CalendarYear, 'holidays' | 'makeUpDays'> | undefined,
  day: Day,
): boolean {
  return isWeekend(day)
    ? content?.makeUpDays.includes(day) === true
    : content?.holidays.includes(day) !== true;
}

/** Every day of a month, `month` from 1. */
export function daysOfMonth(year: number, month: number): Day[] {
  const first = dayNumberOf(`${String(year)}-${String(month).padStart(2, '0')}-01`);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length }, (_, i) => dayOfNumber(first + i));
}

export function isWeekend(day: Day): boolean {
  const weekday = weekdayOf(day);
  return weekday === 0 || weekday === 6;
}
