import { describe, expect, test } from 'vitest';
import { COMMUNITY, DISTRICT, makeCatalog, OTHER_COMMUNITY, SETTINGS, STREET } from '../testing/factories.ts';
import type { Catalog, OfficeVersion } from './catalog.ts';
import { catalogIdOf, indexCatalog } from './catalog-index.ts';
import { noticeDueOf } from './deadlines.ts';
import { closingOn, hoursOn, officeOn, parseTimeOfDay, remediesOn, weekOn, weekParts } from './office.ts';
import { instantOf } from './calendar.ts';

const MORNING = { opensAt: 540, closesAt: 720 };
const AFTERNOON = { opensAt: 810, closesAt: 1050 };
const WORKED = [MORNING, AFTERNOON];
/** Monday to Friday in two spans, Saturday in the morning. */
const WEEK = [WORKED, WORKED, WORKED, WORKED, WORKED, [MORNING], []];
const FIRST = '2026-01-01';

function office(overrides: Partial<OfficeVersion> = {}): OfficeVersion {
  return {
    seq: 1,
    unit: COMMUNITY,
    effectiveFrom: FIRST,
    week: WEEK,
    document: 'D1',
    publishedBy: ['a', 'b'],
    publishedAt: 0,
    ...overrides,
  };
}

const catalogWith = (...offices: OfficeVersion[]): Catalog =>
  makeCatalog({ entries: offices.map((one) => ({ kind: 'office', office: one })) });

describe('whose hours', () => {
  test('are the settings’, Monday to Friday, where a catalog knows no offices', () => {
    const catalog = catalogWith();
    const { officeHours } = SETTINGS;
    expect(weekOn(catalog, COMMUNITY, '2026-11-23')).toEqual([
      ...Array.from({ length: 5 }, () => [officeHours]),
      [],
      [],
    ]);
  });

  test('are the district’s where the unit has none of its own, whatever its street keeps', () => {
    const district = office({ unit: DISTRICT, week: [WORKED, WORKED, WORKED, WORKED, WORKED, [], []] });
    const catalog = catalogWith(district, office({ seq: 2, unit: STREET }));
    expect(weekOn(catalog, COMMUNITY, '2026-11-23')).toEqual(district.week);
    expect(weekOn(catalog, STREET, '2026-11-23')).toEqual(WEEK);
  });

  test('are its own, and an own address changes nothing about them', () => {
    const catalog = catalogWith(
      office(),
      office({ seq: 2, unit: OTHER_COMMUNITY, address: '翠湖西路 1 号' }),
      { ...withoutWeek(office({ seq: 3, unit: STREET })), address: '华山西路 1 号' },
    );
    expect(weekOn(catalog, COMMUNITY, '2026-11-23')).toEqual(WEEK);
    expect(weekOn(catalog, STREET, '2026-11-23')[0]).toEqual([SETTINGS.officeHours]);
  });
});

function withoutWeek({ week: _week, ...rest }: OfficeVersion): OfficeVersion {
  return rest;
}

describe('which version', () => {
  const early = office();
  const coming = office({ seq: 2, effectiveFrom: '2026-12-01', week: [...WEEK.slice(0, 5), [], []] });

  test('is the one in force on the day, so a station switches without the line', () => {
    const catalog = catalogWith(early, coming);
    expect(officeOn(catalog, COMMUNITY, '2025-12-31')).toBeUndefined();
    expect(officeOn(catalog, COMMUNITY, '2026-11-30')).toEqual(early);
    expect(officeOn(catalog, COMMUNITY, '2026-12-01')).toEqual(coming);
  });

  test('is the later published of two that begin together', () => {
    const mended = office({ seq: 3, effectiveFrom: '2026-12-01' });
    expect(officeOn(catalogWith(mended, early, coming), COMMUNITY, '2026-12-02')).toEqual(mended);
  });

  test('is the one before once a passing one has ended', () => {
    const summer = office({ seq: 2, effectiveFrom: '2026-07-01', effectiveTo: '2026-08-31' });
    const catalog = catalogWith(early, summer);
    expect(officeOn(catalog, COMMUNITY, '2026-08-31')).toEqual(summer);
    expect(officeOn(catalog, COMMUNITY, '2026-09-01')).toEqual(early);
  });
});

describe('the hours of a day', () => {
  const holiday = {
    year: 2026,
    version: 2,
    issuer: 't',
    holidays: ['2026-10-01', '2026-10-02', '2026-10-05'],
  };
  const known = makeCatalog({
    entries: [
      { kind: 'office', office: office() },
      { kind: 'calendar', calendar: { ...holiday, makeUpDays: ['2026-10-10'] } },
    ],
  });
  test.each([
    ['a working day', '2026-11-23', WORKED],
    ['a Saturday that is kept', '2026-11-21', [MORNING]],
    ['a Sunday', '2026-11-22', []],
    ['a public holiday', '2026-10-01', []],
    ['a Saturday between holidays', '2026-10-03', []],
    ['a Saturday that is worked', '2026-10-10', WORKED],
  ])('%s', (_what, day, spans) => {
    expect(hoursOn(known, COMMUNITY, day)).toEqual(spans);
  });
});

describe('limits', () => {
  const from = '2026-11-26';
  const district = office({ unit: DISTRICT, effectiveFrom: from, week: WEEK });

  test('end when the district closes on that day, wherever the case is', () => {
    const late = office({ seq: 2, week: WEEK.map(() => [{ opensAt: 540, closesAt: 1_200 }]) });
    const catalog = catalogWith(district, late);
    expect(closingOn(catalog, '2026-11-25')).toBe(1_020);
    expect(closingOn(catalog, '2026-11-26')).toBe(1_050);
    // Received on Monday the 23rd, due on Monday the 30th.
    expect(noticeDueOf(catalog, instantOf('2026-11-23', 600)).due).toBe('2026-11-30T17:30');
    expect(noticeDueOf(catalogWith(late), instantOf('2026-11-23', 600)).due).toBe('2026-11-30T17:00');
  });

  test('on a weekend day that is worked end as on a Monday, not as on a Saturday', () => {
    expect(closingOn(catalogWith(district), '2026-11-28')).toBe(1_050);
  });
});

test('how to appeal is the unit’s own words, then the district’s, then the settings’', () => {
  const words = (zh: string) => ({ zh, en: zh });
  const settings = makeCatalog({
    entries: [{ kind: 'settings', settings: { ...SETTINGS, remedies: words('settings') } }],
  });
  const after = (...offices: OfficeVersion[]): Catalog => ({
    ...catalogWith(...offices),
    settings: settings.settings,
  });
  const district = office({ unit: DISTRICT, remedies: words('district') });
  const own = office({ seq: 2, remedies: words('own') });
  expect(remediesOn(after(), COMMUNITY, '2026-11-23')).toEqual(words('settings'));
  expect(remediesOn(after(district), COMMUNITY, '2026-11-23')).toEqual(words('district'));
  expect(remediesOn(after(district, own), COMMUNITY, '2026-11-23')).toEqual(words('own'));
  expect(remediesOn(catalogWith(), COMMUNITY, '2026-11-23')).toBeUndefined();
});

test('days in a row that keep the same hours are said together', () => {
  expect(weekParts(WEEK)).toEqual([
    { from: 1, to: 5, spans: WORKED },
    { from: 6, to: 6, spans: [MORNING] },
  ]);
  expect(weekParts([WORKED, [], WORKED, WORKED, [], [], []])).toEqual([
    { from: 1, to: 1, spans: WORKED },
    { from: 3, to: 4, spans: WORKED },
  ]);
});

test.each([
  ['9', 540],
  ['0900', 540],
  ['9:05', 545],
  ['13：30', 810],
  ['24:00', 1_440],
  ['24:01', undefined],
  ['9:60', undefined],
  ['930', 570],
  ['', undefined],
  ['noon', undefined],
])('a time typed as «%s»', (typed, minutes) => {
  expect(parseTimeOfDay(typed)).toBe(minutes);
});

test('a catalog takes each version once, and files it by its number', () => {
  const entry = { kind: 'office', office: office({ seq: 7 }) } as const;
  expect(catalogIdOf(entry)).toBe('office:7');
  const doc = { _id: 'office:7', n: 1, entry };
  expect(indexCatalog([doc, doc]).offices.get(COMMUNITY)).toEqual([office({ seq: 7 })]);
});
