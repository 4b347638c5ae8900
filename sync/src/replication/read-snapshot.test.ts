/** A first load over lines that are cut anywhere. */
import { expect, test } from 'vitest';
import type { PackedCase } from '../protocol/messages.ts';
import { packedLines } from '../protocol/pack-case.ts';
import { SnapshotCut } from './pull-feed.ts';
import { readSnapshot } from './read-snapshot.ts';

function rowOf(i: number): PackedCase {
  const index = { n: 1, status: 'received', holder: '', caseNo: '', matterId: '', receivedAt: i };
  return { caseId: `case${String(i)}`, ...index, body: JSON.stringify({ _id: i, text: '一行\n又一行' }) };
}
const HEAD = { v: 1, hubNow: 1, epoch: { count: 1, id: 'a' }, checkpoint: 'c' };

function textOf(rows: PackedCase[]): string {
  const head = JSON.stringify({ ...HEAD, count: rows.length });
  return `${head}\n${rows.map(packedLines).join('')}${JSON.stringify({ end: rows.length })}\n`;
}

/** In pieces of so many bytes, which part characters too. */
function streamOf(bytes: Uint8Array<ArrayBuffer>, piece = 7): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += piece)));
    },
  });
}

async function read(bytes: Uint8Array<ArrayBuffer>, piece?: number) {
  const snapshot = await readSnapshot(streamOf(bytes, piece));
  if (!snapshot.ok) return snapshot.problem;
  const rows: PackedCase[] = [];
  try {
    for await (const batch of snapshot.value.batches) rows.push(...batch);
  } catch (error) {
    return { error, rows };
  }
  return rows;
}

test('is read as it was packed, in whatever pieces it comes', async () => {
  const rows = [1, 2, 3].map(rowOf);
  for (const piece of [1, 7, 10_000])
    expect(await read(new TextEncoder().encode(textOf(rows)), piece)).toEqual(rows);
});

test('is noticed to be cut, wherever that is', async () => {
  const bytes = new TextEncoder().encode(textOf([1, 2].map(rowOf)));
  for (let end = 0; end < bytes.length; end++) {
    const found = await read(bytes.slice(0, end), 50);
    if ('code' in found) expect(found).toEqual({ code: 'offline' });
    else expect(found).toEqual({ error: expect.any(SnapshotCut) as unknown, rows: [] });
  }
});

test('hands out whole cases only, though it is cut within one', async () => {
  const text = textOf(Array.from({ length: 600 }, (_, i) => rowOf(i)));
  const last = packedLines(rowOf(499));
  const end = text.indexOf(last) + last.length - 5;
  const found = await read(new TextEncoder().encode(text.slice(0, end)), 1_000);
  expect(found).toMatchObject({ error: expect.any(SnapshotCut) as unknown, rows: [] });
});

test('names another number of cases than it has: nothing of it counts as the whole', async () => {
  const text = textOf([1, 2].map(rowOf)).replace('"end":2', '"end":3');
  expect(await read(new TextEncoder().encode(text))).toMatchObject({
    error: expect.any(SnapshotCut) as unknown,
  });
});
