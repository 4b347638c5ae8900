/**
 * The hub of a simulation: its stores last, its processes (one or two on the same stores) and its routers come and go. What it answers is the
 * product's judge, router, feed reader and hub acts.
 */
import type { CatalogDocument, CatalogEntry } from '@sanji/sync/domain/catalog';
import { RETURN_MS } from '@sanji/sync/domain/epoch';
import type { Epoch } from '@sanji/sync/domain/epoch';
import type { ActionId, DeviceId } from '@sanji/sync/domain/identifiers';
import { refused } from '@sanji/sync/domain/problem';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { dutyOf, hubAct } from '@sanji/sync/replication/hub-act';
import type { ActionDraft } from '@sanji/sync/replication/append';
import type { HubPort, MasterCase } from '@sanji/sync/replication/ports';
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
import type { Pulse, StoredEpoch } from '@sanji/server/hub/hub-life';
import { deviceNamed } from './district.ts';
import type { Faults } from './faults.ts';
import { backupOf } from './hub-backup.ts';
import type { HubBackup } from './hub-backup.ts';
import { awaited, hubPort, refusing } from './hub-port.ts';
import { HubProcess, Machine } from './hub-process.ts';
import { watchedDevice, watchedHub } from './hub-watch.ts';
import type { Ledger } from './ledger.ts';
import { Crashed, Life } from './life.ts';
import { MemoryCatalogStore } from './memory-catalog-store.ts';
import { MemoryDirectory } from './memory-directory.ts';
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
  /** What the hub remembers of itself. */
  readonly directory = new MemoryDirectory();
  readonly catalog: MemoryCatalogStore;
  /** Its own acts are counted by a device of each epoch, under one key. */
  device: MemoryDeviceStore;
  /** By this hub at any time, before a restore too. */
  readonly everRejected = new Set<ActionId>();
  /** A backup was put back, and the command that finishes a restore was not given yet. */
  isUnfinished = false;
  /** Once it ran on a backup without knowing it. */
  wasUnfinished = false;
  /** What its processes run on, one each. */
  readonly machines: readonly Machine[];
  readonly #options: SimulatedHubOptions;
  #processes: HubProcess[] = [];
  #routers: RouterProcess[] = [];
  #isActing = false;
  readonly #backups: HubBackup[] = [];
  #lastEpoch = 1;
  #hasFeedsAhead = false;
  #seqFloor = 0;
  /** In some stories the routers hear late of most of what is written, and the feeds lag far behind the cases. */
  readonly #lostPokes: number;

  constructor(options: SimulatedHubOptions) {
    this.#options = options;
    this.#lostPokes = options.random.pick([0.1, 0.3, 0.9]) ?? 0;
    this.catalog = new MemoryCatalogStore(options.catalog);
    this.machines = Array.from({ length: options.processes }, () => new Machine(options.schedule));
    this.#begin({ count: 1, id: 'first' });
    watchedHub(this, options);
    this.device = watchedDevice(new MemoryDeviceStore(), options);
    this.backup();
    this.restart();
  }

  /** New processes throughout; the old ones are dead. */
  restart(): void {
    for (const { life } of [...this.#processes, ...this.#routers]) life.isOver = true;
    this.#processes = this.machines.map((machine) => this.#bootProcess(machine));
    this.#routers = this.machines.map(() => this.#bootRouter());
  }

  backup(): void {
    this.#backups.push(backupOf(this));
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
    this.isUnfinished = true;
    this.#hasFeedsAhead ||= !withFeeds;
    if (isFinished) this.finishRestore();
    else this.wasUnfinished = true;
    this.restart();
  }

  /** What the restore command does: nothing that was given out once is given out again. */
  finishRestore(): void {
    if (!this.isUnfinished) return;
    this.isUnfinished = false;
    // As the command does on CouchDB: what was ruled meanwhile is routed over what the feeds say.
    if (this.#hasFeedsAhead) this.checkpoint.value = null;
    const count = (this.#lastEpoch += 1);
    this.#begin({ count, id: `life${String(count)}` });
    this.device = watchedDevice(new MemoryDeviceStore(), this.#options);
    this.catalog.put([this.#ownDevice(count)], count);
    this.#seqFloor += SKIPPED_PUBLICATIONS;
    this.restart();
  }

  #begin({ count, id }: Epoch): void {
    const epoch: StoredEpoch = { count, id, beganAt: this.#options.schedule.now(), seqFloor: 0 };
    this.directory.set('epoch', 'current', epoch);
  }

  /** As it is stored. */
  get epoch(): Epoch {
    return this.directory.peek<StoredEpoch>('epoch', 'current') ?? { count: 1, id: '' };
  }

  get isRestored(): boolean {
    return this.#lastEpoch > 1;
  }

  /** So long after a restore that nothing more is waited for; false when nothing was. */
  endWait(): boolean {
    const { count, id } = this.epoch;
    const pulse = this.directory.peek<Pulse>('pulse', 'own');
    if (count === 1 || pulse === undefined || pulse.lived.ms >= RETURN_MS) return false;
    this.directory.set('pulse', 'own', { ...pulse, lived: { epoch: id, ms: RETURN_MS } });
    this.restart();
    return true;
  }

  get deviceId(): DeviceId {
    const { count } = this.epoch;
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
      this.epoch.count,
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

  /** As the device's session at one process sees it: chosen anew for each message, as by a balancer. Waits while the process wakes. */
  portFor(deviceId: DeviceId): HubPort {
    const process = this.#pick();
    return process.ports === undefined
      ? awaited(process.woken.then(() => this.#portAt(process, deviceId)))
      : this.#portAt(process, deviceId);
  }

  #portAt({ ports, catalog }: HubProcess, deviceId: DeviceId): HubPort {
    if (ports === undefined) return refusing(refused('offline'));
    const takeBack = (docs: CatalogDocument[]) => {
      const taken = this.catalog.takeBack(docs);
      if (taken > 0) this.#catalogMoved();
      return taken;
    };
    return hubPort({ ...ports, catalog, takeBack, timer: this.#options.schedule }, deviceId);
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
    const { signatures } = this.#options;
    const { ports: awake, catalog, machine, life } = this.#pick();
    const draft =
      found === undefined
        ? undefined
        : (dutyOf(found.doc, catalog, { now: machine.now() }) ?? this.#handOff(found.doc));
    if (draft === undefined || awake === undefined || this.#isActing) return;
    this.#isActing = true;
    const ports = {
      ...awake.judge,
      deviceId: this.deviceId,
      device: life.guard(this.device, ['exclusive']),
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

  /** Now and then a case that is reviewed goes on in another department's system. */
  #handOff({ head }: MasterCase): ActionDraft | undefined {
    const { random } = this.#options;
    if (head.status !== 'reviewing' || !random.chance(0.15)) return undefined;
    return { kind: 'handOff', payload: { system: 'tax', correlationId: `c${String(random.below(1_000))}` } };
  }

  /** Holds the hash chains together, as every process does now and then. */
  async audit(): Promise<void> {
    const { ports } = this.#pick();
    if (ports !== undefined) await auditChains(ports.judge).catch((error: unknown) => this.#note(error));
  }

  #pick(): HubProcess {
    const index = this.#options.random.below(this.#processes.length);
    const known = this.#processes[index];
    if (known !== undefined && !known.life.isOver) return known;
    const next = this.#bootProcess(this.machines[index] ?? new Machine(this.#options.schedule));
    this.#processes[index] = next;
    return next;
  }

  #bootProcess(machine: Machine): HubProcess {
    const { random, faults } = this.#options;
    return new HubProcess({
      ...this.#options,
      hub: this,
      machine,
      onWritten: () => {
        if (!faults.strikes('poke-lost', this.#lostPokes, random.next())) this.pokeRouter();
        // Every process hears of the change and routes it too.
        if (random.chance(0.6 - this.#lostPokes / 2)) this.pokeRouter();
      },
      onFault: (error) => this.#note(error),
    });
  }

  #bootRouter(): RouterProcess {
    const { schedule, random, faults, poke } = this.#options;
    const life = new Life({ schedule, random, faults, kind: 'router-crash', risk: 0.012, stall: 0.1 });
    const ports = {
      master: life.guard(this.master),
      feeds: life.guard(this.feeds),
      checkpoint: life.guard(this.checkpoint),
      epoch: () => this.epoch.count,
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
