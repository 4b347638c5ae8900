/** What a paper is made of, between its head and its signatures. Shapes only. */

export interface Fact {
  label: string;
  value: string;
  /** Stands behind the value, less strong. */
  note?: string;
}

export interface Column {
  label: string;
  /** Absent: what the others leave. */
  widthEm?: number;
  centred?: true;
}

export interface ListItem {
  no: string;
  text: string;
}

export type Block =
  | { kind: 'text'; heading?: string; paragraphs: readonly string[] }
  | { kind: 'list'; heading?: string; items: readonly ListItem[] }
  /** Each row has a cell for each column. */
  | { kind: 'table'; heading?: string; columns: readonly Column[]; rows: readonly (readonly string[])[] }
  | { kind: 'boxed'; heading?: string; text: string; strong?: string };

/** One thing alone needs no number. */
export function listOf(heading: string, texts: readonly string[]): Block {
  const [only] = texts;
  if (only !== undefined && texts.length === 1) return textOf(heading, only);
  return { kind: 'list', heading, items: texts.map((text, i) => ({ no: `${String(i + 1)}.`, text })) };
}

export function textOf(heading: string, text: string): Block {
  return { kind: 'text', heading, paragraphs: text.split('\n') };
}
