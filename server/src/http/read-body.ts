/**
 * Reads the body of a request: refused by what its head says before a byte is taken, bounded while it comes in, and bounded in what it would
 * make of the hub's one thread. What is refused is left unread; `read-off.ts` disposes of it.
 */
import type { Request } from 'express';
import { problem, refused, type Result } from '@sanji/sync/domain/problem';

export interface BodyBounds {
  type: 'json' | 'text';
  maxBytes: number;
  /** Default: as many as a client could have made of so many bytes. */
  maxValues?: number;
}

/** Names and values together: no client makes them shorter on average. A body of the shortest holds the thread for hundreds of milliseconds. */
const BYTES_A_VALUE = 15;
/** The deepest that a client sends is a form's schema, a dozen levels. */
const MAX_DEPTH = 64;

const TYPES = { json: ['application/json'], text: ['text/plain', 'application/json'] };

/** Of one that asks for more than its share, when it may ask again: a moment later. */
export const BUSY = problem('rate-limited', { retryAfterS: 1 });

/**
 * Undefined: there is no body of that type. Problems: `too-large`, `malformed`, `rate-limited`. Never rejects.
 * @param mayHold asked for each piece: whether there is room for it
 */
export async function readBody(
  request: Request,
  bounds: BodyBounds,
  mayHold: (bytes: number) => boolean = () => true,
): Promise<Result<unknown>> {
  const isOfType = request.is(TYPES[bounds.type]);
  if (isOfType === null || isOfType === false) return { ok: true, value: undefined };
  const { headers } = request;
  // Nobody packs what is sent to the hub, and unpacking costs more than the packed bytes tell.
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return MALFORMED;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') return MALFORMED;
  const { maxBytes, maxValues = Math.ceil(maxBytes / BYTES_A_VALUE) } = bounds;
  if (Number(headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes);
  const bytes = await collect(request, maxBytes, mayHold);
  if (bytes === 'busy') return { ok: false, problem: BUSY };
  if (bytes === 'more') return tooLarge(maxBytes);
  if (bytes === 'broken') return MALFORMED;
  try {
    if (bounds.type === 'text') return { ok: true, value: decoder().decode(bytes) };
    if (bytes.length === 0) return { ok: true, value: {} };
    if (!isWithin(bytes, maxValues)) return MALFORMED;
    const value: unknown = JSON.parse(decoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ok: true, value } : MALFORMED;
  } catch {
    // No UTF-8, or no JSON.
    return MALFORMED;
  }
}

const MALFORMED = refused('malformed', { where: 'body' });

function tooLarge(maxBytes: number): Result<never> {
  return { ok: false, problem: problem('too-large', { maxBytes }) };
}

function decoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true });
}

type Collected = Buffer | 'more' | 'busy' | 'broken';

function collect(
  request: Request,
  maxBytes: number,
  mayHold: (bytes: number) => boolean,
): Promise<Collected> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const end = (result: Collected) => {
      request.off('data', take).off('end', whole).off('error', broken).off('close', broken);
      resolve(result);
    };
    const take = (piece: Buffer) => {
      length += piece.length;
      pieces.push(piece);
      const why = length > maxBytes ? 'more' : mayHold(piece.length) ? undefined : 'busy';
      if (why === undefined) return;
      request.pause();
      end(why);
    };
    const whole = () => {
      end(Buffer.concat(pieces));
    };
    const broken = () => {
      end('broken');
    };
    request.on('data', take).on('end', whole).on('error', broken).on('close', broken);
  });
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether JSON is no deeper and holds no more than it may: a glance at its bytes, far cheaper than making values of them. */
export function isWithin(bytes: Buffer, maxValues: number, maxDepth = MAX_DEPTH): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values += 1;
      depth += 1;
      if (depth > maxDepth) return false;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === COMMA) {
      values += 1;
      if (values > maxValues) return false;
    }
  }
  return values <= maxValues;
}

/** Of the text that begins at `start`: where its closing quote is; behind the last byte when it has none. */
function endOfText(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let first = at;
    while (bytes[first - 1] === BACKSLASH) first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
  return bytes.length;
}
