/**
 * One seeded run: stations of three tiers, two hub processes, a router, on lines that lose, double, delay and reorder, with crashes at awaited
 * steps. Then everything is made well, and the invariants are asked.
 */
import type { SignedAction } from '@sanji/sync/domain/action';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { newCaseId } from '@sanji/sync/domain/identifiers';
import { dutyOf, hubAct } from '@sanji/sync/replication/hub-act';
import type { JudgePorts } from '@sanji/sync/replication/judge';
import { Router } from '@sanji/sync/replication/router';
import { cheapSign, isCheaplySigned } from '@sanji/sync/testing/cheap-signer';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { hubFor } from '@sanji/sync/testing/memory-hub';
import {
  MemoryFeedStore,
  MemoryMasterStore,
  MemoryQuarantine,
  MemoryRouterCheckpoint,
} from '@sanji/sync/testing/memory-hub-stores';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { breakHub } from './breakages.ts';
import type { Breakage } from './breakages.ts';
import { DEVICES, catalogDocs } from './district.ts';
import { violations } from './invariants.ts';
import { Crashed, Life } from './life.ts';
import { line } from './line.ts';
import { Schedule } from './schedule.ts';
import { SimulatedStation } from './simulated-station.ts';

export interface SimulationOptions {
  seed: number;
  /** Things that clerks do. Fewer make a smaller story. */
  steps?: number;
  breakage?: Breakage;
}
export interface SimulationReport {
  seed: number;
  steps: number;
  actions: number;
  cases: number;
  crashes: number;
  rejected: number;
  violations: string[];
}

export async function simulate({ seed, steps = 40, breakage }: SimulationOptions): Promise<SimulationReport> {
  const world = new World(seed, breakage);
  for (const station of world.stations) station.start();
  for (let step = 0; step < steps; step++) {
    world.upset();
    await world.schedule.run(world.random.below(120));
  }
  await world.rest();
  return { seed, steps, ...world.report() };
}

class World {
  readonly schedule = new Schedule();
  readonly random: SeededRandom;
  readonly stations: SimulatedStation[];
  readonly #master = new MemoryMasterStore();
  readonly #feeds = new MemoryFeedStore();
  readonly #checkpoint = new MemoryRouterCheckpoint();
  readonly #quarantine = new MemoryQuarantine();
  readonly #hubDevice = new MemoryDeviceStore();
  readonly #ledger = new Map<string, SignedAction>();
  readonly #docs = catalogDocs();
  readonly #catalog = indexCatalog(this.#docs);
  readonly #faults: string[] = [];
  #crashes = 0;
  #isWell = false;
  #isActing = false;
  #hubs: HubProcess[] = [];
  #routers: RouterProcess[];

  constructor(seed: number, breakage: Breakage | undefined) {
    this.random = new SeededRandom(seed);
    breakHub(breakage, { master: this.#master, feeds: this.#feeds, checkpoint: this.#checkpoint });
    this.#watchFeeds();
    this.#routers = [this.#bootRouter(), this.#bootRouter()];
    this.#hubs = [this.#bootHub(), this.#bootHub()];
    const { schedule, random } = this;
    this.stations = DEVICES.filter(({ deviceId }) => !deviceId.startsWith('hub')).map(
      (device) =>
        new SimulatedStation({
          device,
          schedule,
          random,
          ...(breakage === undefined ? {} : { breakage }),
          ledger: this.#ledger,
          newLife: () => this.#newLife(0.007),
          onViolation: (found) => this.#faults.push(found),
          hub: line({
            schedule,
            random,
            isWell: () => this.#isWell,
            hub: () => hubFor(this.#pickHub().side, device.unit),
            hidesGone: breakage === 'gone-ignored',
            breaksCheckpoint: breakage === 'checkpoint-before-writes',
          }),
        }),
    );
  }

  /** One thing happens: mostly somebody works, sometimes something breaks. */
  upset(): void {
    const station = this.random.pick(this.stations);
    if (station === undefined) return;
    const dice = this.random.next();
    if (dice < 0.14) this.#crowd();
    else if (dice < 0.62) station.work(() => newCaseId(this.schedule.now(), this.random.bytes(10)));
    else if (dice < 0.8) station.poke();
    else if (dice < 0.84) station.crash();
    else if (dice < 0.88) this.#crashHub(this.random.below(this.#hubs.length));
    else if (dice < 0.92) this.#crashRouter();
    else if (dice < 0.97) this.#doDuties();
    else station.lineIsDown = !station.lineIsDown;
  }

  /** Everybody who has one case works on it at once. */
  #crowd(): void {
    const caseId = this.random.pick([...this.#master.docs.keys()]);
    if (caseId === undefined) return;
    for (const station of this.stations) station.workOn(caseId);
  }

  /** No more faults; everything runs again and has time to come to rest. */
  async rest(): Promise<void> {
    this.#isWell = true;
    // Messages still under way arrive first: what is late may be very late.
    await this.schedule.run(4_000);
    this.#hubs = [this.#bootHub(), this.#bootHub()];
    this.#routers = [this.#bootRouter()];
    for (const station of this.stations) station.lineIsDown = false;
    for (const station of this.stations) if (station.isDead) station.start();
    for (let i = 0; i < 4; i++) {
      for (const station of this.stations) station.poke();
      await this.schedule.run(2_000);
      this.#pokeRouter();
      await this.schedule.run(2_000);
    }
  }

  report(): Omit<SimulationReport, 'seed' | 'steps'> {
    const stations = this.stations.map(({ device, local }) => ({
      deviceId: device.deviceId,
      unit: device.unit,
      local,
    }));
    const rested = { master: this.#master, feeds: this.#feeds, stations, ledger: this.#ledger };
    const docs = [...this.#master.docs.values()].map(({ doc }) => doc);
    for (const action of docs.flatMap(({ actions }) => Object.values(actions))) {
      if (action.body.by.staffId === 'hub') this.#ledger.set(`${action.body.id} ${action.hash}`, action);
    }
    return {
      actions: this.#ledger.size,
      cases: docs.length,
      crashes: this.#crashes,
      rejected: docs
        .flatMap(({ rulings }) => Object.values(rulings))
        .filter(({ verdict }) => verdict === 'rejected').length,
      violations: [...new Set([...this.#faults, ...violations(rested)])],
    };
  }

  /** Rule 16: an entry rises and never falls, not even for a moment. */
  #watchFeeds(): void {
    const raise = this.#feeds.raise.bind(this.#feeds);
    this.#feeds.raise = async (feed, entries) => {
      const before = entries.map(({ caseId }) => this.#feeds.feeds.get(feed)?.get(caseId)?.n ?? 0);
      const hasMoved = await raise(feed, entries);
      for (const [i, { caseId }] of entries.entries()) {
        const after = this.#feeds.feeds.get(feed)?.get(caseId)?.n ?? 0;
        if (after < (before[i] ?? 0)) this.#faults.push(`feed fell: ${feed} ${caseId}`);
      }
      return hasMoved;
    };
  }

  #newLife(risk: number): Life {
    return new Life(this.schedule, this.random, () => (this.#isWell ? 0 : risk));
  }

  #bootRouter(): RouterProcess {
    const life = this.#newLife(0.02);
    const router = new Router(
      {
        master: life.guard(this.#master),
        feeds: life.guard(this.#feeds),
        checkpoint: life.guard(this.#checkpoint),
        poke: (feed) => this.#pokeStations(feed),
      },
      (error) => this.#note(error),
    );
    return { life, router };
  }

  /** One of them, a new process when that one is dead. */
  #pokeRouter(): void {
    const index = this.random.below(this.#routers.length);
    const known = this.#routers[index];
    const next = known === undefined || known.life.isOver ? this.#bootRouter() : known;
    this.#routers[index] = next;
    void next.router.poke();
  }

  #crashRouter(): void {
    const found = this.random.pick(this.#routers);
    if (found !== undefined) found.life.isOver = true;
  }

  #bootHub(): HubProcess {
    const life = this.#newLife(0.01);
    const master = life.guard(this.#master);
    const judge: JudgePorts = {
      master,
      quarantine: life.guard(this.#quarantine),
      clock: this.schedule,
      catalog: () => this.#catalog,
      verify: async (action) => isCheaplySigned(action),
      onWritten: () => {
        if (this.random.chance(0.8)) this.#pokeRouter();
        if (this.random.chance(0.3)) this.#pokeRouter();
      },
      onFault: (_caseId, error) => this.#note(error),
    };
    const feeds = life.guard(this.#feeds);
    return {
      life,
      judge,
      side: { judge, master, feeds, catalogDocs: () => this.#docs, catalog: judge.catalog },
    };
  }

  #pickHub(): HubProcess {
    const index = this.random.below(this.#hubs.length);
    const hub = this.#hubs[index];
    if (hub !== undefined && !hub.life.isOver) return hub;
    return this.#crashHub(index);
  }

  #crashHub(index: number): HubProcess {
    const old = this.#hubs[index];
    if (old !== undefined) old.life.isOver = true;
    this.#crashes += 1;
    const next = this.#bootHub();
    this.#hubs[index] = next;
    return next;
  }

  /** What falls to the hub by itself, on a case of its choice. */
  #doDuties(): void {
    const found = this.random.pick([...this.#master.docs.values()]);
    const draft =
      found === undefined ? undefined : dutyOf(found.doc, this.#catalog, { now: this.schedule.now() });
    if (found === undefined || draft === undefined) return;
    // One hub process has the hub's key; the next act waits until this one has ended or died.
    if (this.#isActing) return;
    this.#isActing = true;
    const { judge, life } = this.#pickHub();
    const ports = {
      ...judge,
      deviceId: 'hub0',
      device: life.guard(this.#hubDevice, ['exclusive']),
      sign: async (body: SignedAction['body']) => cheapSign(body),
    };
    hubAct(ports, found.doc._id, draft)
      .catch((error: unknown) => {
        this.#hubDevice.unlock();
        this.#note(error);
      })
      .finally(() => {
        this.#isActing = false;
      });
  }

  #pokeStations(feed: string): void {
    for (const station of this.stations) {
      if (feed === `unit_${station.device.unit}` && (this.#isWell || this.random.chance(0.7))) station.poke();
    }
  }

  #note(error: unknown): void {
    if (error instanceof Crashed) this.#crashes += 1;
    else this.#faults.push(`fault: ${String(error)}`);
  }
}

interface RouterProcess {
  life: Life;
  router: Router;
}

interface HubProcess {
  life: Life;
  judge: JudgePorts;
  side: Parameters<typeof hubFor>[0];
}
