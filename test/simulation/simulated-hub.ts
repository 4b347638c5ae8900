/**
 * The hub of a simulation: its stores last, its processes (one or two on the same stores) and its routers come and go. What it answers is the
 * product's judge, router, feed reader and hub acts.
 */
import { deviceOf } from '@sanji/sync/domain/action';
import type { Catalog, CatalogEntry, DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused } from '@sanji/sync/domain/problem';
import type { Result } from '@sanji/sync/domain/problem';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { dutyOf, hubAct } from '@sanji/sync/replication/hub-act';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import { judgePush } from '@sanji/sync/replication/judge';
import type { JudgePorts } from '@sanji/sync/replication/judge';
import type { HubPort, Snapshot } from '@sanji/sync/replication/ports';
import { Router } from '@sanji/sync/replication/router';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import {
  MemoryFeedStore,
  MemoryMasterStore,
  MemoryQuarantine,
  MemoryRegister,
  MemoryRestoreLog,
  MemoryRouterCheckpoint,
} from '@sanji/sync/testing/memory-hub-stores';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { mayRead, readFeed, sealCheckpoint } from '@sanji/server/hub/feed-reader';
import type { FeedReaderDeps } from '@sanji/server/hub/feed-reader';
import { packed } from '@sanji/server/hub/snapshots';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { Crashed, Life } from './life.ts';
import { MemoryCatalogStore } from './memory-catalog-store.ts';
import type { Schedule } from './schedule.ts';
import type { Signatures } from './signatures.ts';

export interface SimulatedHubOptions {
  schedule: Schedule;
  random: SeededRandom;
  faults: Faults;
  signatures: Signatures;
  ledger: Ledger;
  processes: number;
  catalog: CatalogEntry[];
  /** A feed moved. */
  poke: (feed: string) => void;
  onFault: (error: unknown) => void;
  onViolation: (found: string) => void;
}

interface HubProcess {
  life: Life;
  judge: JudgePorts;
  reader: FeedReaderDeps;
  catalog: Catalog;
}

interface RouterProcess {
  life: Life;
  router: Router;
}

export const HUB_DEVICE = 'hub0';
/** Small, so that a feed takes several pages and a first load several batches. */
const PAGE = 3;
const BATCH = 1;

export class SimulatedHub {
  readonly master = new MemoryMasterStore();
  readonly feeds = new MemoryFeedStore();
  readonly checkpoint = new MemoryRouterCheckpoint();
  readonly quarantine = new MemoryQuarantine();
  readonly register = new MemoryRegister();
  readonly restores = new MemoryRestoreLog();
  readonly memory: HubMemory = { epoch: { count: 1, id: 'first' }, rememberedUntil: 0, awakeSince: 0 };
  readonly catalog: MemoryCatalogStore;
  readonly device = new MemoryDeviceStore();
  readonly #options: SimulatedHubOptions;
  #processes: HubProcess[] = [];
  #routers: RouterProcess[] = [];
  #isActing = false;
  /** In some stories the routers hear late of most of what is written, and the feeds lag far behind the cases. */
  readonly #lostPokes: number;

  constructor(options: SimulatedHubOptions) {
    this.#options = options;
    this.#lostPokes = options.random.pick([0.1, 0.3, 0.9]) ?? 0;
    this.catalog = new MemoryCatalogStore(options.catalog);
    watchedHub(this, options);
    this.restart();
  }

  /** New processes throughout; the old ones are dead. */
  restart(): void {
    for (const { life } of [...this.#processes, ...this.#routers]) life.isOver = true;
    const { processes } = this.#options;
    this.#processes = Array.from({ length: processes }, () => this.#bootProcess());
    this.#routers = Array.from({ length: processes }, () => this.#bootRouter());
  }

  crash(dice: number): void {
    this.#processes[dice % this.#processes.length]?.life.end();
  }

  crashRouter(dice: number): void {
    this.#routers[dice % this.#routers.length]?.life.end();
  }

  /** Stored at once; each process hears of it a little later, and the stations when they pull. */
  publish(...entries: CatalogEntry[]): void {
    this.catalog.put(entries);
    const { schedule, random, poke } = this.#options;
    for (const process of this.#processes) {
      schedule.after(random.below(200), () => {
        process.catalog = this.catalog.index;
      });
    }
    poke('catalog');
  }

  /** As the device's session at one process sees it: chosen anew for each message, as by a balancer. */
  portFor(deviceId: DeviceId): HubPort {
    const process = this.#pick();
    const admitted = async <T>(
      handle: (device: DeviceKey) => Promise<Result<T>> | Result<T>,
    ): Promise<Result<T>> => {
      const device = process.catalog.devices.get(deviceId);
      if (device === undefined) return refused('device-unknown', { deviceId });
      return device.status === 'revoked' ? refused('device-revoked', { deviceId }) : handle(device);
    };
    return {
      push: (request) =>
        admitted(async ({ unit }) => ({ ok: true, value: await judgePush(process.judge, request, unit) })),
      pull: (request) =>
        admitted(({ unit }) =>
          mayRead(request.feed, unit)
            ? readFeed(process.reader, { ...request, limit: Math.min(request.limit, pageOf(request.feed)) })
            : refused('out-of-scope', { feed: request.feed }),
        ),
      snapshot: (feed) =>
        admitted(async ({ unit }) =>
          feed === feedOf(unit)
            ? { ok: true, value: await this.#snapshot(process, feed) }
            : refused('out-of-scope', { feed }),
        ),
      // Nothing is forgotten here, so nothing is given back.
      giveBack: () => admitted(() => refused('not-found')),
    };
  }

  /** By the push path, or the backstop behind it. */
  pokeRouter(): void {
    const index = this.#options.random.below(this.#routers.length);
    const known = this.#routers[index];
    const next = known === undefined || known.life.isOver ? this.#bootRouter() : known;
    this.#routers[index] = next;
    void next.router.poke();
  }

  /** What falls to the hub by itself on one case. One process has the hub's key at a time. */
  async act(caseId: string): Promise<void> {
    const found = this.master.docs.get(caseId);
    const { schedule, signatures } = this.#options;
    const process = this.#pick();
    const draft =
      found === undefined ? undefined : dutyOf(found.doc, process.catalog, { now: schedule.now() });
    if (draft === undefined || this.#isActing) return;
    this.#isActing = true;
    const ports = {
      ...process.judge,
      deviceId: HUB_DEVICE,
      device: process.life.guard(this.device, ['exclusive']),
      sign: (body: Parameters<Signatures['sign']>[0]) => signatures.sign(body, HUB_DEVICE),
    };
    try {
      await hubAct(ports, caseId, draft);
    } catch (error) {
      // The lease of a process that died runs out.
      this.device.unlock();
      this.#note(error);
    } finally {
      this.#isActing = false;
    }
  }

  /** Holds the hash chains together, as every process does now and then. */
  async audit(): Promise<void> {
    await auditChains(this.#pick().judge).catch((error: unknown) => this.#note(error));
  }

  #pick(): HubProcess {
    const index = this.#options.random.below(this.#processes.length);
    const known = this.#processes[index];
    const next = known === undefined || known.life.isOver ? this.#bootProcess() : known;
    this.#processes[index] = next;
    return next;
  }

  #bootProcess(): HubProcess {
    const { schedule, random, faults, signatures } = this.#options;
    const life = new Life({ schedule, random, faults, kind: 'hub-crash', risk: 0.008, stall: 0.015 });
    const [master, feeds] = [life.guard(this.master), life.guard(this.feeds)];
    const process: HubProcess = {
      life,
      catalog: this.catalog.index,
      reader: {
        master,
        feeds,
        catalog: life.guard(this.catalog),
        clock: schedule,
        restores: this.restores,
        memory: () => this.memory,
      },
      judge: {
        master,
        quarantine: life.guard(this.quarantine),
        register: life.guard(this.register),
        restores: life.guard(this.restores),
        epoch: () => this.memory.epoch,
        awaitsReturn: () => false,
        clock: schedule,
        catalog: () => process.catalog,
        verify: (action, device) => signatures.verify(action, device),
        onWritten: () => {
          if (!faults.strikes('poke-lost', this.#lostPokes, random.next())) this.pokeRouter();
          // Every process hears of the change and routes it too.
          if (random.chance(0.6 - this.#lostPokes / 2)) this.pokeRouter();
        },
        onFault: (_caseId, error) => this.#note(error),
      },
    };
    return process;
  }

  #bootRouter(): RouterProcess {
    const { schedule, random, faults, poke } = this.#options;
    const life = new Life({ schedule, random, faults, kind: 'router-crash', risk: 0.012, stall: 0.1 });
    const ports = {
      master: life.guard(this.master),
      feeds: life.guard(this.feeds),
      checkpoint: life.guard(this.checkpoint),
      epoch: () => this.memory.epoch.count,
      poke,
      // A router that failed waits for the story's next poke, which comes to a living one.
      timer: { after: () => () => undefined },
    };
    return { life, router: new Router(ports, (error) => this.#note(error)) };
  }

  /** As the server builds it: the feed first, then the cases as they are now. */
  async #snapshot({ reader }: HubProcess, feed: string): Promise<Snapshot> {
    const rows: PackedCase[] = [];
    let since: string | null = null;
    for (let more = true; more;) {
      const page = await reader.feeds.read(feed, since, PAGE);
      const masters = await reader.master.getMany(page.entries.map(({ caseId }) => caseId));
      for (const master of masters) {
        if (master?.head.parties.some((unit) => feedOf(unit) === feed) === true) rows.push(packed(master, 1));
      }
      since = page.last;
      more = page.more;
    }
    const { schedule } = this.#options;
    const head = {
      v: 1 as const,
      hubNow: schedule.now(),
      epoch: this.memory.epoch,
      checkpoint: sealCheckpoint(reader, since),
      count: rows.length,
    };
    return { head, batches: batchesOf(rows, schedule) };
  }

  #note(error: unknown): void {
    if (!(error instanceof Crashed)) this.#options.onFault(error);
  }
}

function pageOf(feed: string): number {
  return feed === 'catalog' ? 50 : PAGE;
}

async function* batchesOf(rows: PackedCase[], schedule: Schedule): AsyncGenerator<PackedCase[]> {
  for (let i = 0; i < rows.length; i += BATCH) {
    await schedule.delay(1);
    yield rows.slice(i, i + BATCH);
  }
}

/** Held against what was there at every write: neither a case nor a feed entry ever falls, not even for a moment. */
function watchedHub(
  { master, feeds, device }: SimulatedHub,
  { ledger, onViolation }: SimulatedHubOptions,
): void {
  const putMany = master.putMany.bind(master);
  master.putMany = async (docs) => {
    const before = docs.map(({ _id }) => master.docs.get(_id)?.doc.n ?? 0);
    const verdicts = await putMany(docs);
    for (const [i, doc] of docs.entries()) {
      if (verdicts[i] !== 'written') continue;
      if (doc.n <= (before[i] ?? 0)) onViolation(`the master fell: ${doc._id}`);
      for (const action of Object.values(doc.actions))
        if (deviceOf(action) === HUB_DEVICE) ledger.add(action, 'made');
    }
    return verdicts;
  };
  const raise = feeds.raise.bind(feeds);
  feeds.raise = async (feed, entries) => {
    const nOf = (caseId: string) => feeds.feeds.get(feed)?.get(caseId)?.n ?? 0;
    const before = entries.map(({ caseId }) => nOf(caseId));
    const hasMoved = await raise(feed, entries);
    for (const [i, { caseId }] of entries.entries()) {
      if (nOf(caseId) < (before[i] ?? 0)) onViolation(`a feed fell: ${feed} ${caseId}`);
    }
    return hasMoved;
  };
  const save = device.save.bind(device);
  device.save = async (state) => {
    if (state.counter < device.state.counter) onViolation(`counter went back: ${HUB_DEVICE}`);
    return save(state);
  };
}
