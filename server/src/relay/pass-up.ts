/**
 * What a street relay does not do itself goes up to the district while the line is up, in the name of the person who asks: publishing rules,
 * changing a password, reporting what was looked at or printed. Of the device routes only joining and the last words of a terminal.
 */
import type { Request, RequestHandler, Response as Answer } from 'express';
import { request as callHttp, type IncomingMessage } from 'node:http';
import { request as callHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { problem, type Problem } from '@sanji/sync/domain/problem';
import { answerProblem } from '../http/problem-response.ts';
import { presentedSession } from '../http/session-cookie.ts';
import type { StaffSessions } from '../sessions/staff-sessions.ts';
import type { RelayLogin } from './relay-login.ts';

const JOINING = 'POST /api/devices/enrol';
const NEW_PASSWORD = 'POST /api/session/password';
/** Need no session. */
const OPEN: readonly string[] = [JOINING, 'POST /sync/handover'];
const TIMEOUT_MS = 20_000;
const REQUEST_HEADERS = ['content-type', 'content-length', 'accept'] as const;
const ANSWER_HEADERS = ['content-type', 'content-disposition', 'retry-after'] as const;

export interface PassUpDeps {
  upstreamUrl: string;
  sessions: Pick<StaffSessions, 'find' | 'ownPasswordSet'>;
  logins: Pick<RelayLogin, 'districtSession'>;
  isLineUp: () => boolean;
  /** Takes what the district has just said of a new terminal or password, so that it counts here at once. */
  onJoined: () => Promise<void>;
  onFault: (error: unknown) => string;
}

export function passUp(deps: PassUpDeps): RequestHandler {
  return (request, response) => {
    void answer(deps, request, response).catch((error: unknown) => {
      answerProblem(response, problem('internal', { reference: deps.onFault(error) }));
    });
  };
}

async function answer(deps: PassUpDeps, request: Request, response: Answer): Promise<void> {
  response.locals['route'] = 'passed up';
  const route = `${request.method} ${request.path}`;
  const headers: Record<string, string> = {};
  for (const name of REQUEST_HEADERS) {
    const value = request.get(name);
    if (value !== undefined) headers[name] = value;
  }
  if (!OPEN.includes(route)) {
    const theirs = await districtSession(deps, request);
    if ('code' in theirs) {
      answerProblem(response, theirs);
      return;
    }
    headers['cookie'] = theirs.session;
  }
  const asked = await ask(deps.upstreamUrl, request, headers);
  if (asked === undefined) {
    answerProblem(response, problem('offline'));
    return;
  }
  const { statusCode = 502, headers: said } = asked;
  if (route === JOINING && statusCode === 201) await deps.onJoined();
  if (route === NEW_PASSWORD && statusCode === 200) await passwordSet(deps, request);
  response.status(statusCode).setHeader('cache-control', 'no-store');
  for (const name of ANSWER_HEADERS) {
    const value = said[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  // A line that breaks half way cuts the answer: the caller must not take a part for the whole.
  await pipeline(asked, response).catch(() => response.destroy());
}

/** The old password opens nothing here either, and the session is as good as any. */
async function passwordSet({ sessions, onJoined }: PassUpDeps, request: Request): Promise<void> {
  const token = presentedSession(request);
  if (token !== undefined) await sessions.ownPasswordSet(token);
  await onJoined();
}

async function districtSession(
  { sessions, logins, isLineUp }: PassUpDeps,
  request: Request,
): Promise<{ session: string } | Problem> {
  if (!request.path.startsWith('/api/')) return problem('not-found');
  const token = presentedSession(request);
  if (token === undefined || (await sessions.find(token)) === undefined) return problem('login-required');
  const session = logins.districtSession(token);
  if (session !== undefined) return { session };
  return isLineUp() ? problem('login-required') : problem('offline');
}

/** Undefined when the district does not answer. */
function ask(
  base: string,
  request: Request,
  headers: Record<string, string>,
): Promise<IncomingMessage | undefined> {
  const at = request.originalUrl.indexOf('?');
  // Never the whole address as it was asked: it may name another host.
  const url = `${base}${request.path}${at < 0 ? '' : request.originalUrl.slice(at)}`;
  const { method } = request;
  const options = { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
  return new Promise((resolve) => {
    const call = base.startsWith('https:') ? callHttps(url, options) : callHttp(url, options);
    call.once('response', resolve);
    call.on('error', () => {
      resolve(undefined);
    });
    pipeline(request, call).catch(() => {
      resolve(undefined);
    });
  });
}
