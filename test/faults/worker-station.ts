/** A station at work while things break: it receives cases, adds to them, hands some on, and remembers every word of the hub. */
import { deviceOf, type CaseDocument, type Ruling } from '@sanji/sync/domain/action';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { LoopStation } from '../integration/loop-station.ts';
import type { StationHub } from '../integration/test-station.ts';

export interface Made {
  caseId: string;
  actionId: string;
  hash: string;
}
/** What the hub has said of an action: it may never say otherwise. */
export interface Acknowledged extends Made {
  seq: number;
  verdict: Ruling['verdict'];
}
/** The hubs a station may speak to, as behind a balancer. */
export interface Hubs {
  all: readonly StationHub[];
  /** Resolves when one of them listens. */
  listening(): Promise<unknown>;
}

/** Cases are added to until their logs are this long. */
const MAX_ACTIONS = 12;

export class WorkerStation {
  readonly station: LoopStation;
  readonly #hubs: Hubs;
  readonly #matterId: string;
  readonly #next: string;
  readonly #random: SeededRandom;
  /** Signed and stored here, whatever became of it. */
  readonly made = new Map<string, Made>();
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Rounds that did not end well. */
  troubles = 0;

  private constructor(
    station: LoopStation,
    { hubs, matterId, next, random }: { hubs: Hubs; matterId: string; next: string; random: SeededRandom },
  ) {
    this.station = station;
    this.#hubs = hubs;
    this.#matterId = matterId;
    this.#next = next;
    this.#random = random;
  }

  /** @param next who takes over what is handed on */
  static async join(
    hubs: Hubs,
    { clerk, next, random }: { clerk: string; next: LoopStation; random: SeededRandom },
  ): Promise<WorkerStation> {
    const [hub] = hubs.all;
    if (hub === undefined) throw new Error('no hub');
    const station = await LoopStation.join(hub, clerk);
    const matterId = station.terminal.forwardedMatter(next.terminal);
    return new WorkerStation(station, { hubs, matterId, next: next.terminal.unit, random });
  }

  get docs(): CaseDocument[] {
    return [...this.station.local.rows.values()].flatMap((row) => (row.kind === 'case' ? [row.doc] : []));
  }

  /** Until told to stop: a deed, then a round. Without a hub one deed more, and then it waits for one. */
  async work(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await this.#deed();
      if (await this.round()) continue;
      await this.#deed();
      this.#turnToNext();
      await this.#hubs.listening();
    }
  }

  /** True when it came to its end. */
  async round(): Promise<boolean> {
    await this.station.loop.poke();
    this.#remember();
    if (this.station.loop.status.state === 'idle') return true;
    this.troubles += 1;
    return false;
  }

  /** A round with nothing new; another hub next time when it failed. */
  async settleRound(): Promise<void> {
    if (!(await this.round())) this.#turnToNext();
  }

  #turnToNext(): void {
    const { all } = this.#hubs;
    const { terminal } = this.station;
    terminal.hub = all[(all.indexOf(terminal.hub) + 1) % all.length] ?? terminal.hub;
  }

  async #deed(): Promise<void> {
    const open = this.docs.filter(({ actions }) => Object.keys(actions).length < MAX_ACTIONS);
    const doc = this.#random.chance(0.4) ? undefined : this.#random.pick(open);
    if (doc === undefined) {
      this.#keep(await this.station.receive(this.#matterId));
      return;
    }
    const isForwarded = Object.values(doc.actions).some(({ body }) => body.kind === 'forward');
    if (!isForwarded && this.#random.chance(0.2))
      await this.station.act(doc._id, { kind: 'forward', payload: { to: this.#next } });
    else
      await this.station.act(doc._id, {
        kind: 'note',
        payload: { text: `备注 ${String(this.#random.below(1e6))}` },
      });
    this.#keep(doc._id);
  }

  #keep(caseId: string): void {
    const { deviceId } = this.station.terminal;
    for (const action of Object.values(this.station.find(caseId)?.actions ?? {})) {
      const { body, hash } = action;
      if (deviceOf(action) === deviceId) this.made.set(body.id, { caseId, actionId: body.id, hash });
    }
  }

  #remember(): void {
    for (const { _id: caseId, actions, rulings } of this.docs)
      for (const [actionId, { seq, verdict }] of Object.entries(rulings)) {
        const action = actions[actionId];
        if (action === undefined || this.acknowledged.has(actionId)) continue;
        this.acknowledged.set(actionId, { caseId, actionId, hash: action.hash, seq, verdict });
      }
  }
}
