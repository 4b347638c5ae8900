/** Workbooks (xlsx) as sheets of plain cells. The packages come only when a file is opened or made, and start no worker from a blob. */
import type { Cell } from '@sanji/sync/domain/matter-sheet-fields';
import type { Sheet } from '@sanji/sync/domain/matter-sheets';

/** Undefined: no workbook, or a broken one. */
export async function readWorkbook(file: Blob): Promise<Sheet[] | undefined> {
  const { default: read } = await import('read-excel-file/universal');
  try {
    const sheets = await read(await file.arrayBuffer());
    return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data.map((row) => row.map(cellOf)) }));
  } catch {
    return undefined;
  }
}

/** A date that the spreadsheet has made of a typed day becomes the day again. */
function cellOf(value: unknown): Cell {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

export async function makeWorkbook(sheets: readonly Sheet[]): Promise<Blob> {
  const { default: write } = await import('write-excel-file/universal');
  return write(
    sheets.map(({ name, rows }) => ({
      sheet: name,
      stickyRowsCount: 1,
      data: rows.map((row, i) => row.map((value) => excelCell(value, i === 0))),
    })),
  ).toBlob();
}

function excelCell(value: Cell, isHead: boolean) {
  if (value === null) return null;
  const bold = isHead ? { fontWeight: 'bold' as const } : {};
  if (typeof value === 'number') return { value, type: Number, ...bold };
  return typeof value === 'boolean' ? { value, type: Boolean, ...bold } : { value, type: String, ...bold };
}
