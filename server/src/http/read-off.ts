/**
 * What is refused may still be coming in. Its sender hears the answer only when it is through, so the rest is taken at a walking pace: one
 * that sends megabytes for nothing costs the others no time.
 */
import type { RequestHandler, Response } from 'express';
import type { Clock, Timer } from '@sanji/sync/replication/ports';
import { MONOTONIC } from '../machine-time.ts';

/** What a terminal pushes whose session has just ended, in most cases. */
export const AT_ONCE_BYTES = 128 * 1024;
/** Ten times what any route takes is not worth waiting for. */
const MOST_BYTES = 80_000_000;
const KEY = 'walkingPace';

/** When the next piece is due, of all lines together: a hundred of them cost no more than one. */
export class WalkingPace {
  readonly #bytesAMs: number;
  readonly #time: Clock & Timer;
  #nextAt = 0;

  /** @param bytesAMs Infinity: as fast as it comes */
  constructor(bytesAMs: number, time: Clock & Timer = MONOTONIC) {
    this.#bytesAMs = bytesAMs;
    this.#time = time;
  }

  /** Calls `task` when it is time for more after so many bytes; undefined: at once is soon enough. The answer calls it off. */
  after(bytes: number, task: () => void): (() => void) | undefined {
    const now = this.#time.now();
    this.#nextAt = Math.max(now, this.#nextAt) + bytes / this.#bytesAMs;
    return this.#nextAt > now ? this.#time.after(this.#nextAt - now, task) : undefined;
  }
}

/** For the edge. */
export function walkingPace(pace: WalkingPace): RequestHandler {
  return (_request, response, next) => {
    response.locals[KEY] = pace;
    next();
  };
}

/**
 * Takes what is left of the request that `response` answers. Resolves with true when nothing more comes, with false when there is too much of
 * it: then the line is to be closed. Never rejects.
 */
export function readOff(response: Response): Promise<boolean> {
  const { req: request, locals } = response;
  if (request.complete || request.destroyed) return Promise.resolve(true);
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return Promise.resolve(false);
  const pace = locals[KEY] as WalkingPace | undefined;
  return new Promise((resolve) => {
    let bytes = 0;
    let cancel = (): void => undefined;
    const end = (isThrough: boolean) => {
      cancel();
      request.off('data', take).off('end', through).off('error', through).off('close', through);
      resolve(isThrough);
    };
    const through = () => {
      end(true);
    };
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > MOST_BYTES) {
        request.pause();
        end(false);
        return;
      }
      if (bytes <= AT_ONCE_BYTES) return;
      const wait = pace?.after(piece.length, () => {
        request.resume();
      });
      if (wait === undefined) return;
      request.pause();
      cancel = wait;
    };
    request.on('data', take).on('end', through).on('error', through).on('close', through);
    request.resume();
  });
}
