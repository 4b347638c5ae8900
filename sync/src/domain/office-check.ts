/** What people are told of an office before it is published: what must hold of it, and what it changes. */
import type { Catalog, OfficeHours, OfficeVersion } from './catalog.ts';
import { isDay } from './dates.ts';
import type { Words } from './words.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { hasOwnWeek, isSameDay, isSameWeek, officeOn, timeOfDay, weekOn, WEEKDAYS } from './office.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { pathOf } from './tier-rules.ts';

export type OfficeContent = Omit<OfficeVersion, 'seq' | 'publishedBy' | 'publishedAt'>;

export const MAX_ADDRESS = 200;
/** An English text takes twice the room. */
export const MAX_REMEDIES = { zh: 600, en: 1_200 } as const;
const PHONE = /^[\d+() -]{5,40}$/;
const MIDNIGHT = 24 * 60;
const FRIDAY = 5;

/** An administrator speaks for the own unit and those below it. */
export function speaksFor(catalog: Pick<Catalog, 'units'>, speaker: UnitCode, unit: UnitCode): boolean {
  return pathOf(catalog, unit).some(({ code }) => code === speaker);
}

/** Everything that speaks against publishing; empty when nothing does. Problems of a field name it in `field`, those of a day in `weekday`. */
export function officeProblems(catalog: Catalog, content: OfficeContent, today: Day): Problem[] {
  const { unit, effectiveFrom, effectiveTo, week, document } = content;
  const found: Problem[] = [];
  if (catalog.units.get(unit)?.active !== true) found.push(problem('unit-inactive', { unit }));
  if (week !== undefined) found.push(...weekProblems(week, unit === catalog.settings.district));
  found.push(...wordProblems(content));
  const isFromDay = isDay(effectiveFrom);
  if (!isFromDay) found.push(problem('date-invalid', { field: 'effectiveFrom' }));
  else if (effectiveFrom < today) found.push(problem('date-in-past', { day: effectiveFrom }));
  if (effectiveTo !== undefined && (!isDay(effectiveTo) || effectiveTo < effectiveFrom))
    found.push(problem('date-invalid', { field: 'effectiveTo' }));
  if (document.trim() === '') found.push(problem('field-required', { field: 'document' }));
  if (isFromDay && isInForceAnyway(catalog, content)) found.push(problem('no-change'));
  return found;
}

function weekProblems(week: OfficeHours[][], isDistrict: boolean): Problem[] {
  if (week.length !== WEEKDAYS.length)
    return [problem('field-invalid', { field: 'week', expected: String(WEEKDAYS.length) })];
  if (week.every((spans) => spans.length === 0)) return [problem('hours-none')];
  return WEEKDAYS.flatMap((weekday) => {
    const spans = week[weekday - 1] ?? [];
    // Limits end when the district closes: on no working day may that be never.
    if (spans.length === 0)
      return isDistrict && weekday <= FRIDAY ? [problem('hours-needed', { weekday })] : [];
    return dayProblems(weekday, spans);
  });
}

function dayProblems(weekday: number, spans: readonly OfficeHours[]): Problem[] {
  const isMinute = (minute: number): boolean => Number.isInteger(minute) && minute >= 0 && minute <= MIDNIGHT;
  for (const [i, { opensAt, closesAt }] of spans.entries()) {
    if (!isMinute(opensAt) || !isMinute(closesAt))
      return [problem('field-invalid', { field: 'week', expected: '09:00', weekday })];
    if (closesAt <= opensAt) {
      const span = { from: timeOfDay(opensAt), to: timeOfDay(closesAt) };
      return [problem('hours-backwards', { weekday, ...span })];
    }
    const before = spans[i - 1];
    if (before !== undefined && opensAt < before.closesAt) {
      const pair = { first: spanText(before), second: spanText({ opensAt, closesAt }) };
      return [problem('hours-overlap', { weekday, ...pair })];
    }
  }
  return [];
}

function wordProblems({ address, phone, remedies }: OfficeContent): Problem[] {
  const found: Problem[] = [];
  if (address !== undefined && address.length > MAX_ADDRESS)
    found.push(problem('field-too-long', { field: 'address', max: MAX_ADDRESS, length: address.length }));
  if (phone !== undefined && !PHONE.test(phone))
    found.push(problem('field-invalid', { field: 'phone', expected: '0871-12345' }));
  if (remedies === undefined) return found;
  for (const language of ['zh', 'en'] as const) {
    const { length } = remedies[language].trim();
    const field = `remedies.${language}`;
    const max = MAX_REMEDIES[language];
    if (length === 0) found.push(problem('field-required', { field }));
    else if (length > max) found.push(problem('field-too-long', { field, max, length }));
  }
  return found;
}

function isInForceAnyway(catalog: Catalog, content: OfficeContent): boolean {
  const before = officeOn(catalog, content.unit, content.effectiveFrom);
  const says = changedParts(before, content);
  // For a while only, or for good now: that is a change too.
  return says.length === 0 && before?.effectiveTo === content.effectiveTo;
}

export const OFFICE_PARTS = ['week', 'address', 'phone', 'remedies'] as const;
export type OfficePart = (typeof OFFICE_PARTS)[number];
type Parts = Pick<OfficeVersion, OfficePart>;

/** What the unit would say otherwise of itself. */
export function changedParts(before: Parts | undefined, after: Parts): OfficePart[] {
  return OFFICE_PARTS.filter((part) => {
    switch (part) {
      case 'week':
        return !isSameWeek(before?.week, after.week);
      case 'address':
      case 'phone':
        return before?.[part] !== after[part];
      case 'remedies':
        return !isSameWords(before?.remedies, after.remedies);
    }
  });
}

export interface DayHoursChange {
  weekday: number;
  from: readonly OfficeHours[];
  to: readonly OfficeHours[];
}

/** The days whose hours become others, as people meet them: against what the unit keeps on the day it takes effect, its own or the district's. */
export function hoursChanges(catalog: Catalog, content: OfficeContent): DayHoursChange[] {
  const { unit, effectiveFrom, week } = content;
  const before = weekOn(catalog, unit, effectiveFrom);
  const after = week ?? weekOn(without(catalog, unit), unit, effectiveFrom);
  return WEEKDAYS.map((weekday) => ({
    weekday,
    from: before[weekday - 1] ?? [],
    to: after[weekday - 1] ?? [],
  })).filter(({ from, to }) => !isSameDay(from, to));
}

/** The active units at which people are told other hours: the unit itself, and for the district those that keep its hours. */
export function unitsTold(catalog: Catalog, content: OfficeContent): UnitCode[] {
  const { unit, effectiveFrom } = content;
  const isDistrict = unit === catalog.settings.district;
  return [...catalog.units.values()]
    .filter(
      ({ code, active }) =>
        active && (code === unit || (isDistrict && !hasOwnWeek(catalog, code, effectiveFrom))),
    )
    .map(({ code }) => code);
}

function without(catalog: Catalog, unit: UnitCode): Catalog {
  const offices = new Map([...catalog.offices].filter(([code]) => code !== unit));
  return { ...catalog, offices };
}

function isSameWords(a: Words | undefined, b: Words | undefined): boolean {
  return a?.zh === b?.zh && a?.en === b?.en;
}

function spanText({ opensAt, closesAt }: OfficeHours): string {
  return `${timeOfDay(opensAt)}–${timeOfDay(closesAt)}`;
}
