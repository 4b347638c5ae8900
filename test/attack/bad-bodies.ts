/** Bodies that no client sends: too long, too deep, packed, misnamed, broken, and with keys that reach for a prototype. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

export interface BadBody {
  name: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
  /** Takes long to send or to unpack: for the whole attack, and for routes that take long bodies. */
  isHeavy?: boolean;
}

const MB = 1024 * 1024;
const DEPTH = 100_000;

export function badBodies(): BadBody[] {
  const zeros = Buffer.alloc(50 * MB, 0x20);
  const keys =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}';
  const packed = (coding: string, body: Uint8Array): BadBody => ({
    name: `50 MB packed by ${coding}`,
    body,
    headers: { 'content-encoding': coding },
    isHeavy: true,
  });
  return [
    { name: '10 MB of spaces', isHeavy: true, body: Buffer.alloc(10 * MB, 0x20) },
    { name: '10 MB in one text', body: `{"staffId":"${'x'.repeat(10 * MB)}"}` },
    { name: '10 MB of numbers', isHeavy: true, body: `[${'1,'.repeat(5 * MB)}1]` },
    {
      name: '10 MB of keys',
      isHeavy: true,
      body: `{${Array.from({ length: 400_000 }, (_, i) => `"k${String(i)}":${String(i)}`).join(',')}}`,
    },
    packed('gzip', gzipSync(zeros)),
    packed('deflate', deflateSync(zeros)),
    packed('br', brotliCompressSync(zeros)),
    { name: 'an unknown packing', body: '{}', headers: { 'content-encoding': 'zip' } },
    { name: 'gzip that is none', body: '{}', headers: { 'content-encoding': 'gzip' } },
    { name: 'deep lists', body: '['.repeat(DEPTH) + ']'.repeat(DEPTH) },
    { name: 'deep objects', body: '{"a":'.repeat(DEPTH / 10) + '1' + '}'.repeat(DEPTH / 10) },
    { name: 'keys of a prototype', body: keys },
    {
      name: 'keys of a prototype, deeper',
      body: `{"v":1,"cases":[${keys}],"docs":[${keys}],"rows":[${keys}],"publicKey":${keys}}`,
    },
    { name: 'nothing', body: '' },
    { name: 'half of it', body: '{"staffId":"yangxm","pass' },
    { name: 'null', body: 'null' },
    { name: 'a list', body: '[]' },
    { name: 'a number beyond numbers', body: '{"v":1e999,"at":-1e999,"n":1e308,"limit":9007199254740993}' },
    { name: 'half a surrogate', body: '{"staffId":"\\ud800","code":"\\udfff","version":"\\ud800"}' },
    { name: 'bytes that are no UTF-8', body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) },
    { name: 'a null byte', body: '{"staffId":"yang\\u0000xm","password":"\\u0000","code":"\\u0000"}' },
    { name: 'a byte-order mark', body: '\ufeff{}' },
    { name: 'a key twice', body: '{"v":1,"v":2,"staffId":"a","staffId":"b"}' },
    ...[
      'text/plain',
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/json; charset=nonsense',
      'application/ld+json',
      '',
      'x',
    ].map((type): BadBody => ({
      name: `called «${type}»`,
      body: '{"a":1}',
      headers: { 'content-type': type },
    })),
  ];
}
