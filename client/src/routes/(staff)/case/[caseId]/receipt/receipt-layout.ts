/**
 * Where the receipt's pages end. Heights are worked out from the words, so that nothing has to be drawn to know it: millimetres, as
 * `ReceiptPaper.svelte` sets them. A little is kept in reserve, since another typeface may be wider.
 */

/** Body text, 9.2 pt. */
const EM_MM = 3.246;
const LINE_MM = 1.35 * EM_MM;
/** A Latin letter against a Chinese character, on the wide side. */
const LATIN_EM = 0.58;

/** A5 less its margins. */
const SHEET_MM = 198;
const WIDTH_MM = 128;
const NAME_MM = 62;
const REMARK_MM = 36;
const CELL_PADDING_MM = 3.2;
const ROW_EDGE_MM = 1.25;
const HEAD_MM = 34.8;
const HEADING_MM = 7.6;
const FOOT_MM = 5.3;
const SIGNATURES_MM = 23.5;
const FACTS_MARGIN_MM = 2;
const FACT_GAP_MM = 0.4;
const BOX_EDGE_MM = 4.9;
const BOX_PADDING_MM = 5.3;
const STEP_INDENT_MM = 5;
const RESERVE_MM = 4;

export interface Fact {
  label: string;
  value: string;
  /** Stands behind the value, less strong. */
  note?: string;
}

export interface PlacedFact extends Fact {
  /** Takes the whole width. */
  wide: boolean;
}

/** Facts stand two in a line where both are short. */
export function placeFacts(facts: readonly Fact[], labelMm: number): PlacedFact[] {
  const roomMm = WIDTH_MM / 2 - 2 - labelMm;
  return facts.map((fact) => ({ ...fact, wide: linesOf(fact.value + (fact.note ?? ''), roomMm) > 1 }));
}

export function factsHeightMm(facts: readonly PlacedFact[], labelMm: number): number {
  let lines = 0;
  let gaps = 0;
  let isHalf = false;
  for (const { value, note = '', wide } of facts) {
    if (isHalf && !wide) {
      isHalf = false;
      continue;
    }
    lines += wide ? linesOf(value + note, WIDTH_MM - labelMm) : 1;
    gaps += 1;
    isHalf = !wide;
  }
  return FACTS_MARGIN_MM + lines * LINE_MM + gaps * FACT_GAP_MM;
}

export function rowHeightMm({ name, remark }: { name: string; remark: string }): number {
  const lines = Math.max(
    linesOf(name, NAME_MM - CELL_PADDING_MM),
    linesOf(remark, REMARK_MM - CELL_PADDING_MM),
  );
  return lines * LINE_MM + ROW_EDGE_MM;
}

/** What stands below the table on the last page. */
export function tailHeightMm({ steps, box }: { steps: readonly string[]; box: string }): number {
  const stepLines = steps.reduce((sum, step) => sum + linesOf(step, WIDTH_MM - STEP_INDENT_MM), 0);
  const boxLines = linesOf(box, WIDTH_MM - BOX_PADDING_MM);
  return HEADING_MM + stepLines * LINE_MM + BOX_EDGE_MM + boxLines * LINE_MM + SIGNATURES_MM;
}

/** Rows in pages; the last page has room for the tail, on a page of its own when the rows leave none. */
export function paginate<T>(
  rows: readonly { row: T; heightMm: number }[],
  { factsMm, tailMm }: { factsMm: number; tailMm: number },
): T[][] {
  const roomMm = SHEET_MM - HEAD_MM - FOOT_MM - RESERVE_MM;
  const tableMm = HEADING_MM + LINE_MM + ROW_EDGE_MM;
  const pages: T[][] = [];
  let page: T[] = [];
  let leftMm = roomMm - factsMm - tableMm;
  for (const { row, heightMm } of rows) {
    if (heightMm > leftMm && page.length > 0) {
      pages.push(page);
      page = [];
      leftMm = roomMm - tableMm;
    }
    page.push(row);
    leftMm -= heightMm;
  }
  pages.push(page);
  if (tailMm > leftMm) pages.push([]);
  return pages;
}

/** Lines a text takes in a column: Chinese breaks anywhere, Latin words stay whole where they fit. */
export function linesOf(text: string, widthMm: number): number {
  const room = widthMm / EM_MM;
  let lines = 1;
  let used = 0;
  for (const piece of text.match(/[\u0021-\u024f]+|[^\u0021-\u024f]/g) ?? []) {
    const width = /[\u0020-\u024f]/.test(piece) ? piece.length * LATIN_EM : 1;
    if (used + width > room && used > 0) {
      lines += 1;
      used = 0;
    }
    // A word longer than the line is broken.
    lines += Math.max(0, Math.ceil(width / room) - 1);
    used += width % room;
  }
  return lines;
}
