/**
 * One gzip stream made of blocks that were compressed apart, so that a changed block costs only itself. Browsers stop at the end of the
 * first gzip member, so members cannot be concatenated: raw deflate blocks can, each ended by a full flush, under one header and trailer.
 */
import { constants, crc32, deflateRaw } from 'node:zlib';
import { promisify } from 'node:util';

const deflate = promisify<Buffer, { finishFlush: number; level: number }, Buffer>(deflateRaw);

export interface Block {
  bytes: Buffer;
  crc: number;
  /** Before compression. */
  length: number;
}

const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
/** An empty final deflate block. */
const END = Buffer.from([3, 0]);

export async function compressBlock(text: string): Promise<Block> {
  const raw = Buffer.from(text);
  const bytes = await deflate(raw, { finishFlush: constants.Z_FULL_FLUSH, level: 6 });
  return { bytes, crc: crc32(raw), length: raw.length };
}

export function* joinBlocks(blocks: Iterable<Block>): Generator<Buffer> {
  yield HEADER;
  let crc = 0;
  let length = 0;
  for (const block of blocks) {
    yield block.bytes;
    crc = combineCrc(crc, block.crc, block.length);
    length = (length + block.length) >>> 0;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length, 4);
  yield END;
  yield trailer;
}

type Matrix = Uint32Array;

/** CRC-32 of two texts in a row, from the CRC of each: the first is moved on by the zero bytes of the second's length (GF(2) algebra). */
export function combineCrc(first: number, second: number, secondLength: number): number {
  if (secondLength === 0) return first >>> 0;
  let crc = first >>> 0;
  // The operator for one zero bit, squared three times: one zero byte.
  let operator: Matrix = Uint32Array.from({ length: 32 }, (_, bit) =>
    bit === 0 ? 0xedb88320 : 2 ** (bit - 1),
  );
  for (let i = 0; i < 3; i++) operator = square(operator);
  for (let left = secondLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) crc = times(operator, crc);
    operator = square(operator);
  }
  return (crc ^ second) >>> 0;
}

function times(matrix: Matrix, vector: number): number {
  let sum = 0;
  for (let rest = vector >>> 0, row = 0; rest !== 0; rest >>>= 1, row++) {
    if ((rest & 1) === 1) sum ^= matrix[row] ?? 0;
  }
  return sum >>> 0;
}

function square(matrix: Matrix): Matrix {
  return matrix.map((row) => times(matrix, row));
}
