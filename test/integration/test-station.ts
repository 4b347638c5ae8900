/** A terminal without a screen: enrols, signs, chains, pushes and pulls over real HTTP. */
import { randomBytes } from 'node:crypto';
import type {
  ActionKind,
  ActionPayloads,
  AnyActionBody,
  Applicant,
  CaseDocument,
  SignedAction,
} from '@sanji/sync/domain/action';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import { effectiveRule, matterVersionOn } from '@sanji/sync/domain/tier-rules';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { fillIntake } from '@sanji/sync/testing/form-filler';
import { feedOf, newCaseId, actionIdOf } from '@sanji/sync/domain/identifiers';
import { exportPublicKey, newDeviceKeys, signAction, signValue } from '@sanji/sync/domain/signing';
import type { PushAnswer, PushedCase } from '@sanji/sync/protocol/messages';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { ask, login, type Asked } from './running-hub.ts';

const ZHANG_SAN = { kind: 'person', name: '张三', idNumber: '11010519491231002X' } as const;

/** What a station needs of whoever answers it: a hub, a relay, in this process or another. */
export interface StationHub {
  url: string;
  clock: { now: () => number };
  hub: { container: { catalog: { current(): Catalog } } };
  /** Whom a proxy in front would name as the caller. Default: nobody. */
  callerAddress?: () => string;
}

export class TestStation {
  /** The hub it talks to; any process on the same store will do, and a street relay. */
  hub: StationHub;
  readonly keys: CryptoKeyPair;
  readonly deviceId: string;
  readonly unit: string;
  readonly terminal: string;
  token = '';
  #counter = 0;
  #prev: string | null = null;
  #cases = 0;

  private constructor(hub: StationHub, keys: CryptoKeyPair, joined: Record<string, unknown>) {
    this.hub = hub;
    this.keys = keys;
    this.deviceId = String(joined['deviceId']);
    this.unit = String(joined['unit']);
    this.terminal = String(joined['terminal']);
  }

  /** Joins the unit in which `clerk` works. */
  static async join(hub: StationHub, clerk: string): Promise<TestStation> {
    const unit = hub.hub.container.catalog.current().staff.get(clerk)?.unit ?? '';
    const headers = await login(hub.url, 'sunl');
    const issued = await ask(hub.url, 'POST /api/enrolment-codes', { body: { unit }, headers });
    const keys = await newDeviceKeys();
    const publicKey = await exportPublicKey(keys.publicKey);
    const joined = await ask(hub.url, 'POST /api/devices/enrol', {
      body: { code: issued.body['code'], publicKey },
    });
    if (joined.status !== 201) throw new Error(`could not join: ${JSON.stringify(joined.body)}`);
    const station = new TestStation(hub, keys, joined.body);
    await station.openSession();
    return station;
  }

  /** A copy of the whole profile: the same key, and the same numbers from here on. */
  async clone(): Promise<TestStation> {
    const { deviceId, unit, terminal } = this;
    const copy = new TestStation(this.hub, this.keys, { deviceId, unit, terminal });
    copy.#counter = this.#counter;
    copy.#prev = this.#prev;
    copy.#cases = this.#cases;
    await copy.openSession();
    return copy;
  }

  async openSession(): Promise<Asked> {
    const claim = {
      deviceId: this.deviceId,
      at: this.hub.clock.now(),
      nonce: randomBytes(16).toString('hex'),
    };
    const sig = await signValue(claim, this.keys.privateKey);
    const answer = await ask(this.hub.url, 'POST /sync/session', { body: { ...claim, sig } });
    this.token = String(answer.body['token'] ?? '');
    return answer;
  }

  get headers(): Record<string, string> {
    const address = this.hub.callerAddress?.();
    return {
      authorization: `Bearer ${this.token}`,
      ...(address !== undefined && { 'x-forwarded-for': address }),
    };
  }

  async sign<K extends ActionKind>(
    caseId: string,
    by: string,
    { kind, payload }: { kind: K; payload: ActionPayloads[K] },
  ): Promise<SignedAction> {
    this.#counter += 1;
    const body = {
      v: 1,
      id: actionIdOf(this.deviceId, this.#counter),
      caseId,
      kind,
      payload,
      by: { staffId: by, name: this.#nameOf(by), unit: this.unit },
      at: this.hub.clock.now(),
      offsetMs: 0,
      after: [],
      prev: this.#prev,
    } as unknown as AnyActionBody;
    const action = await signAction(body, this.keys.privateKey);
    this.#prev = action.hash;
    return action;
  }

  #nameOf(staffId: string): string {
    return this.hub.hub.container.catalog.current().staff.get(staffId)?.name ?? staffId;
  }

  /** A matter of the sample that this unit accepts, `next` takes on, the district decides, and nothing forwards by itself. */
  forwardedMatter(next: TestStation): string {
    const catalog = this.hub.hub.container.catalog.current();
    const ruleOf = (unit: string, matterId: string) =>
      effectiveRule(catalog, { unit, matterId, day: '2026-11-23' });
    const found = [...catalog.matters.keys()].find((matterId) => {
      const own = ruleOf(this.unit, matterId);
      const isForwarded = own.mode === 'accept' && !own.autoForward && own.decideAt === 'district';
      return isForwarded && ['accept', 'decide'].includes(ruleOf(next.unit, matterId).mode);
    });
    if (found === undefined) throw new Error('the sample has no such matter');
    return found;
  }

  /** Draft, receive and accept: what the window does in one go. Every paper is there. */
  async received(by: string, matterId: string, applicant: Applicant = ZHANG_SAN): Promise<PushedCase> {
    const { caseId, n, actions } = await this.takenIn(by, matterId, applicant);
    const accepted = await this.sign(caseId, by, { kind: 'accept', payload: { deferred: [] } });
    return { caseId, n, actions: [...actions, accepted] };
  }

  /** Draft and receive: nobody has accepted it yet. */
  async takenIn(by: string, matterId: string, applicant: Applicant = ZHANG_SAN): Promise<PushedCase> {
    const { clock, hub } = this.hub;
    const catalog = hub.container.catalog.current();
    const version = matterVersionOn(catalog, matterId, '2026-11-23');
    if (version === undefined) throw new Error(`no such matter: ${matterId}`);
    const caseId = newCaseId(clock.now(), randomBytes(10));
    this.#cases += 1;
    const matter = { matterId, version: version.version, rules: catalog.publications.at(-1)?.seq ?? 0 };
    const caseNo = formatCaseNo({
      unit: this.unit,
      day: '2026-11-23',
      terminal: this.terminal,
      counter: this.#cases,
    });
    const { form } = fillIntake(version, new SeededRandom(1), '2026-11-23', applicant);
    const materials = version.materials.map(({ code, name }) => ({ code, name, state: 'received' as const }));
    const actions = [
      await this.sign(caseId, by, { kind: 'draft', payload: { matter, applicant, form } }),
      await this.sign(caseId, by, {
        kind: 'receive',
        payload: {
          caseNo,
          matter,
          applicant,
          form,
          materials,
          conditionMet: true,
          printed: { noticeDue: '2026-11-30' },
        },
      }),
    ];
    return { caseId, n: 0, actions };
  }

  async push(...cases: PushedCase[]): Promise<Asked & { answer: PushAnswer }> {
    const asked = await ask(this.hub.url, 'POST /sync/push', {
      body: { v: 1, cases },
      headers: this.headers,
    });
    return { ...asked, answer: asked.body as unknown as PushAnswer };
  }

  /** Everything in the own feed, by case. */
  async pull(): Promise<Map<string, CaseDocument | 'gone'>> {
    const found = new Map<string, CaseDocument | 'gone'>();
    for (let since = '', more = true; more;) {
      const query = new URLSearchParams({ feed: feedOf(this.unit), since });
      const { body } = await ask(this.hub.url, `GET /sync/pull?${query.toString()}`, {
        headers: this.headers,
      });
      const page = body as {
        items: { caseId: string; kind: string; doc: CaseDocument }[];
        checkpoint: string;
        more: boolean;
      };
      for (const { caseId, kind, doc } of page.items) found.set(caseId, kind === 'gone' ? 'gone' : doc);
      since = page.checkpoint;
      more = page.more;
    }
    return found;
  }

  /** Resolves with the first poke for `feed`. Listening has begun when the outer promise resolves. */
  async nextPoke(feed: string): Promise<{ poke: Promise<void>; close: () => void }> {
    const control = new AbortController();
    const response = await fetch(`${this.hub.url}/sync/events`, {
      headers: this.headers,
      signal: control.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const poke = (async () => {
      for (let text = ''; ;) {
        const part = await reader?.read();
        if (part === undefined || part.done) throw new Error('the stream ended');
        text += part.value;
        if (text.includes(`event: moved\ndata: ${feed}\n\n`)) return;
      }
    })();
    return {
      poke,
      close: () => {
        control.abort();
      },
    };
  }
}
