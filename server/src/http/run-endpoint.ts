/** From an HTTP request to an endpoint and back: authorise, read, parse, call, answer. The only code that sees request and response. */
import { json, text, type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { problem, refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { StoreError } from '../store/store-error.ts';
import { authorise, type AuthoriseDeps } from './authorise.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { answerProblem } from './problem-response.ts';

const DEFAULT_MAX_BYTES = 64 * 1024;

export interface RunDeps extends AuthoriseDeps {
  /** Aborted when the hub stops: open streams end. */
  stopping: AbortSignal;
  /** For what must not happen. Gives back the reference under which it is in the log. */
  onFault: (error: unknown) => string;
}

export function runEndpoint(deps: RunDeps, endpoint: Endpoint): RequestHandler {
  const readBody = bodyReader(endpoint);
  return (request, response) => {
    void answer(deps, { endpoint, readBody }, { request, response }).catch((error: unknown) => {
      answerProblem(response, problemOf(error, deps));
    });
  };
}

interface Prepared {
  endpoint: Endpoint;
  readBody: RequestHandler | undefined;
}
interface Exchange {
  request: Request;
  response: Response;
}

async function answer(
  deps: RunDeps,
  { endpoint, readBody }: Prepared,
  { request, response }: Exchange,
): Promise<void> {
  const caller = await authorise(deps, endpoint.name, request);
  if (!caller.ok) {
    answerProblem(response, caller.problem);
    return;
  }
  if (readBody !== undefined)
    await new Promise<void>((resolve, reject) => {
      readBody(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  const body = parsed(endpoint.body, request.body, 'body');
  const query = parsed(endpoint.query, request.query, 'query');
  const bad = [body, query].find((input) => !input.ok);
  if (bad?.ok === false) {
    answerProblem(response, bad.problem);
    return;
  }
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.params)) params[name] = String(value);
  const asked = {
    body: body.ok && body.value,
    query: query.ok && query.value,
    params,
    address: request.ip ?? '',
  };
  const result = await endpoint.handle(asked, caller.value);
  if (result.ok) await send(response, result.value, { deps, request });
  else answerProblem(response, result.problem);
}

async function send(
  response: Response,
  value: Answer,
  { deps, request }: { deps: RunDeps; request: Request },
): Promise<void> {
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  if (value.cookie !== undefined)
    response.setHeader('set-cookie', request.secure ? `${value.cookie}; Secure` : value.cookie);
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

function bodyReader({ body, bodyType, maxBytes }: Endpoint): RequestHandler | undefined {
  if (body === undefined) return undefined;
  const limit = maxBytes ?? DEFAULT_MAX_BYTES;
  return bodyType === 'text'
    ? text({ limit, type: ['text/plain', 'application/json'] })
    : json({ limit, strict: true });
}

function parsed(schema: z.ZodType | undefined, value: unknown, where: string): Result<unknown> {
  if (schema === undefined) return { ok: true, value: undefined };
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const path = result.error.issues[0]?.path.map(String).join('.') ?? '';
  return refused('malformed', { where: path === '' ? where : `${where}.${path}`.slice(0, 200) });
}

/** Body parsers and stores reject with errors of their own; everything else is a bug and is logged once. */
function problemOf(error: unknown, deps: RunDeps): Problem {
  if (isTooLarge(error)) return problem('too-large', { maxBytes: error.limit });
  if (isBadRequest(error)) return problem('malformed', { where: 'body' });
  if (error instanceof StoreError && (error.code === 'unavailable' || error.code === 'broken')) {
    deps.onFault(error);
    return problem('unavailable');
  }
  return problem('internal', { reference: deps.onFault(error) });
}

function isTooLarge(error: unknown): error is { limit: number } {
  return error instanceof Error && 'status' in error && error.status === 413 && 'limit' in error;
}
function isBadRequest(error: unknown): boolean {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}
