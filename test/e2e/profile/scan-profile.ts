/**
 * Looks for texts in a browser profile as somebody would who has stolen the disk: in each file as it lies there and unpacked, in the
 * encodings a browser writes.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { brotliDecompressSync, constants, gunzipSync } from 'node:zlib';
import { readLog, readTable, unwrap, valuesOf } from './leveldb.ts';

export interface Trace {
  text: string;
  /** Inside the profile. */
  file: string;
}

export interface Scan {
  found: Trace[];
  /** What was looked at, so that a scan of nothing does not pass for a clean one. */
  files: number;
  bytes: number;
  /** Values of databases that were unpacked. */
  values: number;
}

interface Needle {
  text: string;
  bytes: Buffer;
}

/** Needles by their last four bytes: the beginning of an ID number is everybody's, its end is not. */
type Index = Map<number, Needle[]>;
const KEY_BYTES = 4;

export function scanProfile(profileDir: string, texts: Iterable<string>): Scan {
  const index = indexOf(texts);
  const scan: Scan = { found: [], files: 0, bytes: 0, values: 0 };
  for (const entry of readdirSync(profileDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !statSync(path).isFile()) continue;
    const file = readFileSync(path);
    const values = databaseValues(path, file);
    scan.files += 1;
    scan.bytes += file.length;
    scan.values += values.length;
    const found = new Set([file, ...values, ...inflated(file)].flatMap((bytes) => search(bytes, index)));
    for (const text of found) scan.found.push({ text, file: relative(profileDir, path) });
  }
  return scan;
}

function indexOf(texts: Iterable<string>): Index {
  const index: Index = new Map();
  for (const text of new Set(texts)) {
    for (const bytes of encodingsOf(text)) {
      const key = bytes.readUInt32LE(bytes.length - KEY_BYTES);
      const known = index.get(key);
      if (known === undefined) index.set(key, [{ text, bytes }]);
      else known.push({ text, bytes });
    }
  }
  return index;
}

/** UTF-8, V8's UTF-16, the escapes of JSON and of addresses, and base64 wherever the text begins in it. */
function encodingsOf(text: string): Buffer[] {
  const utf8 = Buffer.from(text);
  const escaped = [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const forms = [
    utf8,
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
    Buffer.from(escaped.join('')),
    Buffer.from(encodeURIComponent(text)),
    ...[0, 1, 2].map((before) => base64Middle(utf8, before)),
  ];
  const seen = new Set<string>();
  return forms.filter((bytes) => {
    const isNew = bytes.length >= KEY_BYTES && !seen.has(bytes.toString('latin1'));
    seen.add(bytes.toString('latin1'));
    return isNew;
  });
}

/** The letters that stand for the text alone, with `before` bytes of something else in its first group of three. */
function base64Middle(utf8: Buffer, before: number): Buffer {
  const letters = Buffer.concat([Buffer.alloc(before), utf8])
    .toString('base64')
    .replace(/=+$/, '');
  const first = before === 0 ? 0 : before + 1;
  const hasRest = (before + utf8.length) % 3 !== 0;
  return Buffer.from(letters.slice(first, hasRest ? -1 : undefined));
}

function search(bytes: Buffer, index: Index): string[] {
  const found = new Set<string>();
  for (let end = KEY_BYTES, key = 0; end <= bytes.length; end++) {
    key = end === KEY_BYTES ? bytes.readUInt32LE(0) : (key >>> 8) | ((bytes[end - 1] ?? 0) << 24);
    const needles = index.get(key >>> 0);
    if (needles === undefined) continue;
    for (const needle of needles) {
      const start = end - needle.bytes.length;
      if (start >= 0 && needle.bytes.equals(bytes.subarray(start, end))) found.add(needle.text);
    }
  }
  return [...found];
}

function databaseValues(path: string, file: Buffer): Buffer[] {
  const name = basename(path);
  const isLog = /^\d+\.log$/.test(name);
  const isTable = /\.(?:ldb|sst)$/.test(name);
  if (!isLog && !isTable) return unwrap(file);
  const batches = isLog ? readLog(file) : [];
  const blocks = isTable ? readTable(file) : [];
  const values = valuesOf(batches, blocks);
  return [...batches, ...blocks, ...values, ...values.flatMap(unwrap)];
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/** Answers of a server lie in the cache as they were sent, packed. Brotli has no mark: it is tried where a cached body may begin. */
function inflated(file: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let at = file.indexOf(GZIP); at >= 0; at = file.indexOf(GZIP, at + 1)) {
    const body = attempt(() => gunzipSync(file.subarray(at), { finishFlush: constants.Z_SYNC_FLUSH }));
    if (body !== undefined) out.push(body);
  }
  const bodyAt = cachedBodyAt(file);
  if (bodyAt !== undefined) {
    const body = attempt(() =>
      brotliDecompressSync(file.subarray(bodyAt), { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
    );
    if (body !== undefined) out.push(body);
  }
  return out;
}

/** Chromium's simple cache: magic, version, length of the key, its hash, the key, the body. */
const SIMPLE_CACHE = Buffer.from('305c72a71b6dfbfc', 'hex');
const SIMPLE_HEADER = 24;

function cachedBodyAt(file: Buffer): number | undefined {
  if (file.length < SIMPLE_HEADER || !file.subarray(0, 8).equals(SIMPLE_CACHE)) return undefined;
  return SIMPLE_HEADER + file.readUInt32LE(12);
}

function attempt(read: () => Buffer): Buffer | undefined {
  try {
    return read();
  } catch {
    // It only looked like it.
    return undefined;
  }
}
