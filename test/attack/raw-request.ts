/**
 * A request byte by byte, as no polite client makes it: paths that `fetch` would tidy up, headers that it forbids, bodies that never end.
 * One connection each; resolves with whatever came back until the hub closed it, or the whole first answer.
 */
import { connect, type Socket } from 'node:net';
import { constants, gunzipSync } from 'node:zlib';

export interface RawAnswer {
  /** 0: the hub closed the connection without a word. */
  status: number;
  headers: Map<string, string>;
  text: string;
}

export interface RawRequest {
  method?: string;
  /** As it stands in the request line. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Hangs up after the first bytes of an answer that has no end. */
  isEndless?: boolean;
}

/** A hub that says nothing for so long hangs. */
const HANGS_MS = 30_000;

export function sendRaw(
  hubUrl: string,
  { method = 'GET', target, headers = {}, body, isEndless = false }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(hubUrl);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = Object.entries({
    host,
    connection: 'close',
    ...(bytes !== undefined && { 'content-length': String(bytes.length) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.from([`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1'));
  if (bytes !== undefined) socket.write(bytes);
  if (isEndless) socket.once('data', () => socket.destroy());
  return answerOn(socket);
}

/** What comes in on `socket` until it is closed from the other side. */
export function answerOn(socket: Socket): Promise<RawAnswer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.setTimeout(HANGS_MS, () => {
      socket.destroy();
      reject(
        new Error(
          `no end after ${String(HANGS_MS)} ms; so far: ${Buffer.concat(pieces).toString('utf8').slice(0, 300)}`,
        ),
      );
    });
    socket.on('data', (piece) => pieces.push(piece));
    // The hub may cut a connection in the middle of what it is sent.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(parseAnswer(Buffer.concat(pieces)));
    });
  });
}

function parseAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  // «Go on»: the answer comes after it.
  if (bytes.subarray(0, 12).toString('latin1') === 'HTTP/1.1 100')
    return parseAnswer(bytes.subarray(end + 4));
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const sent = bytes.subarray(end + 4);
  const whole = headers.get('transfer-encoding') === 'chunked' ? unchunked(sent) : sent;
  const plain = headers.get('content-encoding') === 'gzip' ? gunzipSync(whole, PARTIAL) : whole;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? '0');
  return { status, headers, text: plain.toString('utf8') };
}

/** An answer that was cut is read as far as it goes. */
const PARTIAL = { finishFlush: constants.Z_SYNC_FLUSH };

function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at);
    const length = parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (line < 0 || !(length > 0)) break;
    chunks.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return Buffer.concat(chunks);
}
