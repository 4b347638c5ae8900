/** The device's own session: it proves its key, and gets a token for the sync routes. Independent of who is logged in. */
import type { Result } from '@sanji/sync/domain/problem';
import { signValue, toBase64Url } from '@sanji/sync/domain/signing';
import { askJson } from './http.ts';

interface DeviceKeys {
  deviceId: string;
  privateKey: CryptoKey;
}
interface Granted {
  token: string;
  expiresAt: number;
  hubNow: number;
}

/** A token is renewed this long before it ends, so that no push meets its end half way. */
const MARGIN_MS = 60_000;

export class DeviceSession {
  readonly #keys: DeviceKeys;
  #granted: { token: string; until: number } | undefined;
  #asking: Promise<Result<string>> | undefined;

  constructor(keys: DeviceKeys) {
    this.#keys = keys;
  }

  /** Calls at the same time share one request. */
  async token(): Promise<Result<string>> {
    if (this.#granted !== undefined && performance.now() < this.#granted.until) {
      return { ok: true, value: this.#granted.token };
    }
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  forget(): void {
    this.#granted = undefined;
  }

  async #ask(): Promise<Result<string>> {
    const { deviceId, privateKey } = this.#keys;
    const claim = {
      deviceId,
      at: Date.now(),
      nonce: toBase64Url(crypto.getRandomValues(new Uint8Array(16))),
    };
    const sig = await signValue(claim, privateKey);
    const answer = await askJson<Granted>({ method: 'POST', path: '/sync/session', body: { ...claim, sig } });
    if (!answer.ok) return answer;
    const { token, expiresAt, hubNow } = answer.value;
    // Counted on the monotonic clock: a wrong wall clock must not make a token look fresh.
    this.#granted = { token, until: performance.now() + (expiresAt - hubNow) - MARGIN_MS };
    return { ok: true, value: token };
  }
}
