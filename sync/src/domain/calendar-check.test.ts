import { describe, expect, it } from 'vitest';
import {
  calendarChanges,
  calendarProblem,
  daysOfMonth,
  withDayTurned,
  type CalendarContent,
} from './calendar-check.ts';
import { isWorkday } from './calendar.ts';
import type { CalendarYear } from './catalog.ts';

const TODAY = '2026-11-23';
const NEXT: CalendarContent = {
  year: 2027,
  issuer: '国办发明电〔2026〕9号',
  holidays: ['2027-01-01'],
  makeUpDays: ['2027-01-02'],
};
const published: CalendarYear = { ...NEXT, version: 1 };

const codeOf = (change: Partial<CalendarContent>, known: CalendarYear[] = []) =>
  calendarProblem(new Map(known.map((one) => [one.year, one])), { ...NEXT, ...change }, TODAY)?.code;

describe('a year', () => {
  it('may be published when it is whole', () => {
    expect(codeOf({})).toBeUndefined();
    expect(codeOf({ holidays: [], makeUpDays: [] })).toBeUndefined();
  });

  it.each([
    ['that is over', { year: 2025, holidays: [], makeUpDays: [] }, 'date-in-past'],
    ['too far ahead', { year: 2040, holidays: [], makeUpDays: [] }, 'field-invalid'],
    ['without an issuer', { issuer: ' ' }, 'field-required'],
    ['with a day of another year', { holidays: ['2026-01-01'] }, 'field-invalid'],
    ['with what is no day', { holidays: ['2027-02-30'] }, 'field-invalid'],
    ['with a day twice', { holidays: ['2027-01-01', '2027-01-01'] }, 'field-invalid'],
    ['with a weekend as a holiday', { holidays: ['2027-01-02'], makeUpDays: [] }, 'field-invalid'],
    ['with a weekday to make up on', { holidays: [], makeUpDays: ['2027-01-01'] }, 'field-invalid'],
  ])('%s is refused', (_name, change, code) => {
    expect(codeOf(change)).toBe(code);
  });

  it('that says what is in force is no change', () => {
    expect(codeOf({}, [published])).toBe('no-change');
    expect(codeOf({ issuer: 'another' }, [published])).toBeUndefined();
  });
});

it('names the days that turn, against Monday to Friday where nothing was published', () => {
  expect(calendarChanges(undefined, NEXT)).toEqual([
    { day: '2027-01-01', toWork: false },
    { day: '2027-01-02', toWork: true },
  ]);
  expect(calendarChanges(published, { ...NEXT, holidays: [] })).toEqual([
    { day: '2027-01-01', toWork: true },
  ]);
  expect(calendarChanges(published, NEXT)).toEqual([]);
});

it('turning a day turns what the clocks count, and turning it again takes it back', () => {
  for (const month of [1, 2, 12])
    for (const day of daysOfMonth(2027, month)) {
      const before = isWorkday(new Map([[2027, published]]), day);
      const turned = withDayTurned(NEXT, day);
      expect(isWorkday(new Map([[2027, { ...turned, version: 2 }]]), day)).toBe(!before);
      expect(withDayTurned(turned, day)).toEqual(NEXT);
    }
  expect(daysOfMonth(2027, 2)).toHaveLength(28);
});
