/**
 * What lies in a LevelDB folder, whatever is deleted or written over: the records of the logs put together again, the blocks of the tables
 * unpacked, and each value also without the Snappy that IndexedDB packs large ones with.
 */
import { unsnap, varint } from './snappy.ts';

const LOG_BLOCK = 32_768;
const LOG_HEADER = 7;
const FOOTER = 48;
/** Behind each block of a table: how it is packed, and a checksum. */
const TRAILER = 5;
const PACKED = 1;

/** The write batches of a `.log`, in which a text may be torn by the header of the next block. */
export function readLog(file: Buffer): Buffer[] {
  const batches: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let block = 0; block < file.length; block += LOG_BLOCK) {
    const end = Math.min(block + LOG_BLOCK, file.length);
    for (let at = block; at + LOG_HEADER <= end;) {
      const length = file.readUInt16LE(at + 4);
      const kind = file[at + 6] ?? 0;
      // 1 whole, 2 first, 3 middle, 4 last; 0 is room that was set aside.
      if (kind === 0) break;
      const part = file.subarray(at + LOG_HEADER, Math.min(at + LOG_HEADER + length, end));
      if (kind <= 2) parts = [];
      parts.push(part);
      if (kind === 1 || kind === 4) batches.push(Buffer.concat(parts));
      at += LOG_HEADER + length;
    }
  }
  // A last record that was cut off.
  if (parts.length > 0) batches.push(Buffer.concat(parts));
  return batches;
}

/** Every block of a `.ldb`, unpacked: those the index names and the index itself. */
export function readTable(file: Buffer): Buffer[] {
  if (file.length < FOOTER) return [];
  const footer = file.subarray(file.length - FOOTER);
  const [, afterMetaOffset] = varint(footer, 0);
  const [, afterMeta] = varint(footer, afterMetaOffset);
  const index = blockAt(file, footer, afterMeta);
  return [index, ...entriesOf(index).map(({ value }) => blockAt(file, value, 0))];
}

/** @param handle offset and length as varints, from `at` on */
function blockAt(file: Buffer, handle: Buffer, at: number): Buffer {
  const [offset, after] = varint(handle, at);
  const [length] = varint(handle, after);
  if (offset + length + TRAILER > file.length) return Buffer.alloc(0);
  const block = file.subarray(offset, offset + length);
  return file[offset + length] === PACKED ? unsnap(block) : block;
}

/** The values of the write batches and the blocks. */
export function valuesOf(batches: readonly Buffer[], blocks: readonly Buffer[]): Buffer[] {
  return [
    ...batches.flatMap(batchValues),
    ...blocks.flatMap((block) => entriesOf(block).map(({ value }) => value)),
  ];
}

/** Sequence number and count, then one entry after the other: 1 put with key and value, 0 delete with the key. */
function batchValues(batch: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 12; at < batch.length;) {
    const isPut = batch[at] === 1;
    const [keyLength, key] = varint(batch, at + 1);
    at = key + keyLength;
    if (!isPut) continue;
    const [length, value] = varint(batch, at);
    values.push(batch.subarray(value, value + length));
    at = value + length;
  }
  return values;
}

/** Keys share a beginning with the one before; the restart points at the end are no entries. */
function entriesOf(block: Buffer): { value: Buffer }[] {
  if (block.length < 4) return [];
  const end = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const entries: { value: Buffer }[] = [];
  for (let at = 0; at < end;) {
    const [, own] = varint(block, at);
    const [ownLength, size] = varint(block, own);
    const [valueLength, key] = varint(block, size);
    const value = key + ownLength;
    entries.push({ value: block.subarray(value, value + valueLength) });
    at = value + valueLength;
  }
  return entries;
}

/** IndexedDB's own wrapping of large values: a version, a mark that the value wants processing, and how. */
const WRAPPED_SNAPPY = Buffer.from([0xff, 0x11, 0x02]);
/** The mark stands behind a short number. */
const MARK_WITHIN = 16;

/** The value unpacked when IndexedDB has packed it, else nothing. */
export function unwrap(value: Buffer): Buffer[] {
  const at = value.subarray(0, MARK_WITHIN).indexOf(WRAPPED_SNAPPY);
  return at < 0 ? [] : [unsnap(value.subarray(at + WRAPPED_SNAPPY.length))];
}
