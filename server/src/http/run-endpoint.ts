/** From an HTTP request to an endpoint and back: authorise, read, parse, call, answer. The only code that sees request and response. */
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { problem, refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { StoreError } from '../store/store-error.ts';
import { authorise, type AuthoriseDeps } from './authorise.ts';
import type { Answer, Caller, Endpoint } from './endpoint.ts';
import type { Order } from './order.ts';
import { answerProblem } from './problem-response.ts';
import { BUSY, readBody, type BodyBounds } from './read-body.ts';
import { presentedSession, sessionCookie } from './session-cookie.ts';

const DEFAULT_MAX_BYTES = 64 * 1024;

export interface RunDeps extends AuthoriseDeps {
  order: Order;
  /** Aborted when the hub stops: open streams end. */
  stopping: AbortSignal;
  /** For what must not happen. Gives back the reference under which it is in the log. */
  onFault: (error: unknown) => string;
}

export function runEndpoint(deps: RunDeps, endpoint: Endpoint): RequestHandler {
  return (request, response) => {
    void answer(deps, endpoint, { request, response }).catch((error: unknown) => {
      answerProblem(response, problemOf(error, deps));
    });
  };
}

interface Exchange {
  request: Request;
  response: Response;
}

async function answer(deps: RunDeps, endpoint: Endpoint, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const caller = await authorise(deps, endpoint.name, request);
  if (!caller.ok) {
    answerProblem(response, caller.problem);
    return;
  }
  const { order } = deps;
  const way = {
    isLong: (endpoint.maxBytes ?? 0) > DEFAULT_MAX_BYTES,
    isEndless: endpoint.isEndless === true,
    address: request.ip ?? '',
  };
  const held = order.holdBody(caller.value, way);
  let done = (): void => undefined;
  try {
    const bounds = boundsOf(endpoint);
    const body: Result<unknown> =
      bounds === undefined ? { ok: true, value: undefined } : await readBody(request, bounds, held.add);
    const turn = order.turnOf(caller.value, way);
    if (turn === undefined) answerProblem(response, BUSY);
    else {
      done = await turn;
      // Who hung up while it waited wants nothing any more.
      if (!response.destroyed) await serve(deps, endpoint, { ...exchange, caller: caller.value, body });
    }
  } finally {
    held.release();
    done();
  }
}

async function serve(
  deps: RunDeps,
  endpoint: Endpoint,
  { request, response, caller, body: read }: Exchange & { caller: Caller; body: Result<unknown> },
): Promise<void> {
  const body = read.ok ? parsed(endpoint.body, read.value, 'body') : read;
  const query = parsed(endpoint.query, request.query, 'query');
  const bad = [body, query].find((input) => !input.ok);
  if (bad?.ok === false) {
    answerProblem(response, bad.problem);
    return;
  }
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.params)) params[name] = String(value);
  const presented = presentedSession(request);
  const asked = {
    body: body.ok && body.value,
    query: query.ok && query.value,
    params,
    address: request.ip ?? '',
    ...(presented !== undefined && { presented }),
  };
  const result = await endpoint.handle(asked, caller);
  if (result.ok) await send(response, result.value, { deps, request });
  else answerProblem(response, result.problem);
}

async function send(
  response: Response,
  value: Answer,
  { deps, request }: { deps: RunDeps; request: Request },
): Promise<void> {
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  if (value.session !== undefined)
    response.setHeader('set-cookie', sessionCookie(value.session.token, request));
  if (value.stream !== undefined) {
    const left = new AbortController();
    response.once('close', () => {
      left.abort();
    });
    await value.stream(response, AbortSignal.any([left.signal, deps.stopping]));
    return;
  }
  response.status(value.status ?? 200);
  if (value.status === 204) response.end();
  else response.json(value.json);
}

function boundsOf({ body, bodyType = 'json', maxBytes = DEFAULT_MAX_BYTES, maxValues }: Endpoint) {
  if (body === undefined) return undefined;
  return { type: bodyType, maxBytes, ...(maxValues !== undefined && { maxValues }) } satisfies BodyBounds;
}

function parsed(schema: z.ZodType | undefined, value: unknown, where: string): Result<unknown> {
  if (schema === undefined) return { ok: true, value: undefined };
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const path = result.error.issues[0]?.path.map(String).join('.') ?? '';
  return refused('malformed', { where: path === '' ? where : `${where}.${path}`.slice(0, 200) });
}

/** Stores reject with errors of their own; everything else is a bug and is logged once. */
function problemOf(error: unknown, deps: RunDeps): Problem {
  if (error instanceof StoreError && (error.code === 'unavailable' || error.code === 'broken')) {
    deps.onFault(error);
    return problem('unavailable');
  }
  return problem('internal', { reference: deps.onFault(error) });
}
