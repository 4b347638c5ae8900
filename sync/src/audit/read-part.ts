/** The lines of one file of an export, in pieces, held against its manifest when the end is reached. */
import type { Break } from './break.ts';
import { fileOf, parseLine } from './export-format.ts';
import type { Manifest, Part } from './export-format.ts';

/** The export lacks a file, or it cannot be read. */
export class ExportUnreadable extends Error {}

/** An export wherever it lies: a folder, an answer of the hub. Its methods reject with ExportUnreadable. */
export interface ExportSource {
  /** The text of the manifest. */
  manifest(): Promise<string>;
  /** The bytes of a file, in pieces. */
  read(part: Part): AsyncIterable<Uint8Array>;
}

/** SHA-256 over what it was fed; WebCrypto has none that is fed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal. Called once, at the end. */
  hex(): string;
}

export interface Line {
  /** From 1. */
  line: number;
  /** Undefined when it is not canonical JSON. */
  value: unknown;
}

export class PartReader {
  readonly #source: ExportSource;
  readonly #part: Part;
  readonly #expected: Manifest['files'][number] | undefined;
  readonly #digest: Digest;
  #lines = 0;
  #bytes = 0;

  constructor(
    source: ExportSource,
    part: Part,
    { manifest, digest }: { manifest: Manifest; digest: Digest },
  ) {
    this.#source = source;
    this.#part = part;
    this.#expected = manifest.files.find((file) => file.part === part);
    this.#digest = digest;
  }

  async *lines(): AsyncGenerator<Line> {
    for await (const text of linesOf(this.#pieces())) {
      this.#lines += 1;
      yield { line: this.#lines, value: parseLine(text) };
    }
  }

  /** To be asked when all lines have been read. */
  flaw(): Break | undefined {
    const found = { lines: this.#lines, bytes: this.#bytes, sha256: this.#digest.hex() };
    const { lines = 0, bytes = 0, sha256 = '' } = this.#expected ?? {};
    if (found.sha256 === sha256 && found.bytes === bytes && found.lines === lines) return undefined;
    const shown = (each: typeof found) =>
      `${String(each.lines)} lines, ${String(each.bytes)} bytes, sha256 ${each.sha256}`;
    return {
      file: fileOf(this.#part),
      what: 'file-changed',
      expected: shown({ lines, bytes, sha256 }),
      found: shown(found),
    };
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#source.read(this.#part)) {
      this.#digest.update(piece);
      this.#bytes += piece.length;
      yield piece;
    }
  }
}

/** The last one too when it has no end. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const texts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = texts.pop() ?? '';
    yield* texts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
