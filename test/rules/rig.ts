/** One hub in memory, with stations on lines that a test may cut, bend or watch. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { judgePush } from '@sanji/sync/replication/judge';
import type { JudgePorts } from '@sanji/sync/replication/judge';
import type { HubPort } from '@sanji/sync/replication/ports';
import { Router } from '@sanji/sync/replication/router';
import { isCheaplySigned } from '@sanji/sync/testing/cheap-signer';
import { FakeClock } from '@sanji/sync/testing/fake-time';
import { hubFor } from '@sanji/sync/testing/memory-hub';
import {
  MemoryFeedStore,
  MemoryMasterStore,
  MemoryQuarantine,
  MemoryRegister,
  MemoryRouterCheckpoint,
} from '@sanji/sync/testing/memory-hub-stores';
import { catalogDocs, deviceNamed } from '../simulation/district.ts';
import { Station } from '../simulation/station.ts';
import type { StationOptions } from '../simulation/station.ts';

export const CASE = '01kb3x5n8v0000000000000001';
export const OTHER = '01kb3x5n8v0000000000000002';
export const THIRD = '01kb3x5n8v0000000000000003';

export class Rig {
  readonly clock = new FakeClock();
  readonly master = new MemoryMasterStore();
  readonly feeds = new MemoryFeedStore();
  readonly quarantine = new MemoryQuarantine();
  readonly register = new MemoryRegister();
  readonly checkpoint = new MemoryRouterCheckpoint();
  readonly pokes: string[] = [];
  readonly faults: unknown[] = [];
  docs: CatalogDocument[] = catalogDocs();
  readonly judge: JudgePorts = {
    master: this.master,
    quarantine: this.quarantine,
    register: this.register,
    clock: this.clock,
    catalog: () => indexCatalog(this.docs),
    verify: async (action) => isCheaplySigned(action),
    onWritten: () => undefined,
    onFault: (_caseId, error) => this.faults.push(error),
  };
  readonly router = new Router(
    {
      master: this.master,
      feeds: this.feeds,
      checkpoint: this.checkpoint,
      poke: (feed) => this.pokes.push(feed),
    },
    (error) => this.faults.push(error),
  );

  hub(unit: string): HubPort {
    return hubFor(
      {
        judge: this.judge,
        master: this.master,
        feeds: this.feeds,
        catalogDocs: () => this.docs,
        catalog: this.judge.catalog,
      },
      unit,
    );
  }

  station(
    deviceId: string,
    bend: (hub: HubPort) => HubPort = (hub) => hub,
    more: Partial<StationOptions> = {},
  ): Station {
    const device = deviceNamed(deviceId);
    return new Station({ device, hub: bend(this.hub(device.unit)), clock: this.clock, ...more });
  }

  /** Everybody syncs, the router runs, everybody syncs again. */
  async settle(...stations: Station[]): Promise<void> {
    for (let i = 0; i < 2; i++) {
      for (const station of stations) await station.loop.poke();
      await this.router.poke();
    }
    for (const station of stations) await station.loop.poke();
  }

  async push(unit: string, ...docs: CaseDocument[]) {
    const cases = docs.map(({ _id: caseId, actions, rulings }) => ({
      caseId,
      n: Object.keys(rulings).length,
      actions: Object.values(actions).filter(({ body }) => rulings[body.id] === undefined),
    }));
    return judgePush(this.judge, { v: 1, cases }, unit);
  }

  masterOf(caseId: string) {
    const found = this.master.docs.get(caseId);
    if (found === undefined) throw new Error(`the hub has no case ${caseId}`);
    return found.doc;
  }
}

/** A line on which a test answers some calls itself: `undefined` lets the call through. */
export function bent(answers: {
  [K in keyof HubPort]?: (...args: Parameters<HubPort[K]>) => ReturnType<HubPort[K]> | undefined;
}) {
  return (hub: HubPort): HubPort => ({
    push: (request) => answers.push?.(request) ?? hub.push(request),
    pull: (request) => answers.pull?.(request) ?? hub.pull(request),
    snapshot: (feed) => answers.snapshot?.(feed) ?? hub.snapshot(feed),
  });
}

export const offline = { ok: false as const, problem: { code: 'offline' as const } };
