/** A case in the form in which a station stores it: what lists sort and filter by, and the log as one string. */
import type { CaseDocument } from '../domain/action.ts';
import type { CaseHead } from '../domain/state.ts';
import type { PackedCase } from './messages.ts';

/** @param head of the state that `log` folds to */
export function packCase(
  { status, holder, caseNo, matter, receivedAt }: Omit<CaseHead, 'ever' | 'parties'>,
  log: CaseDocument,
): PackedCase & Pick<CaseHead, 'status'> {
  return {
    caseId: log._id,
    n: log.n,
    status,
    holder: holder ?? '',
    caseNo: caseNo ?? '',
    matterId: matter?.matterId ?? '',
    receivedAt: receivedAt ?? 0,
    body: JSON.stringify(log),
  };
}

/**
 * Its index on a line, the document on the next. A document within JSON would be escaped, and taking that apart costs a station more than all
 * else of a first load.
 */
export function packedLines({ body, ...index }: PackedCase): string {
  return `${JSON.stringify(index)}\n${body}\n`;
}

/** @param index a line of `packedLines`; @param body the next */
export function unpackLines(index: string, body: string): PackedCase {
  return { ...(JSON.parse(index) as Omit<PackedCase, 'body'>), body };
}

/** The two lines of a case in UTF-8, as they came. */
const received = new WeakMap<PackedCase, readonly Uint8Array[]>();

/**
 * A case as it came over the line, line breaks included. Its document is decoded when somebody asks for it: a station that only stores it never
 * does, and decoding and encoding were half of a first load.
 */
export function unpackBytes(index: Uint8Array, body: Uint8Array): PackedCase {
  const row = JSON.parse(new TextDecoder().decode(index)) as PackedCase;
  Object.defineProperty(row, 'body', {
    enumerable: true,
    get: () => new TextDecoder().decode(body.subarray(0, -1)),
  });
  received.set(row, [index, body]);
  return row;
}

/** `packedLines` of all of them, one after the other, in UTF-8. */
export function packedBytes(rows: readonly PackedCase[]): Uint8Array<ArrayBuffer> {
  const parts = rows.flatMap((row) => received.get(row) ?? [new TextEncoder().encode(packedLines(row))]);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
