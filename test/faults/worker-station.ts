/** A station at work while things break: it receives cases, adds to them, hands some on, and remembers every word of the hub. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { CaseDocument, Ruling } from '@sanji/sync/domain/action';
import { deviceOf } from '@sanji/sync/domain/action';
import { LoopStation } from '../integration/loop-station.ts';
import type { StationHub } from '../integration/test-station.ts';

/** What the hub has said of an action: it may never say otherwise. */
export interface Acknowledged {
  caseId: string;
  actionId: string;
  hash: string;
  seq: number;
  verdict: Ruling['verdict'];
}

/** After a round that did not reach the hub: as fast as that, a station would only burn the processor. */
const BREATH_MS = 25;

export class WorkerStation {
  readonly station: LoopStation;
  readonly #matterId: string;
  readonly #next: string;
  readonly #random: SeededRandom;
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Rounds that did not end well. */
  troubles = 0;

  private constructor(
    station: LoopStation,
    { matterId, next, random }: { matterId: string; next: string; random: SeededRandom },
  ) {
    this.station = station;
    this.#matterId = matterId;
    this.#next = next;
    this.#random = random;
  }

  /** @param next who takes over what is handed on */
  static async join(
    hub: StationHub,
    { clerk, next, random }: { clerk: string; next: LoopStation; random: SeededRandom },
  ): Promise<WorkerStation> {
    const station = await LoopStation.join(hub, clerk);
    const matterId = station.terminal.forwardedMatter(next.terminal);
    return new WorkerStation(station, { matterId, next: next.terminal.unit, random });
  }

  get docs(): CaseDocument[] {
    return [...this.station.local.rows.values()].flatMap((row) => (row.kind === 'case' ? [row.doc] : []));
  }

  /** Until told to stop: a deed, then a round. */
  async work(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await this.#deed();
      await this.round();
    }
  }

  async round(): Promise<void> {
    await this.station.loop.poke();
    this.#remember();
    if (this.station.loop.status.state === 'idle') return;
    this.troubles += 1;
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }

  async #deed(): Promise<void> {
    const mine = this.docs.filter(({ actions }) => Object.keys(actions).length < 12);
    const doc = this.#random.chance(0.4) ? undefined : this.#random.pick(mine);
    if (doc === undefined) {
      await this.station.receive(this.#matterId);
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
  }

  #remember(): void {
    for (const { _id, actions, rulings } of this.docs)
      for (const [actionId, { seq, verdict }] of Object.entries(rulings)) {
        const action = actions[actionId];
        if (action === undefined || this.acknowledged.has(actionId)) continue;
        this.acknowledged.set(actionId, { caseId: _id, actionId, hash: action.hash, seq, verdict });
      }
  }

  /** Signed here, whatever became of it. */
  made(): { caseId: string; actionId: string; hash: string }[] {
    const { deviceId } = this.station.terminal;
    const logs = this.docs.flatMap(({ _id, actions }) =>
      Object.values(actions).map((action) => ({ _id, action })),
    );
    return logs
      .filter(({ action }) => deviceOf(action) === deviceId)
      .map(({ _id, action }) => ({ caseId: _id, actionId: action.body.id, hash: action.hash }));
  }
}
