/**
 * The hub of a simulation: its stores last, its processes (one or two on the same stores) and its routers come and go. What it answers is the
 * product's judge, router, feed reader and hub acts.
 */
import type { Catalog, CatalogDocument, CatalogEntry } from '@sanji/sync/domain/catalog';
import type { ActionId, DeviceId } from '@sanji/sync/domain/identifiers';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { dutyOf, hubAct } from '@sanji/sync/replication/hub-act';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import type { JudgePorts } from '@sanji/sync/replication/judge';
import type { HubPort } from '@sanji/sync/replication/ports';
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
import { deviceNamed } from './district.ts';
import type { Faults } from './faults.ts';
import { backupOf } from './hub-backup.ts';
import type { HubBackup } from './hub-backup.ts';
import { hubPort } from './hub-port.ts';
import type { HubSession } from './hub-port.ts';
import { watchedDevice, watchedHub } from './hub-watch.ts';
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
  reader: HubSession['reader'];
  catalog: Catalog;
}

interface RouterProcess {
  life: Life;
  router: Router;
}

export const HUB_DEVICE = 'hub0';

export function isOfHub(deviceId: DeviceId): boolean {
  return deviceId.startsWith('hub');
}

/** More than a district publishes between two backups. */
const SKIPPED_PUBLICATIONS = 100;

export class SimulatedHub {
  readonly master = new MemoryMasterStore();
  readonly feeds = new MemoryFeedStore();
  readonly checkpoint = new MemoryRouterCheckpoint();
  readonly quarantine = new MemoryQuarantine();
  readonly register = new MemoryRegister();
  readonly restores = new MemoryRestoreLog();
  memory: HubMemory = { epoch: { count: 1, id: 'first' }, rememberedUntil: 0, awakeSince: 0 };
  readonly catalog: MemoryCatalogStore;
  /** Its own acts are counted by a device of each epoch, under one key. */
  device: MemoryDeviceStore;
  /** By this hub at any time, before a restore too. */
  readonly everRejected = new Set<ActionId>();
  /** Once it ran on a backup without knowing it. */
  wasUnfinished = false;
  readonly #options: SimulatedHubOptions;
  #processes: HubProcess[] = [];
  #routers: RouterProcess[] = [];
  #isActing = false;
  readonly #backups: HubBackup[] = [];
  #lastEpoch = 1;
  #isUnfinished = false;
  #hasFeedsAhead = false;
  #isAwaiting = false;
  #seqFloor = 0;
  /** In some stories the routers hear late of most of what is written, and the feeds lag far behind the cases. */
  readonly #lostPokes: number;

  constructor(options: SimulatedHubOptions) {
    this.#options = options;
    this.#lostPokes = options.random.pick([0.1, 0.3, 0.9]) ?? 0;
    this.catalog = new MemoryCatalogStore(options.catalog);
    watchedHub(this, options);
    this.device = watchedDevice(new MemoryDeviceStore(), options);
    this.backup();
    this.restart();
  }

  /** New processes throughout; the old ones are dead. */
  restart(): void {
    for (const { life } of [...this.#processes, ...this.#routers]) life.isOver = true;
    const { processes } = this.#options;
    this.#processes = Array.from({ length: processes }, () => this.#bootProcess());
    this.#routers = Array.from({ length: processes }, () => this.#bootRouter());
  }

  backup(): void {
    this.#backups.push(backupOf(this, this.#options.schedule));
  }

  /** How many there are to choose from. */
  get backups(): number {
    return this.#backups.length;
  }

  /** The stores are as they were; what runs is dead. The command that begins a new epoch is given at once, or later. */
  putBack(dice: number, { isFinished, withFeeds }: { isFinished: boolean; withFeeds: boolean }): void {
    const { faults, ledger } = this.#options;
    faults.note('hub-restored');
    for (const { life } of [...this.#processes, ...this.#routers]) life.isOver = true;
    this.#backups[dice % this.#backups.length]?.({ withFeeds });
    ledger.forgottenByHub();
    this.device.unlock();
    this.#isActing = false;
    this.#isUnfinished = true;
    this.#hasFeedsAhead ||= !withFeeds;
    if (isFinished) this.finishRestore();
    else this.wasUnfinished = true;
    this.restart();
  }

  /** What the restore command does: nothing that was given out once is given out again. */
  finishRestore(): void {
    if (!this.#isUnfinished) return;
    this.#isUnfinished = false;
    this.#isAwaiting = true;
    // As the command does on CouchDB: what was ruled meanwhile is routed over what the feeds say.
    if (this.#hasFeedsAhead) this.checkpoint.value = null;
    const count = (this.#lastEpoch += 1);
    this.memory = { ...this.memory, epoch: { count, id: `life${String(count)}` } };
    this.device = watchedDevice(new MemoryDeviceStore(), this.#options);
    this.catalog.put([this.#ownDevice(count)], count);
    this.#seqFloor += SKIPPED_PUBLICATIONS;
    this.restart();
  }

  get isRestored(): boolean {
    return this.#lastEpoch > 1;
  }

  /** So long after a restore that nothing more is waited for; false when nothing was. */
  endWait(): boolean {
    const wasAwaiting = this.#isAwaiting;
    this.#isAwaiting = false;
    return wasAwaiting;
  }

  get deviceId(): DeviceId {
    const { count } = this.memory.epoch;
    return count === 1 ? HUB_DEVICE : `hub${String(count)}`;
  }

  #ownDevice(count: number): CatalogEntry {
    const { signatures } = this.#options;
    const publicKey = signatures.publicKeyOf(HUB_DEVICE);
    const known = deviceNamed(HUB_DEVICE);
    const device = { ...known, deviceId: this.deviceId, terminal: `Z${String(count)}`, publicKey };
    return { kind: 'device', device };
  }

  crash(dice: number): void {
    this.#processes[dice % this.#processes.length]?.life.end();
  }

  crashRouter(dice: number): void {
    this.#routers[dice % this.#routers.length]?.life.end();
  }

  /** Stored at once; each process hears of it a little later, and the stations when they pull. */
  publish(...entries: CatalogEntry[]): void {
    this.catalog.put(
      entries.map((entry) => this.#numbered(entry)),
      this.memory.epoch.count,
    );
    this.#catalogMoved();
  }

  #catalogMoved(): void {
    const { schedule, random, poke } = this.#options;
    for (const process of this.#processes) {
      schedule.after(random.below(200), () => {
        process.catalog = this.catalog.index;
      });
    }
    poke('catalog');
  }

  /** What was lost may come back under the numbers in between. */
  #numbered(entry: CatalogEntry): CatalogEntry {
    if (entry.kind !== 'rules') return entry;
    const seq = Math.max(entry.publication.seq, this.#seqFloor + 1);
    return { kind: 'rules', publication: { ...entry.publication, seq } };
  }

  /** As the device's session at one process sees it: chosen anew for each message, as by a balancer. */
  portFor(deviceId: DeviceId): HubPort {
    const { judge, reader, catalog } = this.#pick();
    const takeBack = (docs: CatalogDocument[]) => {
      const taken = this.catalog.takeBack(docs);
      if (taken > 0) this.#catalogMoved();
      return taken;
    };
    return hubPort({ judge, reader, catalog, takeBack }, deviceId);
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
      deviceId: this.deviceId,
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
        awaitsReturn: () => this.#isAwaiting,
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

  #note(error: unknown): void {
    if (!(error instanceof Crashed)) this.#options.onFault(error);
  }
}
