import { gunzipSync, crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { combineCrc, compressBlock, joinBlocks } from './gzip-blocks.ts';

test('blocks compressed apart read as one gzip stream', async () => {
  const texts = ['{"head":1}\n', '五华区'.repeat(5000), '', 'end\n'];
  const blocks = await Promise.all(texts.map(compressBlock));
  expect(gunzipSync(Buffer.concat([...joinBlocks(blocks)])).toString()).toBe(texts.join(''));
});

test('no block at all is an empty gzip stream', () => {
  expect(gunzipSync(Buffer.concat([...joinBlocks([])])).length).toBe(0);
});

test('the combined checksum is that of the whole', () => {
  const [a, b] = [Buffer.from('first part'), Buffer.from('and a longer second part')];
  expect(combineCrc(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
});
