/** The whole sample district as a workbook and back, and what a mistake in a cell is called. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { checkMatterSheets } from '@sanji/sync/domain/matter-file';
import type { Cell } from '@sanji/sync/domain/matter-sheet-fields';
import { sheetsOf, type Sheet } from '@sanji/sync/domain/matter-sheets';
import { loadSampleDistrict } from './sample-district.ts';

const matters: MatterVersion[] = loadSampleDistrict(
  join(import.meta.dirname, '../../../deploy/sample-district'),
).documents.flatMap(({ entry }) => (entry.kind === 'matter' ? [entry.matter] : []));

it('every matter comes back from its sheets as it was', () => {
  expect(checkMatterSheets(sheetsOf(matters))).toEqual({ ok: true, matters });
});

function changed(
  { sheet, row, column }: { sheet: string; row: number; column: string },
  cell: Cell,
): Sheet[] {
  return sheetsOf(matters.slice(0, 2)).map(({ name, rows }) => {
    const at = rows[0]?.indexOf(column) ?? -1;
    if (name !== sheet) return { name, rows };
    return { name, rows: rows.map((cells, i) => (i + 1 === row ? cells.with(at, cell) : cells)) };
  });
}

describe('a mistake is named by sheet, row, field and reason', () => {
  it.each([
    ['matters 2 effectiveFrom', '2026-02-30', 'effectiveFrom', 'not-a-day'],
    ['matters 3 legalDays', 'ten', 'legalDays', 'expected-number'],
    ['materials 2 matterId', '999', 'matterId', 'unknown-matter'],
    ['materials 2 need', 'maybe', 'need', 'one-of:required|deferrable|optional'],
    ['materials 2 when', 'nothing here', 'when', 'bad-condition'],
    ['materials 2 when', 'ghost=x', 'when', 'unknown-name:ghost'],
    ['fields 2 widget', 'canvas', 'widget', 'not-drawable'],
    ['fields 2 when', 'organisationType=enterprise', 'when', 'cycle'],
    ['fields 3 name', 'organisationType', 'name', 'duplicate'],
    ['fields 2 choices', 'a;b', 'choices', 'bad-format'],
    ['checks 2 says', '{', 'says', 'bad-format'],
    ['checks 2 says', '{"other":"ghost"}', '', 'unknown-name:ghost'],
    ['standards 2 kind', 'poem', 'kind', 'one-of:serviceStandard|discretionRule|processStandard|defects'],
  ])('%s = %s', (place, cell, field, reason) => {
    const [sheet = '', row = '', column = ''] = place.split(' ');
    const read = checkMatterSheets(changed({ sheet, row: Number(row), column }, cell));
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.problems).toContainEqual({ sheet, row: Number(row), field, reason });
  });

  it('a sheet that is not there', () => {
    const sheets = sheetsOf(matters.slice(0, 1)).filter(({ name }) => name !== 'fields');
    const read = checkMatterSheets(sheets);
    if (!read.ok)
      expect(read.problems).toContainEqual({ sheet: 'fields', row: 1, field: 'name', reason: 'missing' });
    expect(read.ok).toBe(false);
  });
});
