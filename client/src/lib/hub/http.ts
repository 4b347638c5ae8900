/** The one place that calls fetch. A refusal is a value; a lost line is the problem `offline`. */
import { refused, type Result } from '@sanji/sync/domain/problem';
import { problemOfAnswer } from '@sanji/sync/protocol/problem-answer';

export interface HubRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  /** Sent as JSON; a string is sent as it is, as text. */
  body?: unknown;
  token?: string;
  signal?: AbortSignal;
  accept?: string;
}

/** Longer than the slowest answer of a healthy hub, short enough that a dead line is noticed while the clerk looks. */
const TIMEOUT_MS = 20_000;

export async function ask(request: HubRequest): Promise<Result<Response>> {
  const { method = 'GET', path, body, token, signal = AbortSignal.timeout(TIMEOUT_MS) } = request;
  const headers = new Headers({ accept: request.accept ?? 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined)
    headers.set('content-type', typeof body === 'string' ? 'text/plain' : 'application/json');
  const content = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: content,
      signal,
      credentials: 'same-origin',
    });
    return response.ok
      ? { ok: true, value: response }
      : { ok: false, problem: await problemOfAnswer(response) };
  } catch {
    // fetch tells a lost line, a refused connection and a timeout apart only in words of the browser.
    return refused('offline');
  }
}

/** Answers without a body give undefined. */
export async function askJson<T>(request: HubRequest): Promise<Result<T>> {
  const answer = await ask(request);
  if (!answer.ok) return answer;
  try {
    const text = await answer.value.text();
    return { ok: true, value: (text === '' ? undefined : JSON.parse(text)) as T };
  } catch {
    return refused('offline');
  }
}
