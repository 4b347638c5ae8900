/** The one place of a relay that calls the district. A refusal is a value; a line that is down is the problem `offline`. */
import { refused, type Result } from '@sanji/sync/domain/problem';
import { problemOfAnswer } from '@sanji/sync/protocol/problem-answer';

export interface DistrictRequest {
  method?: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  token?: string;
  accept?: string;
  /** Default: given up after `TIMEOUT_MS`. */
  signal?: AbortSignal;
}

/** Longer than the slowest answer of a healthy hub, short enough that a dead line is noticed. */
const TIMEOUT_MS = 20_000;

/** @param base of the district, e.g. `https://hub.wuhua.example` */
export async function askDistrict(base: string, request: DistrictRequest): Promise<Result<Response>> {
  const { method = 'GET', path, body, token, signal = AbortSignal.timeout(TIMEOUT_MS) } = request;
  const headers = new Headers({ accept: request.accept ?? 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const content = body === undefined ? null : JSON.stringify(body);
  try {
    // A hub does not redirect. What does is something in between, which must not be given the token.
    const response = await fetch(`${base}${path}`, {
      method,
      headers,
      body: content,
      signal,
      redirect: 'manual',
    });
    return response.ok
      ? { ok: true, value: response }
      : { ok: false, problem: await problemOfAnswer(response) };
  } catch {
    // fetch tells a refused connection, a lost line and a timeout apart only in words.
    return refused('offline');
  }
}

/** Answers without a body give undefined. */
export async function askDistrictJson<T>(base: string, request: DistrictRequest): Promise<Result<T>> {
  const answer = await askDistrict(base, request);
  if (!answer.ok) return answer;
  try {
    const text = await answer.value.text();
    return { ok: true, value: (text === '' ? undefined : JSON.parse(text)) as T };
  } catch {
    return refused('offline');
  }
}
