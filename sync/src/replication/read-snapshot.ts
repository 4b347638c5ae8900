/** A snapshot as it comes over the line: newline-delimited JSON, head first, `{"end": count}` last. What is cut off is noticed. */
import type { Result } from '../domain/problem.ts';
import type { PackedCase, SnapshotHead } from '../protocol/messages.ts';
import { unpackBytes } from '../protocol/pack-case.ts';
import type { Snapshot } from './ports.ts';
import { SnapshotCut } from './pull-feed.ts';

/** Large enough that a store works in bulk, small enough that a page stays responsive. */
const BATCH = 500;

const LINE_BREAK = 10;

/** @param body of the answer, uncompressed; null and a line lost before the head are `offline` */
export async function readSnapshot(body: ReadableStream<Uint8Array> | null): Promise<Result<Snapshot>> {
  const lines = linesOf(body);
  const first = await lines.next().catch((error: unknown) => {
    if (error instanceof SnapshotCut) return { done: true as const, value: undefined };
    throw error;
  });
  const [headLine, ...rest] = first.value ?? [];
  if (headLine === undefined) return { ok: false, problem: { code: 'offline' } };
  const head = parsed(headLine) as SnapshotHead;
  return { ok: true, value: { head, batches: batchesOf(rest, lines, head.count) } };
}

/** @param first lines that came together with the head */
async function* batchesOf(
  first: Uint8Array[],
  more: AsyncIterable<Uint8Array[]>,
  count: number,
): AsyncGenerator<PackedCase[]> {
  let batch: PackedCase[] = [];
  let seen = 0;
  /** Of the case whose document is on the next line. */
  let index: Uint8Array | undefined;
  for await (const lines of chain(first, more)) {
    for (const line of lines) {
      if (index === undefined && seen === count) {
        const { end } = parsed(line) as { end?: number };
        if (end !== count) throw new SnapshotCut(`snapshot has more than its ${String(count)} cases`);
        if (batch.length > 0) yield batch;
        return;
      }
      if (index === undefined) {
        index = line;
        continue;
      }
      batch.push(unpackBytes(index, line));
      index = undefined;
      seen += 1;
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  throw new SnapshotCut(`the snapshot was cut after ${String(seen)} of ${String(count)} cases`);
}

function parsed(line: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(line));
}

async function* chain<T>(first: T, more: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* more;
}

/** The whole lines of each piece as it comes in, with their breaks. Throws SnapshotCut when the line is lost. */
async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array[]> {
  if (body === null) return;
  const reader = body.getReader();
  let rest = new Uint8Array();
  for (;;) {
    // A lost line rejects with an error that names no cause.
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new SnapshotCut('the line was lost', { cause: error });
    });
    // What no line break ends was cut off.
    if (done) return;
    const bytes = joined(rest, value);
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let at = bytes.indexOf(LINE_BREAK); at >= 0; at = bytes.indexOf(LINE_BREAK, from)) {
      lines.push(bytes.subarray(from, at + 1));
      from = at + 1;
    }
    rest = bytes.slice(from);
    if (lines.length > 0) yield lines;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
