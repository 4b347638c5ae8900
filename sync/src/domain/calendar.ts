/**
 * Working days in Asia/Shanghai, from the calendars the district has published. A year without one counts Monday to Friday and says
 * `provisional`: such an answer must never be shown as certain. China has kept UTC+8 without summer time since 1992.
 */
import type { CalendarYear } from './catalog.ts';
import type { Day } from './identifiers.ts';
import { dayNumberOf, dayOfNumber, workdayTable } from './workday-table.ts';

export type Calendars = ReadonlyMap<number, CalendarYear>;

export interface DayFound {
  day: Day;
  /** True when a year without a published calendar was counted through. */
  provisional: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const SHANGHAI_MS = 8 * 60 * MINUTE_MS;

/** The calendar day in Asia/Shanghai of an instant in milliseconds since the epoch. */
export function dayOf(ms: number): Day {
  return new Date(ms + SHANGHAI_MS).toISOString().slice(0, 10);
}

/** The instant of a wall-clock time in Asia/Shanghai. */
export function instantOf(day: Day, minutesAfterMidnight: number): number {
  return Date.parse(`${day}T00:00:00Z`) - SHANGHAI_MS + minutesAfterMidnight * MINUTE_MS;
}

/** `YYYY-MM-DDTHH:mm` in Asia/Shanghai. */
export function wallTimeOf(ms: number): string {
  return new Date(ms + SHANGHAI_MS).toISOString().slice(0, 16);
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Calendar days from `from` to `to`; negative when `to` lies before. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** True when the year of the day has no published calendar. */
export function isProvisional(calendars: Calendars, day: Day): boolean {
  return !calendars.has(Number(day.slice(0, 4)));
}

export function isWorkday(calendars: Calendars, day: Day): boolean {
  const year = calendars.get(Number(day.slice(0, 4)));
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6) return year?.makeUpDays.includes(day) === true;
  return year?.holidays.includes(day) !== true;
}

/** The first working day on or after `day`. */
export function workdayFrom(calendars: Calendars, day: Day): DayFound {
  return nthWorkday(calendars, day, { from: dayNumberOf(day), count: 1 });
}

/** The `count`th working day after `day`, which itself does not count. With 0: the first working day on or after it. */
export function addWorkdays(calendars: Calendars, day: Day, count: number): DayFound {
  if (count <= 0) return workdayFrom(calendars, day);
  return nthWorkday(calendars, day, { from: dayNumberOf(day) + 1, count });
}

/** The `count`th working day from the day numbered `from`, itself included; provisional when a year since `since` is. */
function nthWorkday(
  calendars: Calendars,
  since: Day,
  { from, count }: { from: number; count: number },
): DayFound {
  let year = yearOf(from);
  let left = count;
  for (let start = from; ; year += 1) {
    const { firstDay, before } = workdayTable(year, calendars.get(year));
    const passed = before[start - firstDay] ?? 0;
    const wanted = passed + left;
    const inYear = before.at(-1) ?? 0;
    if (wanted <= inYear) {
      const day = dayOfNumber(firstDay + before.indexOf(wanted) - 1);
      return { day, provisional: isAnyProvisional(calendars, Number(since.slice(0, 4)), year) };
    }
    left -= inYear - passed;
    start = firstDay + before.length - 1;
  }
}

function isAnyProvisional(calendars: Calendars, first: number, last: number): boolean {
  for (let year = first; year <= last; year++) if (!calendars.has(year)) return true;
  return false;
}

/** Working days after `from` up to and including `to`; negative when `to` lies before `from`. */
export function workdaysBetween(calendars: Calendars, from: Day, to: Day): number {
  if (to < from) return -workdaysBetween(calendars, to, from);
  const last = Number(to.slice(0, 4));
  let count = passedOf(calendars, to) - passedOf(calendars, from);
  for (let year = Number(from.slice(0, 4)); year < last; year++) {
    count += workdayTable(year, calendars.get(year)).before.at(-1) ?? 0;
  }
  return count;
}

/** Working days of its year up to and including `day`. */
function passedOf(calendars: Calendars, day: Day): number {
  const year = Number(day.slice(0, 4));
  const { firstDay, before } = workdayTable(year, calendars.get(year));
  return before[dayNumberOf(day) - firstDay + 1] ?? 0;
}

function yearOf(dayNumber: number): number {
  return new Date(dayNumber * DAY_MS).getUTCFullYear();
}
