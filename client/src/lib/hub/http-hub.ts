/** HubPort over HTTP. */
import type { Result } from '@sanji/sync/domain/problem';
import type {
  GiveBackAnswer,
  GiveBackRequest,
  PackedCase,
  PullAnswer,
  PullRequest,
  PushAnswer,
  PushRequest,
  SnapshotHead,
} from '@sanji/sync/protocol/messages';
import type { HubPort, Snapshot } from '@sanji/sync/replication/ports';
import { SnapshotCut } from '@sanji/sync/replication/pull-feed';
import type { DeviceSession } from './device-session.ts';
import { ask, askJson, type HubRequest } from './http.ts';

/** Large enough that IndexedDB works in bulk, small enough that the page stays responsive. */
const BATCH = 500;

export class HttpHub implements HubPort {
  readonly #session: DeviceSession;

  constructor(session: DeviceSession) {
    this.#session = session;
  }

  async push(request: PushRequest): Promise<Result<PushAnswer>> {
    return this.#call((token) =>
      askJson<PushAnswer>({ method: 'POST', path: '/sync/push', body: request, token }),
    );
  }

  async pull({ feed, since, limit }: PullRequest): Promise<Result<PullAnswer>> {
    const query = new URLSearchParams({ feed, limit: String(limit) });
    if (since !== null) query.set('since', since);
    return this.#call((token) => askJson<PullAnswer>({ path: `/sync/pull?${query.toString()}`, token }));
  }

  async giveBack(request: GiveBackRequest): Promise<Result<GiveBackAnswer>> {
    return this.#call((token) =>
      askJson<GiveBackAnswer>({ method: 'POST', path: '/sync/catalog', body: request, token }),
    );
  }

  async snapshot(feed: string): Promise<Result<Snapshot>> {
    const request: HubRequest = {
      path: `/sync/snapshot?${new URLSearchParams({ feed }).toString()}`,
      accept: 'application/x-ndjson',
      // A first load over a slow line takes minutes; a cut line ends it by itself.
      signal: new AbortController().signal,
    };
    const answer = await this.#call((token) => ask({ ...request, token }));
    if (!answer.ok) return answer;
    return readSnapshot(answer.value);
  }

  async #call<T>(call: (token: string) => Promise<Result<T>>): Promise<Result<T>> {
    const token = await this.#session.token();
    if (!token.ok) return token;
    const answer = await call(token.value);
    if (answer.ok || answer.problem.code !== 'login-required') return answer;
    // The hub was restarted or the token ended early: prove the key once more, then believe the refusal.
    this.#session.forget();
    const again = await this.#session.token();
    return again.ok ? call(again.value) : again;
  }
}

async function readSnapshot(response: Response): Promise<Result<Snapshot>> {
  const lines = linesOf(response);
  const first = await lines.next().catch((error: unknown) => {
    if (error instanceof SnapshotCut) return { done: true as const, value: undefined };
    throw error;
  });
  const [headLine, ...rest] = first.value ?? [];
  if (headLine === undefined) return { ok: false, problem: { code: 'offline' } };
  const head = JSON.parse(headLine) as SnapshotHead;
  return { ok: true, value: { head, batches: batchesOf(rest, lines, head.count) } };
}

/** @param first lines that came together with the head */
async function* batchesOf(
  first: string[],
  more: AsyncIterable<string[]>,
  count: number,
): AsyncGenerator<PackedCase[]> {
  let batch: PackedCase[] = [];
  let seen = 0;
  for await (const lines of chain(first, more)) {
    for (const line of lines) {
      const row = JSON.parse(line) as PackedCase | { end: number };
      if ('end' in row) {
        if (row.end !== seen || seen !== count)
          throw new SnapshotCut(`snapshot has ${String(seen)} of ${String(count)} cases`);
        if (batch.length > 0) yield batch;
        return;
      }
      seen += 1;
      batch.push(row);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  throw new SnapshotCut('the snapshot was cut');
}

async function* chain<T>(first: T, more: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* more;
}

/** The whole lines of each piece as it comes in, never none. Throws SnapshotCut when the line is lost. */
async function* linesOf(response: Response): AsyncGenerator<string[]> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    // A lost line rejects with an error that names no cause.
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new SnapshotCut('the line was lost', { cause: error });
    });
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    const whole = lines.filter((line) => line !== '');
    if (whole.length > 0) yield whole;
    if (done) return;
  }
}
