/** The district as a relay sees it: the station's protocol over HTTP under the relay's own key, and the few calls that only a relay makes. */
import { randomBytes } from 'node:crypto';
import type { Result } from '@sanji/sync/domain/problem';
import { signValue } from '@sanji/sync/domain/signing';
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
import type { DirectoryPart, DirectoryUnchanged } from '../hub/directory-part.ts';
import type { RelayLogRequest } from '../hub/take-relay-log.ts';
import { askDistrict, askDistrictJson, type DistrictRequest } from './ask-district.ts';

export interface DistrictLineKeys {
  deviceId: string;
  privateKey: CryptoKey;
}

/** A token is renewed this long before it ends, so that no push meets its end half way. */
const MARGIN_MS = 60_000;
/** The hub sends a heartbeat every 25 s: a stream that is silent for longer has died without a word. */
const SILENCE_MS = 60_000;

export class DistrictLine implements HubPort {
  readonly #base: string;
  readonly #keys: DistrictLineKeys;
  #granted: { token: string; until: number } | undefined;
  #asking: Promise<Result<string>> | undefined;

  constructor(base: string, keys: DistrictLineKeys) {
    this.#base = base;
    this.#keys = keys;
  }

  push(body: PushRequest): Promise<Result<PushAnswer>> {
    return this.#json({ method: 'POST', path: '/sync/push', body });
  }

  pull({ feed, since, limit }: PullRequest): Promise<Result<PullAnswer>> {
    const query = new URLSearchParams({ feed, limit: String(limit), ...(since !== null && { since }) });
    return this.#json({ path: `/sync/pull?${query.toString()}` });
  }

  giveBack(body: GiveBackRequest): Promise<Result<GiveBackAnswer>> {
    return this.#json({ method: 'POST', path: '/sync/catalog', body });
  }

  async snapshot(feed: string): Promise<Result<Snapshot>> {
    const answer = await this.#call((token) =>
      askDistrict(this.#base, {
        path: `/sync/snapshot?${new URLSearchParams({ feed }).toString()}`,
        accept: 'application/x-ndjson',
        // A first load over a slow line takes minutes; a cut line ends it by itself.
        signal: new AbortController().signal,
        token,
      }),
    );
    return answer.ok ? readSnapshot(answer.value.body) : answer;
  }

  /** @param known digest of the part that is here */
  directory(known: string | undefined): Promise<Result<DirectoryPart | DirectoryUnchanged>> {
    const query = new URLSearchParams(known === undefined ? {} : { known });
    return this.#json({ path: `/sync/directory?${query.toString()}` });
  }

  /** Calls `moved` on connecting and with every poke. Resolves when the stream has ended, for whatever reason. */
  async listen(moved: () => void, stopping: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const watch = setTimeout(() => {
      silence.abort();
    }, SILENCE_MS);
    const signal = AbortSignal.any([stopping, silence.signal]);
    let rest = '';
    try {
      const answer = await this.#call((token) =>
        askDistrict(this.#base, { path: '/sync/events', accept: 'text/event-stream', signal, token }),
      );
      if (!answer.ok || answer.value.body === null) return;
      moved();
      for await (const text of answer.value.body.pipeThrough(new TextDecoderStream())) {
        watch.refresh();
        const messages = (rest + text).split('\n\n');
        rest = messages.pop() ?? '';
        if (messages.some((message) => message.startsWith('event: moved'))) moved();
      }
    } catch {
      // A cut line ends the stream like any other end.
    } finally {
      clearTimeout(watch);
    }
  }

  /** What this relay wrote down of logins. */
  log(body: RelayLogRequest): Promise<Result<{ taken: number }>> {
    return this.#json({ method: 'POST', path: '/sync/relay-log', body });
  }

  /** As the terminal that brought it: the relay carries it up. */
  bundle(body: unknown): Promise<Result<unknown>> {
    return this.#json({ method: 'POST', path: '/sync/bundle', body });
  }

  #json<T>(request: DistrictRequest): Promise<Result<T>> {
    return this.#call((token) => askDistrictJson<T>(this.#base, { ...request, token }));
  }

  async #call<T>(call: (token: string) => Promise<Result<T>>): Promise<Result<T>> {
    const token = await this.#token();
    if (!token.ok) return token;
    const answer = await call(token.value);
    if (answer.ok || answer.problem.code !== 'login-required') return answer;
    // The hub was set up anew or the token ended early: prove the key once more, then believe the refusal.
    this.#granted = undefined;
    const again = await this.#token();
    return again.ok ? call(again.value) : again;
  }

  /** Calls at the same time share one request. */
  async #token(): Promise<Result<string>> {
    if (this.#granted !== undefined && performance.now() < this.#granted.until)
      return { ok: true, value: this.#granted.token };
    this.#asking ??= this.#prove().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #prove(): Promise<Result<string>> {
    const { deviceId, privateKey } = this.#keys;
    const claim = { deviceId, at: Date.now(), nonce: randomBytes(16).toString('base64url') };
    const sig = await signValue(claim, privateKey);
    const answer = await askDistrictJson<{ token: string; expiresAt: number; hubNow: number }>(this.#base, {
      method: 'POST',
      path: '/sync/session',
      body: { ...claim, sig },
    });
    if (!answer.ok) return answer;
    const { token, expiresAt, hubNow } = answer.value;
    // Counted on the monotonic clock: a wrong wall clock must not make a token look fresh.
    this.#granted = { token, until: performance.now() + (expiresAt - hubNow) - MARGIN_MS };
    return { ok: true, value: token };
  }
}
