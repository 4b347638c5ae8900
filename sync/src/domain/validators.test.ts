import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from './calendar.ts';
import { checkCaseNo, formatCaseNo, parseCaseNo } from './case-number.ts';
import { CREDIT_CODE_ALPHABET, creditCodeCheck, parseCreditCode } from './credit-code.ts';
import { isDay, parseTypedDay } from './dates.ts';
import { parseMobile } from './mobile.ts';
import { parseResidentId, residentIdCheck } from './resident-id.ts';

const TODAY = '2026-11-23';
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${String(length)}}$`));
const reason = (read: { ok: boolean; problem?: { params?: Record<string, string | number> } }) =>
  read.problem?.params?.['reason'];

describe('resident ID', () => {
  const valid = fc
    .tuple(digits(6), fc.integer({ min: 0, max: 46_000 }), digits(3))
    .map(([area, days, order]) => `${area}${addDays('1900-01-01', days).replaceAll('-', '')}${order}`)
    .map((body) => body + residentIdCheck(body));

  test('the example of the standard is valid and tells birthday and sex', () => {
    expect(parseResidentId(' 11010519491231002x ', TODAY)).toEqual({
      ok: true,
      value: { id: '11010519491231002X', birthday: '1949-12-31', sex: 'female' },
    });
  });
  test('what the generator makes is valid, and every other check character is refused', () => {
    fc.assert(
      fc.property(valid, (id) => {
        expect(parseResidentId(id, TODAY).ok).toBe(true);
        for (const other of '0123456789X'.replace(id.charAt(17), '')) {
          expect(reason(parseResidentId(id.slice(0, 17) + other, TODAY))).toBe('checksum');
        }
      }),
    );
  });
  test('each fault has its reason', () => {
    const withCheck = (body: string) => body + residentIdCheck(body);
    expect(reason(parseResidentId('1101', TODAY))).toBe('length');
    expect(reason(parseResidentId('1101051949123100AX', TODAY))).toBe('characters');
    expect(reason(parseResidentId(withCheck('11010519490230002'), TODAY))).toBe('date');
    expect(reason(parseResidentId(withCheck('11010520261124002'), TODAY))).toBe('future');
  });
});

describe('unified social credit code', () => {
  const valid = fc
    .array(fc.constantFrom(...CREDIT_CODE_ALPHABET), { minLength: 17, maxLength: 17 })
    .map((chars) => chars.join('') + creditCodeCheck(chars.join('')));

  test.each(['91350100M000100Y43', '91530102MA6K000010'])('%s is valid', (code) => {
    expect(parseCreditCode(code.toLowerCase())).toEqual({ ok: true, value: code });
  });
  test('what the generator makes is valid, and every other check character is refused', () => {
    fc.assert(
      fc.property(valid, (code) => {
        expect(parseCreditCode(code).ok).toBe(true);
        for (const other of CREDIT_CODE_ALPHABET.replace(code.charAt(17), '')) {
          expect(reason(parseCreditCode(code.slice(0, 17) + other))).toBe('checksum');
        }
      }),
    );
  });
  test('each fault has its reason', () => {
    expect(reason(parseCreditCode('9135'))).toBe('length');
    expect(reason(parseCreditCode('91350100M000100I43'))).toBe('characters');
  });
});

test('a mobile number has 11 digits and begins with 13 to 19', () => {
  expect(parseMobile('138 0000-3210')).toEqual({ ok: true, value: '13800003210' });
  expect(parseMobile('12800003210').ok).toBe(false);
  expect(parseMobile('1380000321')).toMatchObject({ problem: { params: { length: 10 } } });
});

describe('dates', () => {
  test.each([
    ['20261123', '2026-11-23'],
    ['1123', '2026-11-23'],
    ['2026-1-5', '2026-01-05'],
    ['2026年1月5日', '2026-01-05'],
  ])('%s is read as %s', (typed, day) => {
    expect(parseTypedDay(typed, TODAY)).toEqual({ ok: true, value: day });
  });
  test.each(['', '20260230', '0229', '11', '2026112', 'abc', '20261332'])('%s is refused', (typed) => {
    expect(parseTypedDay(typed, TODAY)).toMatchObject({ ok: false, problem: { code: 'date-invalid' } });
  });
  test('29 February exists in leap years only', () => {
    expect([isDay('2024-02-29'), isDay('2026-02-29'), isDay('2100-02-29')]).toEqual([true, false, false]);
  });
});

describe('case number', () => {
  const parts = { unit: '530102001013', day: TODAY, terminal: 'A2', counter: 7 };

  test('is unit, day, terminal and counter', () => {
    expect(formatCaseNo(parts)).toBe('001013-261123-A2-0007');
  });
  test('is read back as it was written and never longer than 24 characters', () => {
    const counter = fc.integer({ min: 1, max: 999_999 });
    const terminal = fc.constantFrom('A1', 'Z99', 'B10');
    fc.assert(
      fc.property(counter, terminal, (count, label) => {
        const text = formatCaseNo({ ...parts, counter: count, terminal: label });
        expect(text.length).toBeLessThanOrEqual(24);
        expect(parseCaseNo(text)).toEqual({
          unitPart: '001013',
          day: TODAY,
          terminal: label,
          counter: count,
        });
      }),
    );
  });
  test.each(['001013-261123-A2-00007', '001013-261323-A2-0007', '001013-261123-A2-0000', 'x'])(
    '%s is none',
    (text) => {
      expect(parseCaseNo(text)).toBeUndefined();
    },
  );
  test('belongs to the terminal and the day of its issuer', () => {
    const issuer = { unit: parts.unit, terminal: 'A2', at: Date.parse('2026-11-23T01:00:00Z') };
    expect(checkCaseNo('001013-261123-A2-0007', issuer)).toBeUndefined();
    expect(checkCaseNo('001013-261123-A2-0007', { ...issuer, terminal: 'A1' })).toMatchObject({
      code: 'case-number-invalid',
    });
  });
  test('a counter that does not fit is a bug', () => {
    expect(() => formatCaseNo({ ...parts, counter: 0 })).toThrow(RangeError);
  });
});
