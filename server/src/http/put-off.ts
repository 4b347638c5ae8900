/**
 * Who is refused again and again waits for each further refusal, so that trying costs whoever tries and not the neighbours. Good answers are
 * never held back, and nobody is shut out: behind one address may stand a whole hall.
 */
import type { RequestHandler, Response } from 'express';
import type { Clock } from '@sanji/sync/replication/ports';
import { MONOTONIC } from '../machine-time.ts';

/** A clerk who mistypes, or a station that comes back with an old session, stays below. */
export const FREE_REFUSALS = 15;
/** One refusal after the other is forgotten so soon. */
const FORGET_MS = 1_000;
/** How much longer each refusal waits than the one before. */
const STEP_MS = 100;
/** No more are remembered: half a minute after the last try nothing is held back any longer. */
const MOST_REFUSALS = 40;
/** Answers held back for one address; who still asks is cut off. */
const MOST_HELD = 100;
/** With more, the one that has been quiet longest is forgotten. */
const MOST_ADDRESSES = 10_000;

/** What each address was refused lately. */
export class Refusals {
  readonly #mostMs: number;
  readonly #clock: Clock;
  /** The quietest first. */
  readonly #accounts = new Map<string, { count: number; at: number }>();

  /** @param mostMs the longest that a refusal is held back; 0: none is */
  constructor(mostMs: number, clock: Clock = MONOTONIC) {
    this.#mostMs = mostMs;
    this.#clock = clock;
  }

  /** Counts one more, and says how long to hold it back, milliseconds. */
  add(address: string): number {
    const at = this.#clock.now();
    const known = this.#accounts.get(address) ?? { count: 0, at };
    const remembered = Math.max(0, known.count - (at - known.at) / FORGET_MS);
    const count = Math.min(MOST_REFUSALS, remembered + 1);
    this.#accounts.delete(address);
    this.#accounts.set(address, { count, at });
    const [quietest = address] = this.#accounts.keys();
    if (this.#accounts.size > MOST_ADDRESSES) this.#accounts.delete(quietest);
    return Math.min(this.#mostMs, Math.max(0, Math.ceil(count) - FREE_REFUSALS) * STEP_MS);
  }
}

const KEY = 'refuse';

/** For the edge. Refusals of this request are put on the account of its address. */
export function putOffRefusals(mostMs: number): RequestHandler {
  const refusals = new Refusals(mostMs);
  const held = new Map<string, number>();
  const hold = (address: string, change: 1 | -1): void => {
    const count = (held.get(address) ?? 0) + change;
    if (count > 0) held.set(address, count);
    else held.delete(address);
  };
  return (request, response, next) => {
    const address = request.ip ?? '';
    response.locals[KEY] = (send: () => void): void => {
      const waitMs = refusals.add(address);
      if (waitMs === 0) send();
      else if ((held.get(address) ?? 0) >= MOST_HELD) request.socket.destroy();
      else {
        hold(address, 1);
        const cancel = MONOTONIC.after(waitMs, send);
        response.once('close', () => {
          cancel();
          hold(address, -1);
        });
      }
    };
    next();
  };
}

/** Calls `send` when a refusal is due: at once, later, or never. */
export function whenDue(response: Response, send: () => void): void {
  const refuse = response.locals[KEY] as ((send: () => void) => void) | undefined;
  if (refuse === undefined) send();
  else refuse(send);
}
