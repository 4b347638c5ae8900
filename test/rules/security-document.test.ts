/** docs/security.md promises by naming tests: a name without a test would promise nothing, and a number that is left out hides a gap. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ASVS_NUMBERS } from './asvs-numbers.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** Rows whose first cell holds numbers of a standard: [numbers, promise, what shows it]. */
const rows = text
  .split('\n')
  .filter((line) => /^\| (?:V\d|8\.)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));
const shown = rows.map(([numbers = '', , by = '']) => ({ numbers, by }));
const OTHERWISE = /^(?:open|not applicable|the operator's|otherwise: .+)$/;

it('names only tests and documents that are there', () => {
  const named = [...text.matchAll(/`([^`]+\.(?:test\.ts|md))`/g)].map((found) => found[1] ?? '');
  expect(named.length).toBeGreaterThan(150);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('says of each row what shows it, or why nothing does', () => {
  expect(rows.filter((cells) => cells.length !== 3)).toEqual([]);
  const bad = shown.filter(({ by }) => !OTHERWISE.test(by) && !/^`[^`]+`(?:, `[^`]+`)*$/.test(by));
  expect(bad).toEqual([]);
});

/** `V1.2.3, V1.2.4` or `V10.1.1 – V10.7.3`, the latter in the standard's order. */
function numbersOf(cell: string): string[] {
  return cell.split(', ').flatMap((part) => {
    const [from = '', to = from] = part.split(' – ');
    const [begin, end] = [ASVS_NUMBERS.indexOf(from), ASVS_NUMBERS.indexOf(to)];
    return begin < 0 || end < begin ? [part] : ASVS_NUMBERS.slice(begin, end + 1);
  });
}

describe('the numbers of ASVS', () => {
  const ofAsvs = shown.filter(({ numbers }) => numbers.startsWith('V'));
  const told = ofAsvs.flatMap(({ numbers }) => numbersOf(numbers));

  it('are those of the levels 1 and 2, and none is left out', () => {
    expect(ASVS_NUMBERS).toHaveLength(253);
    expect(told.filter((number) => !ASVS_NUMBERS.includes(number))).toEqual([]);
    expect(ASVS_NUMBERS.filter((number) => !told.includes(number))).toEqual([]);
  });

  it('stand once, unless each of their rows has tests of its own', () => {
    const twice = new Set(told.filter((number, i) => told.indexOf(number) !== i));
    const bare = ofAsvs.filter(
      ({ numbers, by }) => OTHERWISE.test(by) && numbersOf(numbers).some((number) => twice.has(number)),
    );
    expect(bare).toEqual([]);
  });
});

describe('of GB/T 22239, level 3,', () => {
  /** Sections of the technical requirements, with how many clauses each has; 0: taken as a whole. */
  const SECTIONS: Record<string, number> = {
    '8.1.1': 0,
    '8.1.2.1': 0,
    '8.1.2.2': 0,
    '8.1.2.3': 0,
    '8.1.3.1': 4,
    '8.1.3.2': 5,
    '8.1.3.3': 0,
    '8.1.3.4': 0,
    '8.1.3.5': 0,
    '8.1.3.6': 0,
    '8.1.4.1': 4,
    '8.1.4.2': 7,
    '8.1.4.3': 4,
    '8.1.4.4': 6,
    '8.1.4.5': 0,
    '8.1.4.6': 0,
    '8.1.4.7': 2,
    '8.1.4.8': 2,
    '8.1.4.9': 3,
    '8.1.4.10': 2,
    '8.1.4.11': 2,
    '8.1.5.1': 0,
    '8.1.5.2': 0,
    '8.1.5.3': 0,
    '8.1.5.4': 6,
  };
  const LETTERS = 'abcdefg';
  /** `8.1.4.2 a, c–e Access control` → 8.1.4.2 a, 8.1.4.2 c, … */
  const told = new Set(
    shown.flatMap(({ numbers }) => {
      const found = /^((?:8\.1(?:\.\d+)+(?:, )?)+)((?: ?[a-g](?:–[a-g])?,?(?= ))*)/.exec(numbers);
      const sections = (found?.[1] ?? '').split(', ');
      const letters = (found?.[2] ?? '').match(/[a-g](?:–[a-g])?/g) ?? [];
      const all = letters.flatMap((part) => [
        ...LETTERS.slice(LETTERS.indexOf(part.charAt(0)), LETTERS.indexOf(part.slice(-1)) + 1),
      ]);
      return sections.flatMap((section) =>
        all.length === 0 ? [section] : all.map((letter) => `${section} ${letter}`),
      );
    }),
  );

  it('every section and clause is answered', () => {
    const wanted = Object.entries(SECTIONS).flatMap(([section, clauses]) =>
      clauses === 0 ? [section] : [...LETTERS.slice(0, clauses)].map((letter) => `${section} ${letter}`),
    );
    expect(wanted.filter((each) => !told.has(each))).toEqual([]);
  });
});

it('lists all that is open, and nothing else, at its head', () => {
  const head = /## What is open\n([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
  const listed = [...head.matchAll(/V\d+\.\d+\.\d+|8\.1\.\d\.\d+(?: [a-g](?= \|))?/g)].map(
    ([number]) => number,
  );
  const open = shown
    .filter(({ by }) => by === 'open')
    .flatMap(({ numbers }) =>
      numbers.startsWith('V')
        ? numbers.split(', ')
        : [/^8\.1\.4\.8/.test(numbers) ? '8.1.4.8' : (/^[\d.]+(?: [a-g])?/.exec(numbers)?.[0] ?? '')],
    );
  expect([...listed].sort()).toEqual([...open].sort());
});
