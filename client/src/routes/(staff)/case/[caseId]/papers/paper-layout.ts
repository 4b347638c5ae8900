/**
 * Where a paper's pages end. Heights are worked out from the words, so that nothing has to be drawn to know it; in em of the body text, as
 * `PaperSheets.svelte` sets them. A little is kept in reserve, since another typeface may be wider.
 */
import type { Block, Fact, ListItem } from './paper-blocks.ts';

/** All in millimetres but `bodyPt`. The body is never smaller than 9 pt, foot and caption never than 8 pt. */
export interface Sheet {
  name: 'A5' | 'A4';
  widthMm: number;
  heightMm: number;
  topMm: number;
  sideMm: number;
  bottomMm: number;
  bodyPt: number;
  qrMm: number;
}

export const SHEETS: Record<'A5' | 'A4', Sheet> = {
  A5: {
    name: 'A5',
    widthMm: 148,
    heightMm: 210,
    topMm: 7,
    sideMm: 10,
    bottomMm: 5,
    bodyPt: 9.2,
    qrMm: 28,
  },
  A4: {
    name: 'A4',
    widthMm: 210,
    heightMm: 297,
    topMm: 14,
    sideMm: 20,
    bottomMm: 10,
    bodyPt: 11.5,
    qrMm: 32,
  },
};

const MM_A_PT = 0.3528;
const LINE = 1.35;
/** Most Latin letters and all digits, against a Chinese character. */
const LATIN_EM = 0.6;
const HEADING = 2.34;
const CELL_PADDING = 1;
const ROW_EDGE = 0.39;
const PARAGRAPH_GAP = 0.3;
const TEXT_MARGIN = 0.6;
const FACTS_MARGIN = 0.62;
const FACT_GAP = 0.13;
const BOX_EDGE = 1.52;
const BOX_PADDING = 1.64;
const STEP_INDENT = 1.6;
const SIGNATURES = 7.25;
/** Below the code stands a caption of 8 pt, and a rule ends the head. */
const HEAD_BELOW_QR_MM = 6.8;
const FOOT_LINE_MM = 3.82;
const FOOT_EDGE_MM = 1.5;
const FOOT_PT = 8;
const RESERVE = 1.25;
/** A paragraph is broken between groups of so many lines: no page ends with a lonely line. */
const LINES_TOGETHER = 3;

export interface PlacedFact extends Fact {
  /** Takes the whole width. */
  wide: boolean;
}

/** The width of the text in em. */
export function widthOf({ widthMm, sideMm, bodyPt }: Sheet): number {
  return (widthMm - 2 * sideMm) / (bodyPt * MM_A_PT);
}

/** Facts stand two in a line where both are short. */
export function placeFacts(facts: readonly Fact[], labelEm: number, sheet: Sheet): PlacedFact[] {
  const room = widthOf(sheet) / 2 - 0.6 - labelEm;
  return facts.map((fact) => ({ ...fact, wide: linesOf(fact.value + (fact.note ?? ''), room) > 1 }));
}

function factsHeight(facts: readonly PlacedFact[], labelEm: number, sheet: Sheet): number {
  let lines = 0;
  let gaps = 0;
  let isHalf = false;
  for (const { value, note = '', wide } of facts) {
    if (isHalf && !wide) {
      isHalf = false;
      continue;
    }
    lines += wide ? linesOf(value + note, widthOf(sheet) - labelEm) : 1;
    gaps += 1;
    isHalf = !wide;
  }
  return FACTS_MARGIN + lines * LINE + gaps * FACT_GAP;
}

export interface Unpaged {
  sheet: Sheet;
  facts: readonly PlacedFact[];
  labelEm: number;
  blocks: readonly Block[];
  /** The longest that can stand in the foot. */
  foot: string;
}

/** Blocks in pages, taken apart where they do not fit. The signatures stand on the last page, alone where the words leave no room. */
export function paginate({ sheet, facts, labelEm, blocks, foot }: Unpaged): Block[][] {
  const room = roomOf(sheet, foot);
  let page: Block[] = [];
  const pages = [page];
  let left = room - factsHeight(facts, labelEm, sheet);
  const turn = (): void => {
    page = [];
    pages.push(page);
    left = room;
  };
  for (const block of blocks) {
    let open: Block | undefined;
    for (const piece of piecesOf(block, sheet)) {
      let height = piece.height + (open === undefined ? headHeight(block) : 0);
      const isEmpty = page.length === 0 && (pages.length > 1 || facts.length === 0);
      if (height > left && !isEmpty) {
        turn();
        open = undefined;
        height = piece.height + headHeight(block);
      }
      if (open === undefined) {
        open = piece.alone();
        page.push(open);
      } else piece.addTo(open);
      left -= height;
    }
  }
  if (SIGNATURES > left) {
    // Signatures never stand alone: the last words go with them.
    const moved: Block[] = [];
    while (page.length > 1 && moved.every(({ kind }) => kind === 'boxed')) moved.unshift(...page.splice(-1));
    turn();
    page.push(...moved);
  }
  return pages;
}

function roomOf(sheet: Sheet, foot: string): number {
  const em = sheet.bodyPt * MM_A_PT;
  const footLines = linesOf(foot, (sheet.widthMm - 2 * sheet.sideMm) / (FOOT_PT * MM_A_PT));
  const fixedMm =
    sheet.topMm +
    sheet.bottomMm +
    sheet.qrMm +
    HEAD_BELOW_QR_MM +
    Math.min(2, footLines) * FOOT_LINE_MM +
    FOOT_EDGE_MM;
  return (sheet.heightMm - fixedMm) / em - RESERVE;
}

/** What a block needs before its first piece on a page. */
function headHeight(block: Block): number {
  const heading = block.heading === undefined ? 0 : HEADING;
  switch (block.kind) {
    case 'table':
      return heading + LINE + ROW_EDGE;
    case 'text':
      return heading + (block.heading === undefined ? TEXT_MARGIN : 0);
    case 'list':
    case 'boxed':
      return heading;
  }
}

interface Piece {
  height: number;
  /** The block with nothing but this in it; the heading is repeated on a further page. */
  alone: () => Block;
  /** Puts it to the end of a part of the same block. */
  addTo: (part: Block) => void;
}

function piecesOf(block: Block, sheet: Sheet): Piece[] {
  const width = widthOf(sheet);
  switch (block.kind) {
    case 'table':
      return block.rows.map((row) => ({
        height: rowHeight(row, block, width),
        alone: () => ({ ...block, rows: [row] }),
        addTo: (part) => {
          if (part.kind === 'table') part.rows = [...part.rows, row];
        },
      }));
    case 'list':
      return block.items.flatMap((item) =>
        chunksOf(item.text, width - STEP_INDENT).map((chunk, index) => listPiece(block, item, chunk, index)),
      );
    case 'text':
      return block.paragraphs.flatMap((paragraph) =>
        chunksOf(paragraph, width).map((chunk, index) => ({
          height: chunk.lines * LINE + (index === 0 ? PARAGRAPH_GAP : 0),
          alone: () => ({ ...block, paragraphs: [chunk.text] }),
          addTo: (part) => {
            if (part.kind === 'text') part.paragraphs = joined(part.paragraphs, chunk.text, index > 0);
          },
        })),
      );
    case 'boxed': {
      const text = block.text + (block.strong ?? '');
      const height = BOX_EDGE + linesOf(text, width - BOX_PADDING) * LINE;
      return [{ height, alone: () => ({ ...block }), addTo: () => undefined }];
    }
  }
}

function listPiece(
  block: Extract<Block, { kind: 'list' }>,
  item: ListItem,
  chunk: Chunk,
  index: number,
): Piece {
  const own = { ...item, text: chunk.text };
  return {
    height: chunk.lines * LINE,
    // What goes on from the page before has no number of its own.
    alone: () => ({ ...block, items: [index === 0 ? own : { ...own, no: '' }] }),
    addTo: (part) => {
      if (part.kind !== 'list') return;
      const last = part.items.at(-1);
      part.items =
        index > 0 && last !== undefined
          ? [...part.items.slice(0, -1), { ...last, text: last.text + chunk.text }]
          : [...part.items, own];
    },
  };
}

function joined(paragraphs: readonly string[], text: string, goesOn: boolean): string[] {
  const last = paragraphs.at(-1);
  return goesOn && last !== undefined ? [...paragraphs.slice(0, -1), last + text] : [...paragraphs, text];
}

function rowHeight(
  cells: readonly string[],
  { columns }: Extract<Block, { kind: 'table' }>,
  width: number,
): number {
  const fixed = columns.reduce((sum, column) => sum + (column.widthEm ?? 0), 0);
  const free = columns.filter(({ widthEm }) => widthEm === undefined).length;
  const lines = columns.map(({ widthEm }, i) =>
    linesOf(cells[i] ?? '', (widthEm ?? (width - fixed) / free) - CELL_PADDING),
  );
  return Math.max(...lines) * LINE + ROW_EDGE;
}

interface Chunk {
  text: string;
  lines: number;
}

/** A text in groups of lines; together they are the whole text. */
function chunksOf(text: string, width: number): Chunk[] {
  const lines = linesIn(text, width);
  const chunks: Chunk[] = [];
  for (let i = 0; i < lines.length; i += LINES_TOGETHER) {
    const group = lines.slice(i, i + LINES_TOGETHER);
    chunks.push({ text: group.join(''), lines: group.length });
  }
  return chunks;
}

/** How many lines a text takes in a column. */
export function linesOf(text: string, widthEm: number): number {
  return linesIn(text, widthEm).length;
}

/** Chinese breaks anywhere, Latin words stay whole where they fit, a line end ends a line; one line for nothing. */
function linesIn(text: string, widthEm: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const end = (): void => {
    lines.push(line);
    line = '';
    used = 0;
  };
  for (const piece of text.match(/\n|[\u0021-\u024f]+|[^\u0021-\u024f\n]/g) ?? []) {
    if (piece === '\n') {
      line += piece;
      end();
      continue;
    }
    const width = widthIn(piece);
    // A space at the end of a line takes no room.
    if (used + width > widthEm && used > 0 && piece !== ' ') end();
    if (width <= widthEm) {
      line += piece;
      used += width;
      continue;
    }
    // A word longer than the line is broken.
    for (const letter of piece) {
      if (used + widthIn(letter) > widthEm && used > 0) end();
      line += letter;
      used += widthIn(letter);
    }
  }
  if (line !== '' || lines.length === 0) end();
  return lines;
}

/** In em, on the wide side. */
function widthIn(piece: string): number {
  let width = 0;
  for (const letter of piece) width += letterWidth(letter);
  return width;
}

/** Of the body's typeface, in classes. */
function letterWidth(letter: string): number {
  if (!/[\u0020-\u024f]/.test(letter)) return 1;
  if (letter === ' ') return 0.25;
  if (/[.,:;'|ilj!]/.test(letter)) return 0.3;
  if (/[-rtf()/"]/.test(letter)) return 0.4;
  if (/[sczJ*]/.test(letter)) return 0.5;
  if (/[mMwW@%]/.test(letter)) return 0.92;
  return /[A-Z&]/.test(letter) ? 0.7 : LATIN_EM;
}
