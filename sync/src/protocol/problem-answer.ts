/** What an answer that is no success says, whoever gave it: the hub a problem of the catalogue, a proxy between anything at all. */
import { problem, PROBLEMS } from '../domain/problem.ts';
import type { Problem } from '../domain/problem.ts';

/** Where nobody says after how long to come again, seconds. */
const DEFAULT_RETRY_AFTER_S = 30;

/** Never rejects. Reads the body. */
export async function problemOfAnswer(response: Response): Promise<Problem> {
  try {
    const { code, params } = (await response.json()) as Partial<Problem>;
    if (code !== undefined && Object.hasOwn(PROBLEMS, code)) return problem(code, params);
  } catch {
    // Not the hub's: a proxy answered in its place.
  }
  const { status, headers } = response;
  if (status === 429)
    return problem('rate-limited', {
      retryAfterS: Number(headers.get('retry-after') ?? DEFAULT_RETRY_AFTER_S),
    });
  // A hub does not redirect; what stands before one that is away answers with one of these.
  return status < 400 || status >= 502
    ? problem('offline')
    : problem('internal', { reference: String(status) });
}
