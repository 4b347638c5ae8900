/** One hub in memory, with stations on lines that a test may cut, bend or watch. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { indexCatalog, outranks } from '@sanji/sync/domain/catalog-index';
import { FIRST_EPOCH } from '@sanji/sync/domain/epoch';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import { judgePush } from '@sanji/sync/replication/judge';
import type { JudgePorts } from '@sanji/sync/replication/judge-ports';
import type { HubPort } from '@sanji/sync/replication/ports';
import { Router } from '@sanji/sync/replication/router';
import { isCheaplySigned } from '@sanji/sync/testing/cheap-signer';
import { FakeClock } from '@sanji/sync/testing/fake-time';
import type { Backup } from '@sanji/sync/testing/memory-hub-stores';
import { hubFor } from '@sanji/sync/testing/memory-hub';
import {
  MemoryFeedStore,
  MemoryMasterStore,
  MemoryQuarantine,
  MemoryRegister,
  MemoryRestoreLog,
  MemoryRouterCheckpoint,
} from '@sanji/sync/testing/memory-hub-stores';
import { catalogDocs, deviceNamed } from '../simulation/district.ts';
import { Station } from '../simulation/station.ts';
import type { StationOptions } from '../simulation/station.ts';

export const CASE = '01kb3x5n8v0000000000000001';
export const OTHER = '01kb3x5n8v0000000000000002';
export const THIRD = '01kb3x5n8v0000000000000003';

const SIGNED = 'signed by the hub';

export class Rig {
  readonly clock = new FakeClock();
  readonly master = new MemoryMasterStore();
  readonly feeds = new MemoryFeedStore();
  readonly quarantine = new MemoryQuarantine();
  readonly register = new MemoryRegister();
  readonly checkpoint = new MemoryRouterCheckpoint();
  readonly pokes: string[] = [];
  readonly faults: unknown[] = [];
  readonly restores = new MemoryRestoreLog();
  memory: HubMemory = {
    epoch: { count: 1, id: 'first' },
    rememberedUntil: this.clock.now(),
    awakeSince: this.clock.now(),
    pulse: this.clock.now(),
  };
  /** As the hub signs what it publishes. */
  docs: CatalogDocument[] = catalogDocs().map((doc) => ({ ...doc, sig: SIGNED }));
  readonly judge: JudgePorts = {
    master: this.master,
    quarantine: this.quarantine,
    register: this.register,
    restores: this.restores,
    epoch: () => this.memory.epoch,
    awaitsReturn: () => this.memory.epoch.count > FIRST_EPOCH,
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
      epoch: () => this.memory.epoch.count,
      poke: (feed) => this.pokes.push(feed),
      timer: this.clock,
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
        memory: () => ({ ...this.memory, pulse: this.clock.now() }),
        takeBack: (docs) => this.#takeBack(docs),
      },
      unit,
    );
  }

  #takeBack(docs: CatalogDocument[]): number {
    const believed = docs.filter((doc) => {
      const known = this.docs.find(({ _id }) => _id === doc._id);
      return doc.sig === SIGNED && (known === undefined || outranks(doc, known));
    });
    const ids = new Set(believed.map(({ _id }) => _id));
    this.docs = [...this.docs.filter(({ _id }) => !ids.has(_id)), ...believed];
    return believed.length;
  }

  /** Everything the hub has stored, to be put back later. */
  backup(): Backup {
    const parts = [this.master, this.feeds, this.quarantine, this.register].map((store) => store.backup());
    const [checkpoint, docs, { epoch }, at] = [
      this.checkpoint.value,
      this.docs,
      this.memory,
      this.clock.now(),
    ];
    return () => {
      for (const part of parts) part();
      this.checkpoint.value = checkpoint;
      this.docs = docs;
      const now = this.clock.now();
      this.memory = { epoch, rememberedUntil: at, awakeSince: now, pulse: now };
    };
  }

  /** What the restore command does once a backup is back in its place. */
  finishRestore(): void {
    const count = this.memory.epoch.count + 1;
    this.memory = { ...this.memory, epoch: { count, id: `restore${String(count)}` } };
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
    giveBack: (request) => answers.giveBack?.(request) ?? hub.giveBack(request),
    pull: (request) => answers.pull?.(request) ?? hub.pull(request),
    snapshot: (feed) => answers.snapshot?.(feed) ?? hub.snapshot(feed),
  });
}

export const offline = { ok: false as const, problem: { code: 'offline' as const } };
