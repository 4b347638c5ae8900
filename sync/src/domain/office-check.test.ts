import { expect, test } from 'vitest';
import { COMMUNITY, DISTRICT, makeCatalog, OTHER_COMMUNITY, STREET, UNITS } from '../testing/factories.ts';
import type { Catalog, OfficeHours, OfficeVersion } from './catalog.ts';
import {
  changedParts,
  hoursChanges,
  officeProblems,
  speaksFor,
  unitsTold,
  type OfficeContent,
} from './office-check.ts';

const TODAY = '2026-11-23';
const span = (from: number, to: number): OfficeHours => ({ opensAt: from * 60, closesAt: to * 60 });
const WORKED = [span(9, 12), span(13, 17)];
const WEEK: OfficeHours[][] = [WORKED, WORKED, WORKED, WORKED, WORKED, [], []];
const withMonday = (...spans: OfficeHours[]): OfficeHours[][] => [spans, ...WEEK.slice(1)];

function content(overrides: Partial<OfficeContent> = {}): OfficeContent {
  return { unit: COMMUNITY, effectiveFrom: '2026-12-01', week: WEEK, document: 'D2', ...overrides };
}
const published = (overrides: Partial<OfficeVersion> = {}): OfficeVersion => ({
  ...content({ effectiveFrom: '2026-01-01' }),
  seq: 1,
  publishedBy: ['a', 'b'],
  publishedAt: 0,
  ...overrides,
});
const catalogWith = (...offices: OfficeVersion[]): Catalog =>
  makeCatalog({ entries: offices.map((office) => ({ kind: 'office', office })) });

test('good hours have no problem', () => {
  expect(officeProblems(catalogWith(), content(), TODAY)).toEqual([]);
  expect(
    officeProblems(catalogWith(), content({ week: withMonday(span(9, 12), span(12, 17)) }), TODAY),
  ).toEqual([]);
});

test.each<[string, Partial<OfficeContent>, object]>([
  [
    'spans that overlap',
    { week: withMonday(span(9, 13), span(12, 17)) },
    { code: 'hours-overlap', params: { weekday: 1, first: '09:00–13:00', second: '12:00–17:00' } },
  ],
  [
    'spans in the wrong order',
    { week: withMonday(span(13, 17), span(9, 12)) },
    { code: 'hours-overlap', params: { weekday: 1, first: '13:00–17:00', second: '09:00–12:00' } },
  ],
  [
    'an end before the start',
    { week: withMonday(span(12, 9)) },
    { code: 'hours-backwards', params: { weekday: 1, from: '12:00', to: '09:00' } },
  ],
  ['an end at the start', { week: withMonday(span(9, 9)) }, { code: 'hours-backwards' }],
  ['no day at all', { week: WEEK.map(() => []) }, { code: 'hours-none' }],
  ['a week of six days', { week: WEEK.slice(1) }, { code: 'field-invalid', params: { field: 'week' } }],
  [
    'a working day without hours at the district, where limits end',
    { unit: DISTRICT, week: withMonday() },
    { code: 'hours-needed', params: { weekday: 1 } },
  ],
  ['a day that has passed', { effectiveFrom: '2026-11-22' }, { code: 'date-in-past' }],
  ['no day', { effectiveFrom: '2026-02-30' }, { code: 'date-invalid', params: { field: 'effectiveFrom' } }],
  [
    'an end before the first day',
    { effectiveTo: '2026-11-30' },
    { code: 'date-invalid', params: { field: 'effectiveTo' } },
  ],
  ['no document', { document: ' ' }, { code: 'field-required', params: { field: 'document' } }],
  ['a unit nobody knows', { unit: '530102999000' }, { code: 'unit-inactive' }],
  ['a phone with words', { phone: 'by day' }, { code: 'field-invalid', params: { field: 'phone' } }],
  [
    'how to appeal in one language',
    { remedies: { zh: '可以申请行政复议', en: ' ' } },
    { code: 'field-required', params: { field: 'remedies.en' } },
  ],
  [
    'how to appeal at a length that no paper holds',
    { remedies: { zh: '长'.repeat(601), en: 'x' } },
    { code: 'field-too-long', params: { field: 'remedies.zh', max: 600, length: 601 } },
  ],
])('refuses %s', (_what, change, problem) => {
  expect(officeProblems(catalogWith(), content(change), TODAY)).toMatchObject([problem]);
});

test('a community may be closed on a working day', () => {
  expect(officeProblems(catalogWith(), content({ week: withMonday() }), TODAY)).toEqual([]);
});

test('what is in force anyway is no change; for a while only, or from a day on which something else holds, it is one', () => {
  const known = catalogWith(
    published(),
    published({ seq: 2, effectiveFrom: '2027-01-01', week: withMonday() }),
  );
  expect(officeProblems(known, content(), TODAY)).toMatchObject([{ code: 'no-change' }]);
  expect(officeProblems(known, content({ effectiveTo: '2026-12-31' }), TODAY)).toEqual([]);
  expect(officeProblems(known, content({ effectiveFrom: '2027-01-01' }), TODAY)).toEqual([]);
});

test('going back to the district’s hours is a change like any other', () => {
  const { week: _week, ...bare } = content({ address: '翠湖西路 1 号' });
  expect(officeProblems(catalogWith(published({ address: '翠湖西路 1 号' })), bare, TODAY)).toEqual([]);
  expect(hoursChanges(catalogWith(published()), bare)).toMatchObject([
    { weekday: 1, from: WORKED, to: [span(9, 17)] },
    { weekday: 2 },
    { weekday: 3 },
    { weekday: 4 },
    { weekday: 5 },
  ]);
});

test('the difference is per day and per part', () => {
  const before = published({ phone: '0871-1' });
  const after = content({ week: withMonday(span(9, 12)), address: 'A' });
  expect(changedParts(before, after)).toEqual(['week', 'address', 'phone']);
  expect(hoursChanges(catalogWith(before), after)).toEqual([{ weekday: 1, from: WORKED, to: [span(9, 12)] }]);
});

test('the district’s hours are told wherever a unit has none of its own on that day', () => {
  const known = catalogWith(published(), published({ seq: 2, unit: STREET, effectiveTo: '2026-11-30' }));
  expect(unitsTold(known, content({ unit: DISTRICT })).sort()).toEqual(
    [DISTRICT, STREET, OTHER_COMMUNITY].sort(),
  );
  expect(unitsTold(known, content())).toEqual([COMMUNITY]);
});

test('an administrator speaks for the own unit and those below', () => {
  const catalog = makeCatalog({ units: UNITS });
  expect(speaksFor(catalog, DISTRICT, COMMUNITY)).toBe(true);
  expect(speaksFor(catalog, STREET, COMMUNITY)).toBe(true);
  expect(speaksFor(catalog, STREET, STREET)).toBe(true);
  expect(speaksFor(catalog, STREET, DISTRICT)).toBe(false);
  expect(speaksFor(catalog, COMMUNITY, OTHER_COMMUNITY)).toBe(false);
});
