/**
 * When an office is open and what people are told of it, by the day: its own words where it has published some, the district's otherwise,
 * and where nobody has published anything the district's settings. So a station whose catalog is older than this still has hours.
 */
import { addDays, isWorkday, weekdayOf } from './calendar.ts';
import type { Catalog, OfficeHours, OfficeVersion } from './catalog.ts';
import type { Words } from './words.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { isInForce } from './tier-rules.ts';

/** Seven days, Monday first. */
export type Week = readonly (readonly OfficeHours[])[];

type Offices = Pick<Catalog, 'offices' | 'settings'>;

/** Days in a row that keep the same hours; 1 is Monday. */
export interface WeekPart {
  from: number;
  to: number;
  spans: readonly OfficeHours[];
}

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const FRIDAY = 5;

/** What the unit itself has in force: of those of the day the latest to begin, of two that begin together the one published last. */
export function officeOn(
  { offices }: Pick<Catalog, 'offices'>,
  unit: UnitCode,
  day: Day,
): OfficeVersion | undefined {
  let found: OfficeVersion | undefined;
  // Ascending by seq: of two that begin together the later one is met last.
  for (const version of offices.get(unit) ?? []) {
    if (!isInForce(version, day)) continue;
    if (found === undefined || version.effectiveFrom >= found.effectiveFrom) found = version;
  }
  return found;
}

/** Whether the unit keeps hours of its own on the day. */
export function hasOwnWeek(catalog: Pick<Catalog, 'offices'>, unit: UnitCode, day: Day): boolean {
  return officeOn(catalog, unit, day)?.week !== undefined;
}

export function weekOn(catalog: Offices, unit: UnitCode, day: Day): Week {
  const { district, officeHours } = catalog.settings;
  return (
    officeOn(catalog, unit, day)?.week ??
    officeOn(catalog, district, day)?.week ??
    WEEKDAYS.map((weekday) => (weekday <= FRIDAY ? [officeHours] : []))
  );
}

/** How to appeal what the unit decides on the day; undefined where nobody has said it. */
export function remediesOn(catalog: Offices, unit: UnitCode, day: Day): Words | undefined {
  const { district, remedies } = catalog.settings;
  return officeOn(catalog, unit, day)?.remedies ?? officeOn(catalog, district, day)?.remedies ?? remedies;
}

/**
 * The hours of one day. A public holiday has none, and takes the weekend it touches with it; a weekend day that is worked keeps the hours
 * of the first day of the week that has some.
 */
export function hoursOn(
  catalog: Offices & Pick<Catalog, 'calendars'>,
  unit: UnitCode,
  day: Day,
): readonly OfficeHours[] {
  const { calendars } = catalog;
  const week = weekOn(catalog, unit, day);
  const weekday = weekdayNumber(day);
  const isWorked = isWorkday(calendars, day);
  if (weekday <= FRIDAY) return isWorked ? (week[weekday - 1] ?? []) : [];
  if (isWorked) return week.find((spans) => spans.length > 0) ?? [];
  const friday = addDays(day, FRIDAY - weekday);
  const touchesHoliday = [friday, addDays(friday, 3)].some((near) => !isWorkday(calendars, near));
  return touchesHoliday ? [] : (week[weekday - 1] ?? []);
}

const closings = new WeakMap<object, Map<Day, number>>();

/** Minutes after midnight at which limits end on the day: when the district closes, wherever the case is. */
export function closingOn(catalog: Offices, day: Day): number {
  const { offices, settings } = catalog;
  // Asked tens of thousands of times in a row; the offices of a catalog never change.
  let known = closings.get(offices);
  if (known === undefined) closings.set(offices, (known = new Map()));
  let closesAt = known.get(day);
  if (closesAt === undefined) {
    const week = weekOn(catalog, settings.district, day);
    const weekday = weekdayNumber(day);
    const spans = week[weekday - 1] ?? [];
    // A weekend day that is worked ends as the week begins, whatever else is open on a weekend.
    const last = (weekday <= FRIDAY ? spans : week[0])?.at(-1) ?? settings.officeHours;
    known.set(day, (closesAt = last.closesAt));
  }
  return closesAt;
}

/** Days that are closed are left out. */
export function weekParts(week: Week): WeekPart[] {
  const parts: WeekPart[] = [];
  for (const weekday of WEEKDAYS) {
    const spans = week[weekday - 1] ?? [];
    const last = parts.at(-1);
    if (spans.length === 0) continue;
    if (last?.to === weekday - 1 && isSameDay(last.spans, spans)) last.to = weekday;
    else parts.push({ from: weekday, to: weekday, spans });
  }
  return parts;
}

export function isSameWeek(a: Week | undefined, b: Week | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return WEEKDAYS.every((weekday) => isSameDay(a[weekday - 1] ?? [], b[weekday - 1] ?? []));
}

export function isSameDay(a: readonly OfficeHours[], b: readonly OfficeHours[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ opensAt, closesAt }, i) => opensAt === b[i]?.opensAt && closesAt === b[i].closesAt)
  );
}

/** `09:00` of minutes after midnight. */
export function timeOfDay(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Minutes after midnight of `9:00`, `09:00`, `0900` or `9`, also with the wide colon; undefined when it is no time of a day. */
export function parseTimeOfDay(typed: string): number | undefined {
  const found = /^(\d{1,2})(?:[:：.]?(\d{2}))?$/.exec(typed.trim());
  if (found === null) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minutes <= 24 * 60 ? minutes : undefined;
}

/** 1 is Monday, 7 is Sunday. */
function weekdayNumber(day: Day): number {
  return ((weekdayOf(day) + 6) % 7) + 1;
}
