/**
 * Working days of a year, counted once: a terminal computes the clocks of ten thousand cases in one go. Days are numbers here, days
 * since 1970-01-01; only `calendar.ts` uses this.
 */
import type { CalendarYear } from './catalog.ts';

export interface WorkdayTable {
  /** Number of the first of January. */
  firstDay: number;
  /** `before[i]` working days lie before the `i`th day of the year; one entry more than the year has days. */
  before: Uint16Array;
}

const DAY_MS = 86_400_000;
const SATURDAY = 6;

const published = new WeakMap<CalendarYear, WorkdayTable>();
const unpublished = new Map<number, WorkdayTable>();

/** @param calendar undefined when the district has published none for that year: Monday to Friday */
export function workdayTable(year: number, calendar: CalendarYear | undefined): WorkdayTable {
  const known = calendar === undefined ? unpublished.get(year) : published.get(calendar);
  if (known !== undefined) return known;
  const made = countWorkdays(year, calendar);
  if (calendar === undefined) unpublished.set(year, made);
  else published.set(calendar, made);
  return made;
}

export function dayNumberOf(day: string): number {
  const number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  if (Number.isNaN(number)) throw new RangeError(`not a day: ${day}`);
  return number;
}

export function dayOfNumber(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

function countWorkdays(year: number, calendar: CalendarYear | undefined): WorkdayTable {
  const firstDay = Date.UTC(year, 0, 1) / DAY_MS;
  const length = Date.UTC(year + 1, 0, 1) / DAY_MS - firstDay;
  const holidays = new Set(calendar?.holidays);
  const makeUpDays = new Set(calendar?.makeUpDays);
  const before = new Uint16Array(length + 1);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const weekday = new Date((firstDay + i) * DAY_MS).getUTCDay();
    const day = dayOfNumber(firstDay + i);
    const isOff = weekday === 0 || weekday === SATURDAY ? !makeUpDays.has(day) : holidays.has(day);
    if (!isOff) count += 1;
    before[i + 1] = count;
  }
  return { firstDay, before };
}
