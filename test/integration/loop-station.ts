/** A terminal that syncs as the product does: the station's own loop and append over real HTTP, its store in memory. */
import { randomBytes } from 'node:crypto';
import type { AnyActionBody, CaseDocument } from '@sanji/sync/domain/action';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import { newCaseId, type CaseId } from '@sanji/sync/domain/identifiers';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { signAction } from '@sanji/sync/domain/signing';
import { matterVersionOn } from '@sanji/sync/domain/tier-rules';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { fillIntake } from '@sanji/sync/testing/form-filler';
import { append, type ActionDraft } from '@sanji/sync/replication/append';
import type { HubPort } from '@sanji/sync/replication/ports';
import { readSnapshot } from '@sanji/sync/replication/read-snapshot';
import { StationLoop } from '@sanji/sync/replication/station-loop';
import { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { ask } from './running-hub.ts';
import { TestStation, type StationHub } from './test-station.ts';

const DAY = '2026-11-23';

export class LoopStation {
  readonly terminal: TestStation;
  readonly local = new MemoryLocalStore();
  readonly device = new MemoryDeviceStore();
  readonly loop: StationLoop;
  readonly faults: unknown[] = [];
  readonly #clerk: string;

  private constructor(terminal: TestStation, clerk: string) {
    this.terminal = terminal;
    this.#clerk = clerk;
    const { local, faults } = this;
    const { deviceId, unit } = terminal;
    this.loop = new StationLoop({
      hub: httpHub(terminal),
      local,
      clock: terminal.hub.clock,
      // Tests poke; nothing happens by itself.
      timer: { after: () => () => undefined },
      random: { bytes: (length) => randomBytes(length) },
      deviceId,
      unit,
      counts: async () => local.counts(deviceId),
      isUnsealed: () => true,
      onOffset: () => undefined,
      onFault: (error) => faults.push(error),
    });
  }

  static async join(hub: StationHub, clerk: string): Promise<LoopStation> {
    return new LoopStation(await TestStation.join(hub, clerk), clerk);
  }

  /** Draft, receipt and acceptance in one click. */
  async receive(matterId: string): Promise<CaseId> {
    const { terminal } = this;
    const { clock, hub } = terminal.hub;
    const catalog = hub.container.catalog.current();
    const version = matterVersionOn(catalog, matterId, DAY);
    if (version === undefined) throw new Error(`no such matter: ${matterId}`);
    const caseId = newCaseId(clock.now(), randomBytes(10));
    const matter = { matterId, version: version.version, rules: catalog.publications.at(-1)?.seq ?? 0 };
    const applicant = { kind: 'person' as const, name: '张三', idNumber: '11010519491231002X' };
    const { form } = fillIntake(version, new SeededRandom(1), DAY, applicant);
    const materials = version.materials.map(({ code, name }) => ({ code, name, state: 'received' as const }));
    await this.#append(caseId, (counter) => [
      { kind: 'draft', payload: { matter, applicant, form } },
      {
        kind: 'receive',
        payload: {
          caseNo: formatCaseNo({ unit: terminal.unit, day: DAY, terminal: terminal.terminal, counter }),
          matter,
          applicant,
          form,
          materials,
          conditionMet: true,
          printed: { noticeDue: '2026-11-30T17:00' },
        },
      },
      { kind: 'accept', payload: { deferred: [] } },
    ]);
    return caseId;
  }

  async act(caseId: CaseId, ...drafts: ActionDraft[]): Promise<void> {
    await this.#append(caseId, () => drafts);
  }

  find(caseId: CaseId): CaseDocument | undefined {
    const found = this.local.rows.get(caseId);
    return found?.kind === 'case' ? found.doc : undefined;
  }

  async #append(caseId: CaseId, drafts: (counter: number) => ActionDraft[]): Promise<void> {
    const { terminal, local, device } = this;
    const { deviceId, unit, hub, keys } = terminal;
    const done = await append(
      {
        deviceId,
        device,
        local,
        clock: hub.clock,
        offsetMs: () => 0,
        sign: (body: AnyActionBody) => signAction(body, keys.privateKey),
      },
      {
        caseId,
        by: { staffId: this.#clerk, name: this.#clerk, unit },
        series: `caseNo:${DAY}`,
        build: (_doc, counter) => ({ ok: true, value: drafts(counter) }),
      },
    );
    if (!done.ok) throw new Error(done.problem.code);
  }
}

function httpHub(terminal: TestStation): HubPort {
  const headers = () => terminal.headers;
  const asked = async <T>(route: string, body?: unknown): Promise<Result<T>> => {
    try {
      const once = () =>
        ask(terminal.hub.url, route, { headers: headers(), ...(body !== undefined && { body }) });
      let answer = await once();
      if (answer.body['code'] === 'login-required' && (await terminal.openSession()).status === 200)
        answer = await once();
      return answer.status < 300
        ? { ok: true, value: answer.body as T }
        : { ok: false, problem: answer.body as unknown as Problem };
    } catch {
      return refused('offline');
    }
  };
  return {
    push: (request) => asked('POST /sync/push', request),
    pull: ({ feed, since, limit }) => {
      const query = new URLSearchParams({ feed, limit: String(limit), ...(since !== null && { since }) });
      return asked(`GET /sync/pull?${query.toString()}`);
    },
    giveBack: (request) => asked('POST /sync/catalog', request),
    snapshot: async (feed) => {
      const query = new URLSearchParams({ feed });
      const once = () =>
        fetch(`${terminal.hub.url}/sync/snapshot?${query.toString()}`, { headers: headers() }).catch(
          () => undefined,
        );
      let answer = await once();
      if (answer?.status === 401 && (await terminal.openSession()).status === 200) answer = await once();
      return answer?.ok === true ? readSnapshot(answer.body) : refused('offline');
    },
  };
}
