import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, instantOf, isWorkday } from './calendar.ts';
import type { Day } from './identifiers.ts';
import { clocksOf, deferralDueOf, noticeDueOf } from './deadlines.ts';
import type { CaseState } from './state.ts';
import { catalogOf, matter } from '../testing/rule-catalog.ts';

const catalog = catalogOf();
const at = (day: Day, hour = 10): number => instantOf(day, hour * 60);

function state(changes: Partial<CaseState> = {}): CaseState {
  return {
    caseId: 'c',
    status: 'reviewing',
    n: 0,
    pending: [],
    rejected: [],
    matter: { matterId: 'm1', version: 1, rules: 1 },
    path: [],
    ever: [],
    parties: [],
    form: {},
    materials: [],
    outstanding: [],
    receivedAt: at('2026-11-02'),
    acceptedAt: at('2026-11-02'),
    deemed: false,
    suspensions: [],
    extendedDays: 0,
    ...changes,
  };
}

const suspended = (from: Day, to?: Day) => ({
  from: at(from),
  kind: '鉴定',
  plannedEnd: '2026-12-01',
  ...(to !== undefined && { to: at(to) }),
});

test('the day of receipt does not count and the fifth working day ends with the office', () => {
  expect(noticeDueOf(catalog, at('2026-11-23'))).toMatchObject({
    due: '2026-11-30T17:00',
    provisional: false,
  });
  expect(deferralDueOf(catalog, at('2026-11-23')).day).toBe('2026-12-07');
});

test('promise and legal limit are kept apart', () => {
  const clocks = clocksOf(state(), catalog, at('2026-11-03'));
  expect(clocks.promise).toMatchObject({ day: '2026-11-16', left: 9, card: 'none', stopped: false });
  expect(clocks.legal).toMatchObject({ day: '2026-11-30', left: 19 });
  expect(clocks.notice).toMatchObject({ endedAt: at('2026-11-02'), card: 'none' });
});

test('a fifth of the term left is a yellow card, an end gone by a red one', () => {
  const card = (now: number) => clocksOf(state(), catalog, now).promise?.card;
  expect(card(at('2026-11-11'))).toBe('none');
  expect(card(at('2026-11-12'))).toBe('yellow');
  expect(card(at('2026-11-16', 17))).toBe('yellow');
  expect(card(at('2026-11-16', 18))).toBe('red');
});

test('a decision stops the clock and keeps whether it was in time', () => {
  const decided = (day: Day) => clocksOf(state({ decidedAt: at(day) }), catalog, at('2026-12-30')).promise;
  expect(decided('2026-11-16')).toMatchObject({ card: 'none', endedAt: at('2026-11-16') });
  expect(decided('2026-11-17')?.card).toBe('red');
});

test('while suspended the clock stands still, afterwards it goes on with what was left', () => {
  const open = state({ status: 'suspended', suspensions: [suspended('2026-11-05')] });
  expect(clocksOf(open, catalog, at('2026-11-06')).promise).toMatchObject({ left: 7, stopped: true });
  expect(clocksOf(open, catalog, at('2026-11-26')).promise).toMatchObject({ left: 7, stopped: true });
  const resumed = state({ suspensions: [suspended('2026-11-05', '2026-11-19')] });
  expect(clocksOf(resumed, catalog, at('2026-11-19')).promise).toMatchObject({
    left: 7,
    day: '2026-11-30',
    stopped: false,
  });
});

test('a suspension after the end does not move it', () => {
  const late = state({ suspensions: [suspended('2026-11-18', '2026-11-25')] });
  expect(clocksOf(late, catalog, at('2026-11-25')).promise?.day).toBe('2026-11-16');
});

test('an extension adds its days to promise and legal limit', () => {
  const clocks = clocksOf(state({ extendedDays: 10 }), catalog, at('2026-11-03'));
  expect([clocks.promise?.day, clocks.legal?.day]).toEqual(['2026-11-30', '2026-12-14']);
});

test('a promise never ends after the legal limit', () => {
  const strict = catalogOf(undefined, [{ ...matter, promiseDays: 20, legalDays: 5 }]);
  const clocks = clocksOf(state(), strict, at('2026-11-03'));
  expect(clocks.promise?.day).toBe(clocks.legal?.day);
});

test('an instant matter ends the same day, or on the next working day when the office is closed', () => {
  const instant = catalogOf(undefined, [{ ...matter, promiseDays: 0 }]);
  const due = (ms: number) => clocksOf(state({ acceptedAt: ms }), instant, ms).promise?.due;
  expect(due(at('2026-11-02'))).toBe('2026-11-02T17:00');
  expect(due(at('2026-11-02', 18))).toBe('2026-11-03T17:00');
  expect(due(at('2026-11-07'))).toBe('2026-11-09T17:00');
});

test('calendar days count weekends but end on a working day', () => {
  const calendar = catalogOf(undefined, [{ ...matter, dayUnit: 'calendarDay', promiseDays: 5 }]);
  const clock = clocksOf(state(), calendar, at('2026-11-02')).promise;
  expect(clock).toMatchObject({ day: '2026-11-09', dayUnit: 'calendarDay' });
});

test('a deemed acceptance counts from the day of receipt and shows the unit a red card', () => {
  const deemed = state({ deemed: true, acceptedAt: at('2026-11-10') });
  const clocks = clocksOf(deemed, catalog, at('2026-11-10'));
  expect(clocks.promise?.day).toBe('2026-11-16');
  expect(clocks.notice?.card).toBe('red');
});

test('a term that runs into a year without a calendar is provisional', () => {
  expect(noticeDueOf(catalog, at('2026-12-30'))).toMatchObject({ provisional: true, day: '2027-01-06' });
  const clocks = clocksOf(state({ acceptedAt: at('2026-12-10') }), catalog, at('2026-12-10'));
  expect([clocks.promise?.provisional, clocks.legal?.provisional]).toEqual([false, true]);
});

test('the deferred material that is due first has the clock', () => {
  const outstanding = [
    { code: 'B', due: '2026-12-07' },
    { code: 'A', due: '2026-11-30' },
  ];
  expect(clocksOf(state({ outstanding }), catalog, at('2026-11-23')).deferral).toMatchObject({
    due: '2026-11-30T17:00',
    left: 5,
  });
});

test('no due date of any clock is a day off, however the case was suspended or extended', () => {
  const day = fc.integer({ min: 0, max: 300 }).map((days) => addDays('2026-01-01', days));
  const span = fc
    .tuple(day, fc.integer({ min: 0, max: 40 }))
    .map(([from, days]) => suspended(from, addDays(from, days)));
  const dayUnit = fc.constantFrom('workday' as const, 'calendarDay' as const);
  fc.assert(
    fc.property(day, span, fc.nat(15), dayUnit, (start, suspension, extendedDays, unit) => {
      const chosen = catalogOf(undefined, [{ ...matter, dayUnit: unit }]);
      const given = state({ acceptedAt: at(start), suspensions: [suspension], extendedDays });
      for (const clock of Object.values(clocksOf(given, chosen, at(start)))) {
        expect(isWorkday(chosen.calendars, clock.day)).toBe(true);
      }
    }),
  );
});
