/** The form of an office as it is typed, and what it says: times in four fields a day, everything else as words. */
import { parseTypedDay } from '@sanji/sync/domain/dates';
import type { OfficeHours, OfficeVersion } from '@sanji/sync/domain/catalog';
import type { Day, UnitCode } from '@sanji/sync/domain/identifiers';
import { parseTimeOfDay, timeOfDay, type Week, WEEKDAYS } from '@sanji/sync/domain/office';
import type { OfficeContent } from '@sanji/sync/domain/office-check';
import { problem, type Problem } from '@sanji/sync/domain/problem';

/** Opens and closes in the morning, opens and closes in the afternoon. */
export type DayTimes = [string, string, string, string];

export interface OfficeEntry {
  /** False: the district's hours are kept. */
  isOwnWeek: boolean;
  /** Monday first. */
  times: DayTimes[];
  address: string;
  phone: string;
  remediesZh: string;
  remediesEn: string;
  effectiveFrom: string;
  effectiveTo: string;
  document: string;
}

/** Where in the form a refusal stands; a day by its number. Undefined: it concerns the whole. */
export type OfficeField = Exclude<keyof OfficeEntry, 'isOwnWeek' | 'times'> | number | undefined;

type Said = Pick<OfficeVersion, 'address' | 'phone' | 'remedies'>;

/** @param week what people are told now: where one starts who gives a unit hours of its own */
export function entryOf(
  said: (Said & Pick<OfficeVersion, 'week'>) | undefined,
  { week, isOwnWeek }: { week: Week; isOwnWeek: boolean },
): OfficeEntry {
  return {
    isOwnWeek,
    times: WEEKDAYS.map((weekday) => timesOf(week[weekday - 1] ?? [])),
    address: said?.address ?? '',
    phone: said?.phone ?? '',
    remediesZh: said?.remedies?.zh ?? '',
    remediesEn: said?.remedies?.en ?? '',
    effectiveFrom: '',
    effectiveTo: '',
    document: '',
  };
}

/** What is typed so far, days as they are read; and what cannot be read as a time. */
export function contentOf(
  unit: UnitCode,
  entry: OfficeEntry,
  today: Day,
): { content: OfficeContent; unread: Problem[] } {
  const unread: Problem[] = [];
  const week = entry.times.map((times, i) => {
    const spans = spansOf(times);
    if (spans === undefined)
      unread.push(problem('field-invalid', { field: 'week', expected: '09:00', weekday: i + 1 }));
    return spans ?? [];
  });
  const text = (typed: string): string | undefined => (typed.trim() === '' ? undefined : typed.trim());
  const [address, phone, zh, en, to] = [
    text(entry.address),
    text(entry.phone),
    text(entry.remediesZh),
    text(entry.remediesEn),
    text(entry.effectiveTo),
  ];
  const content: OfficeContent = {
    unit,
    effectiveFrom: dayOf(entry.effectiveFrom, today),
    ...(to !== undefined && { effectiveTo: dayOf(to, today) }),
    ...(entry.isOwnWeek && { week }),
    ...(address !== undefined && { address }),
    ...(phone !== undefined && { phone }),
    ...((zh !== undefined || en !== undefined) && { remedies: { zh: zh ?? '', en: en ?? '' } }),
    document: entry.document.trim(),
  };
  return { content, unread: entry.isOwnWeek ? unread : [] };
}

/** Undefined when something is no time, or only half of a span is there. */
function spansOf([opens, closes, opensAgain, closesAgain]: DayTimes): OfficeHours[] | undefined {
  const spans: OfficeHours[] = [];
  for (const [from, to] of [
    [opens, closes],
    [opensAgain, closesAgain],
  ] as const) {
    if (from.trim() === '' && to.trim() === '') continue;
    const [opensAt, closesAt] = [parseTimeOfDay(from), parseTimeOfDay(to)];
    if (opensAt === undefined || closesAt === undefined) return undefined;
    spans.push({ opensAt, closesAt });
  }
  return spans;
}

function timesOf([first, second]: readonly OfficeHours[]): DayTimes {
  const pair = (span: OfficeHours | undefined): [string, string] =>
    span === undefined ? ['', ''] : [timeOfDay(span.opensAt), timeOfDay(span.closesAt)];
  return [...pair(first), ...pair(second)];
}

function dayOf(typed: string, today: Day): string {
  const day = parseTypedDay(typed, today);
  return day.ok ? day.value : typed.trim();
}

/** The field a refusal of `officeProblems` belongs to. */
export function fieldOf({ code, params = {} }: Problem): OfficeField {
  if (typeof params['weekday'] === 'number') return params['weekday'];
  if (code === 'date-in-past') return 'effectiveFrom';
  switch (params['field']) {
    case 'address':
    case 'phone':
    case 'effectiveFrom':
    case 'effectiveTo':
    case 'document':
      return params['field'];
    case 'remedies.zh':
      return 'remediesZh';
    case 'remedies.en':
      return 'remediesEn';
    default:
      return undefined;
  }
}
