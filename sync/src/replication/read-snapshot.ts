/** A snapshot as it comes over the line: newline-delimited JSON, head first, `{"end": count}` last. What is cut off is noticed. */
import type { Result } from '../domain/problem.ts';
import type { PackedCase, SnapshotHead } from '../protocol/messages.ts';
import { unpackLines } from '../protocol/pack-case.ts';
import type { Snapshot } from './ports.ts';
import { SnapshotCut } from './pull-feed.ts';

/** Large enough that a store works in bulk, small enough that a page stays responsive. */
const BATCH = 500;

/** @param body of the answer, uncompressed; null and a line lost before the head are `offline` */
export async function readSnapshot(body: ReadableStream<Uint8Array> | null): Promise<Result<Snapshot>> {
  const lines = linesOf(body);
  const first = await lines.next().catch((error: unknown) => {
    if (error instanceof SnapshotCut) return { done: true as const, value: undefined };
    throw error;
  });
  const [headLine, ...rest] = first.value ?? [];
  if (headLine === undefined) return { ok: false, problem: { code: 'offline' } };
  const head = JSON.parse(headLine) as SnapshotHead;
  return { ok: true, value: { head, batches: batchesOf(rest, lines, head.count) } };
}

/** @param first lines that came together with the head */
async function* batchesOf(
  first: string[],
  more: AsyncIterable<string[]>,
  count: number,
): AsyncGenerator<PackedCase[]> {
  let batch: PackedCase[] = [];
  let seen = 0;
  /** Of the case whose document is on the next line. */
  let index: object | undefined;
  for await (const lines of chain(first, more)) {
    for (const line of lines) {
      if (index === undefined) {
        index = JSON.parse(line) as object;
        if (!('end' in index)) continue;
        if (index.end !== seen || seen !== count)
          throw new SnapshotCut(`snapshot has ${String(seen)} of ${String(count)} cases`);
        if (batch.length > 0) yield batch;
        return;
      }
      seen += 1;
      batch.push(unpackLines(index, line));
      index = undefined;
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  throw new SnapshotCut('the snapshot was cut');
}

async function* chain<T>(first: T, more: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* more;
}

/** The whole lines of each piece as it comes in, never none. Throws SnapshotCut when the line is lost. */
async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string[]> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    // A lost line rejects with an error that names no cause.
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new SnapshotCut('the line was lost', { cause: error });
    });
    // What no line break ends was cut off.
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
}
