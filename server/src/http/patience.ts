/** How long the hub waits for who speaks slowly or does not listen. A line that is slow but moves is never cut. */
import type { Server } from 'node:http';
import type { RequestHandler } from 'express';

export interface Patience {
  /** For the whole head of a request, milliseconds. */
  headersMs: number;
  /** In every such span of a body at least `MIN_BYTES` come, milliseconds. */
  bodyMs: number;
  /** Without a byte in either direction. Longer than the pause between two beats of an event stream. */
  idleMs: number;
  /** How often lines are looked at, milliseconds. */
  checkMs: number;
  /** The longest that refusals are held back from who is refused again and again; 0: they never are. */
  refusalMs: number;
  /** How fast the rest of refused bodies is taken, of all lines together, bytes per millisecond. */
  refusedBytesAMs: number;
}

export const PATIENCE: Patience = {
  headersMs: 15_000,
  bodyMs: 15_000,
  idleMs: 120_000,
  checkMs: 5_000,
  refusalMs: 1_000,
  // Four megabytes a second: reading as many takes a few hundredths of the thread's time.
  refusedBytesAMs: 4_000,
};

/** Half a kilobyte a second: the worst modem line brings ten times as much. */
export const MIN_BYTES = 8 * 1024;

/** For `createServer`. */
export function serverOptions({ headersMs, checkMs }: Patience) {
  return { headersTimeout: headersMs, connectionsCheckingInterval: checkMs };
}

export function cutIdleLines(server: Server, { idleMs }: Patience): void {
  server.timeout = idleMs;
}

/** Watches every body that comes in, whoever reads it or has refused it already. Cut, a reader fails as for any line that broke. */
export function cutStalledBodies({ bodyMs }: Patience): RequestHandler {
  return (request, _response, next) => {
    const { socket, headers } = request;
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0) {
      const pace = new Pace(socket.bytesRead);
      const watch = setInterval(() => {
        if (!request.complete && pace.hasStalled(socket.bytesRead)) socket.destroy();
      }, bodyMs);
      request.once('close', () => {
        clearInterval(watch);
      });
    }
    next();
  };
}

/** One body: asked once in each span. */
export class Pace {
  #seen: number;

  constructor(bytes: number) {
    this.#seen = bytes;
  }

  hasStalled(bytes: number): boolean {
    const came = bytes - this.#seen;
    this.#seen = bytes;
    return came < MIN_BYTES;
  }
}
