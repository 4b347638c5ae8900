import { expect, test } from 'vitest';
import { problem } from '@sanji/sync/domain/problem';
import { contentOf, entryOf, fieldOf, type OfficeEntry } from './office-entry.ts';

const TODAY = '2026-11-27';
const MORNING = { opensAt: 540, closesAt: 720 };
const AFTERNOON = { opensAt: 780, closesAt: 1020 };
const WEEK = [...Array.from({ length: 5 }, () => [MORNING, AFTERNOON]), [MORNING], []];
const typed = (change: Partial<OfficeEntry> = {}): OfficeEntry => ({
  ...entryOf(undefined, { week: WEEK, isOwnWeek: true }),
  effectiveFrom: '20261201',
  document: ' D1 ',
  ...change,
});

test('what is typed comes back as it was, empty fields left out', () => {
  expect(contentOf('U', typed(), TODAY)).toEqual({
    content: { unit: 'U', effectiveFrom: '2026-12-01', week: WEEK, document: 'D1' },
    unread: [],
  });
  const said = { address: 'A', phone: '1', remedies: { zh: '中', en: 'en' } };
  const whole = { ...entryOf(said, { week: WEEK, isOwnWeek: false }), effectiveFrom: '1201', document: 'D' };
  expect(contentOf('U', whole, TODAY).content).toEqual({
    unit: 'U',
    effectiveFrom: '2026-12-01',
    document: 'D',
    ...said,
  });
});

test('times are read as people type them; a span without a break stands in the first pair alone', () => {
  const [, ...rest] = typed().times;
  const { content, unread } = contentOf('U', typed({ times: [['9', '1730', '', ''], ...rest] }), TODAY);
  expect(unread).toEqual([]);
  expect(content.week?.[0]).toEqual([{ opensAt: 540, closesAt: 1050 }]);
});

test.each([
  ['half of a span', ['0900', '', '', '']],
  ['no time', ['morning', '12:00', '', '']],
] as const)('%s is said with its day, and only while the hours are the unit’s own', (_what, [a, b, c, d]) => {
  const times = typed().times.map((day, i) => (i === 2 ? ([a, b, c, d] as typeof day) : day));
  expect(contentOf('U', typed({ times }), TODAY).unread).toEqual([
    problem('field-invalid', { field: 'week', expected: '09:00', weekday: 3 }),
  ]);
  expect(contentOf('U', typed({ times, isOwnWeek: false }), TODAY).unread).toEqual([]);
});

test('a day that cannot be read stays as it was typed, to be refused', () => {
  expect(contentOf('U', typed({ effectiveFrom: 'soon', effectiveTo: '99' }), TODAY).content).toMatchObject({
    effectiveFrom: 'soon',
    effectiveTo: '99',
  });
});

test.each([
  [problem('hours-overlap', { weekday: 2, first: '', second: '' }), 2],
  [problem('date-in-past', { day: '' }), 'effectiveFrom'],
  [problem('date-invalid', { field: 'effectiveTo' }), 'effectiveTo'],
  [problem('field-required', { field: 'remedies.en' }), 'remediesEn'],
  [problem('no-change'), undefined],
])('a refusal stands at its field', (refusal, field) => {
  expect(fieldOf(refusal)).toBe(field);
});
