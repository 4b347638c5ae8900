/** How often one may ask. Limits are per network address: a person guessing is slowed down, a hall behind one address is not. */
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { problem } from '@sanji/sync/domain/problem';
import type { RouteName } from './access.ts';
import { MonotonicWindows } from './monotonic-windows.ts';
import { answerProblem } from './problem-response.ts';

const WINDOW_MS = 60_000;
/** 112 stations that come back at once behind one address make a few requests a second each. */
const ALL_PER_MINUTE = 6_000;
/** Twenty-five clerks log in at the start of the day; a program that guesses wants thousands. */
const GUESSABLE_PER_MINUTE = 60;
/** Terminals are taken out of service one by one, and whoever keeps watch looks every few seconds. */
const COSTLY_PER_MINUTE = 30;

/**
 * Routes at which a secret short enough for people could be guessed. A device session is opened by a signature, which nobody guesses, and
 * all stations behind one address open theirs within a minute of the line coming back.
 */
export const GUESSABLE: readonly RouteName[] = [
  'POST /api/session',
  'POST /api/session/factor',
  'POST /api/devices/enrol',
];

/** Routes at which anybody may make the hub work for many milliseconds before it knows who asks. */
export const COSTLY: readonly RouteName[] = ['POST /sync/handover', 'GET /metrics'];

export function overallLimit(): RequestHandler {
  return limit(ALL_PER_MINUTE);
}

export function guessLimit(): RequestHandler {
  return limit(GUESSABLE_PER_MINUTE);
}

/** For one route: others have their own. */
export function costLimit(): RequestHandler {
  return limit(COSTLY_PER_MINUTE);
}

function limit(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: new MonotonicWindows(WINDOW_MS),
    handler: (_request, response) => {
      answerProblem(response, problem('rate-limited', { retryAfterS: WINDOW_MS / 1000 }));
    },
  });
}
