import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  addWorkdays,
  dayOf,
  instantOf,
  isProvisional,
  isWorkday,
  wallTimeOf,
  workdaysBetween,
} from './calendar.ts';
import { calendars } from '../testing/rule-catalog.ts';

const day = fc.integer({ min: 0, max: 729 }).map((days) => addDays('2025-01-01', days));

test('a day begins at midnight in Shanghai, eight hours before UTC', () => {
  expect(dayOf(Date.parse('2026-11-22T15:59:59Z'))).toBe('2026-11-22');
  expect(dayOf(Date.parse('2026-11-22T16:00:00Z'))).toBe('2026-11-23');
  expect(instantOf('2026-11-23', 0)).toBe(Date.parse('2026-11-22T16:00:00Z'));
});

test('a wall-clock time is an instant and back', () => {
  const at = instantOf('2026-11-23', 1020);
  expect(at).toBe(Date.parse('2026-11-23T09:00:00Z'));
  expect(wallTimeOf(at)).toBe('2026-11-23T17:00');
});

test('a due day is never a day off', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 90 }), (from, count) => {
      expect(isWorkday(calendars, addWorkdays(calendars, from, count).day)).toBe(true);
    }),
  );
});

test('counting back what was added gives the same number', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 90 }), (from, count) => {
      expect(workdaysBetween(calendars, from, addWorkdays(calendars, from, count).day)).toBe(count);
    }),
  );
});

test('counting by the year agrees with walking day by day', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 600 }), (from, count) => {
      const found = addWorkdays(calendars, from, count);
      let passed = 0;
      let walked = count === 0 ? addDays(from, -1) : from;
      let provisional = isProvisional(calendars, from);
      while (passed < Math.max(1, count)) {
        walked = addDays(walked, 1);
        provisional ||= isProvisional(calendars, walked);
        if (isWorkday(calendars, walked)) passed += 1;
      }
      expect(found).toEqual({ day: walked, provisional });
      if (count > 0) expect(workdaysBetween(calendars, from, walked)).toBe(count);
      if (count > 0) expect(workdaysBetween(calendars, walked, from)).toBe(-count);
    }),
  );
});

test('public holidays do not count and make-up days do', () => {
  expect(addWorkdays(calendars, '2026-09-30', 1)).toEqual({ day: '2026-10-08', provisional: false });
  expect(isWorkday(calendars, '2026-02-14')).toBe(true);
  expect(addWorkdays(calendars, '2026-02-13', 1).day).toBe('2026-02-14');
});

test('a year without a published calendar counts Monday to Friday and says that it is provisional', () => {
  expect(addWorkdays(calendars, '2026-12-31', 1)).toEqual({ day: '2027-01-01', provisional: true });
  expect(addWorkdays(calendars, '2026-12-30', 1)).toEqual({ day: '2026-12-31', provisional: false });
  expect(isWorkday(calendars, '2027-10-01')).toBe(true);
  expect(isWorkday(calendars, '2027-10-02')).toBe(false);
});
