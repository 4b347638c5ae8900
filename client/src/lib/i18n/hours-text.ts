/** Office hours in words: `周一至周五 09:00–12:00、13:00–17:00；周六 09:00–12:00`. */
import type { OfficeHours } from '@sanji/sync/domain/catalog';
import { timeOfDay, weekParts, type Week } from '@sanji/sync/domain/office';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

const DAYS = [
  m.hours_mon,
  m.hours_tue,
  m.hours_wed,
  m.hours_thu,
  m.hours_fri,
  m.hours_sat,
  m.hours_sun,
] as const;

/** @param weekday 1 is Monday */
export function weekdayText(weekday: number, locale = getLocale()): string {
  return DAYS[weekday - 1]?.({}, { locale }) ?? String(weekday);
}

/** `09:00–12:00、13:00–17:00`; closed is said where there is none. */
export function spansText(spans: readonly OfficeHours[], locale = getLocale()): string {
  if (spans.length === 0) return m.office_closed({}, { locale });
  return spans
    .map(({ opensAt, closesAt }) => `${timeOfDay(opensAt)}–${timeOfDay(closesAt)}`)
    .join(m.hours_spans_join({}, { locale }));
}

/** Days that are closed are left out. */
export function weekText(week: Week, locale = getLocale()): string {
  return weekParts(week)
    .map(({ from, to, spans }) => {
      const [first, last] = [weekdayText(from, locale), weekdayText(to, locale)];
      const days = from === to ? first : m.hours_range({ from: first, to: last }, { locale });
      return m.hours_part({ days, spans: spansText(spans, locale) }, { locale });
    })
    .join(m.hours_parts_join({}, { locale }));
}

export function todayText(spans: readonly OfficeHours[]): string {
  return spans.length === 0 ? m.hours_today_closed() : m.hours_today({ spans: spansText(spans) });
}
