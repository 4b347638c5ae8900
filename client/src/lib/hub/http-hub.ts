/** HubPort over HTTP. */
import type { Result } from '@sanji/sync/domain/problem';
import type {
  GiveBackAnswer,
  GiveBackRequest,
  PullAnswer,
  PullRequest,
  PushAnswer,
  PushRequest,
} from '@sanji/sync/protocol/messages';
import type { HubPort, Snapshot } from '@sanji/sync/replication/ports';
import { readSnapshot } from '@sanji/sync/replication/read-snapshot';
import type { DeviceSession } from './device-session.ts';
import { ask, askJson, type HubRequest } from './http.ts';

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
    return readSnapshot(answer.value.body);
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
