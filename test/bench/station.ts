/** A station without a browser: enrols over HTTP, signs, and pushes. For filling a hub. */
import { exportPublicKey, newDeviceKeys, signAction, signValue } from '@sanji/sync/domain/signing';
import { actionIdOf, newCaseId } from '@sanji/sync/domain/identifiers';
import type { AnyActionBody, Author, SignedAction } from '@sanji/sync/domain/action';
import type { ActionDraft } from '@sanji/sync/replication/append';
import type { PushAnswer, PushedCase } from '@sanji/sync/protocol/messages';

const JSON_TYPE = { 'content-type': 'application/json' };

async function ask<T>(url: string, init: RequestInit): Promise<{ value: T; headers: Headers }> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)} ${await response.text()}`);
  return { value: (await response.json()) as T, headers: response.headers };
}

/** A one-time code for `unit`, made by the sample district's system administrator. */
export async function makeCode(hubUrl: string, unit: string): Promise<string> {
  const login = await ask(`${hubUrl}/api/session`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ staffId: 'sunl', password: 'Wuhua-2026' }),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { value } = await ask<{ code: string }>(`${hubUrl}/api/enrolment-codes`, {
    method: 'POST',
    headers: { ...JSON_TYPE, cookie },
    body: JSON.stringify({ unit }),
  });
  return value.code;
}

export class BenchStation {
  readonly #hubUrl: string;
  readonly #keys: CryptoKeyPair;
  readonly deviceId: string;
  readonly terminal: string;
  #counter = 0;
  #prev: string | null = null;
  token = '';

  private constructor(hubUrl: string, keys: CryptoKeyPair, enrolled: { deviceId: string; terminal: string }) {
    this.#hubUrl = hubUrl;
    this.#keys = keys;
    this.deviceId = enrolled.deviceId;
    this.terminal = enrolled.terminal;
  }

  /** @param servedBy whom it calls afterwards, e.g. its street's relay; default the hub */
  static async enrol(hubUrl: string, unit: string, servedBy = hubUrl): Promise<BenchStation> {
    const keys = await newDeviceKeys();
    const code = await makeCode(hubUrl, unit);
    const { value } = await ask<{ deviceId: string; terminal: string }>(`${servedBy}/api/devices/enrol`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ code, publicKey: await exportPublicKey(keys.publicKey) }),
    });
    const station = new BenchStation(servedBy, keys, value);
    await station.#openSession();
    return station;
  }

  async #openSession(): Promise<void> {
    const claim = { deviceId: this.deviceId, at: Date.now(), nonce: crypto.randomUUID() };
    const sig = await signValue(claim, this.#keys.privateKey);
    const { value } = await ask<{ token: string }>(`${this.#hubUrl}/sync/session`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ ...claim, sig }),
    });
    this.token = value.token;
  }

  /** A new case with the given actions, signed and chained. */
  async makeCase(by: Author, drafts: ActionDraft[]): Promise<PushedCase> {
    const caseId = newCaseId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const actions: SignedAction[] = [];
    for (const draft of drafts) {
      this.#counter += 1;
      const id = actionIdOf(this.deviceId, this.#counter);
      const after = actions.slice(-1).map((action) => action.body.id);
      const body: AnyActionBody = {
        v: 1,
        id,
        caseId,
        ...draft,
        by,
        at: Date.now(),
        offsetMs: 0,
        after,
        prev: this.#prev,
      };
      const signed = await signAction(body, this.#keys.privateKey);
      this.#prev = signed.hash;
      actions.push(signed);
    }
    return { caseId, n: 0, actions };
  }

  /** Pushes and returns the answer. Throws on anything but 200. */
  async push(cases: PushedCase[]): Promise<PushAnswer> {
    const { value } = await ask<PushAnswer>(`${this.#hubUrl}/sync/push`, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ v: 1, cases }),
    });
    return value;
  }
}
