/** Google's Snappy, the raw format without framing: what LevelDB and IndexedDB write to the disk. Reading only. */

/** What could be read until the end or the first byte that makes no sense: a reader of traces wants also what is torn. */
export function unsnap(input: Buffer): Buffer {
  const [length, start] = varint(input, 0);
  // Beyond what one record holds it is not Snappy at all.
  if (length === 0 || length > MAX_BYTES) return Buffer.alloc(0);
  const out = Buffer.alloc(length);
  let at = start;
  let done = 0;
  while (at < input.length && done < length) {
    const tag = input[at] ?? 0;
    at += 1;
    if ((tag & 3) === 0) {
      const [size, after] = literalSize(input, at, tag >> 2);
      done += input.copy(out, done, after, Math.min(after + size, input.length));
      at = after + size;
      continue;
    }
    const [size, back, after] = copySize(input, at, tag);
    at = after;
    if (back === 0 || back > done) break;
    // Byte by byte: a copy may overlap what it writes.
    for (const end = Math.min(done + size, length); done < end; done++) out[done] = out[done - back] ?? 0;
  }
  return out.subarray(0, done);
}

const MAX_BYTES = 64 * 1024 * 1024;

function literalSize(input: Buffer, at: number, code: number): [size: number, after: number] {
  if (code < 60) return [code + 1, at];
  const bytes = code - 59;
  return at + bytes > input.length ? [0, input.length] : [input.readUIntLE(at, bytes) + 1, at + bytes];
}

function copySize(input: Buffer, at: number, tag: number): [size: number, back: number, after: number] {
  const kind = tag & 3;
  if (kind === 1) return [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | (input[at] ?? 0), at + 1];
  const bytes = kind === 2 ? 2 : 4;
  if (at + bytes > input.length) return [0, 0, input.length];
  return [(tag >> 2) + 1, input.readUIntLE(at, bytes), at + bytes];
}

/** @returns the value and where it ends */
export function varint(input: Buffer, start: number): [value: number, after: number] {
  let value = 0;
  let at = start;
  for (let factor = 1; at < input.length && at < start + 10; factor *= 128) {
    const byte = input[at] ?? 0;
    at += 1;
    value += (byte & 127) * factor;
    if (byte < 128) break;
  }
  return [value, at];
}
