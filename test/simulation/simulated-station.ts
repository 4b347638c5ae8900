/**
 * A station in the simulation: its disk lasts, its process comes and goes, its clock is its own. It runs the product's loop and append; a
 * page may reach the disk in part only, and the disk may refuse.
 */
import type { ActionKind, CaseStatus, SignedAction } from '@sanji/sync/domain/action';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import type { Catalog, DeviceKey } from '@sanji/sync/domain/catalog';
import { recoverChain } from '@sanji/sync/replication/append';
import type { HubPort } from '@sanji/sync/replication/ports';
import type { LoopStatus } from '@sanji/sync/replication/station-loop';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { draftsOf, firstProblem, intakeOf, isOffered, seriesOf, stateOf, whimOf } from './clerk.ts';
import type { Desk } from './clerk.ts';
import { Crashed, Life } from './life.ts';
import type { Faults } from './faults.ts';
import type { Line } from './line.ts';
import type { Schedule } from './schedule.ts';
import type { Signatures } from './signatures.ts';
import { Station } from './station.ts';
import { StoreRefused, frailDisk, watchedDisk } from './station-disk.ts';
import type { Ledger } from './ledger.ts';

export interface SimulatedStationOptions {
  /** Two stations with one profile differ in it. */
  name: string;
  device: DeviceKey;
  line: Line;
  /** Asked anew for every message. */
  hub: () => HubPort;
  schedule: Schedule;
  random: SeededRandom;
  faults: Faults;
  signatures: Signatures;
  ledger: Ledger;
  onViolation: (found: string) => void;
  disk: Disk;
}

/** What outlasts a process. */
export interface Disk {
  local: MemoryLocalStore;
  device: MemoryDeviceStore;
  offsetMs: number;
}

const URGENCY: Partial<Record<CaseStatus, number>> = { accepted: 1, reviewing: 2, suspended: 3, external: 3 };
/** Somebody was asked. */
const ASKED = 4;

export class SimulatedStation {
  readonly name: string;
  readonly device: DeviceKey;
  readonly line: Line;
  readonly disk: Disk;
  /** How far its clock is from the true time. */
  skewMs = 0;
  readonly #options: SimulatedStationOptions;
  #life: Life;
  #isReady = false;
  #station: Station;
  #catalog: { size: number; sum: number; index: Catalog } | undefined;

  constructor(options: SimulatedStationOptions) {
    this.name = options.name;
    this.device = options.device;
    this.line = options.line;
    this.disk = options.disk;
    this.#options = options;
    watchedDisk(options);
    this.#life = this.#newLife();
    this.#station = this.#boot();
  }

  get isDead(): boolean {
    return this.#life.isOver;
  }

  /** A new process over the same disk: it settles its chain before anything else may touch a case. */
  start(): void {
    this.#life.isOver = true;
    this.#life = this.#newLife();
    this.disk.device.unlock();
    this.#station = this.#boot();
    this.#isReady = false;
    const life = this.#life;
    const settled = recoverChain({
      device: life.guard(this.disk.device, ['exclusive']),
      local: frailDisk(this.disk.local, life, this.#options),
    });
    settled.then(
      () => {
        if (life !== this.#life) return;
        this.#isReady = true;
        this.poke();
      },
      (error: unknown) => {
        // A page that could not open its store is opened again.
        if (life === this.#life) life.isOver = true;
        this.#note(error);
      },
    );
  }

  crash(): void {
    this.#life.end();
  }

  /** The stream is down at this moment. */
  losesPoke(): boolean {
    const { faults, random } = this.#options;
    return faults.strikes('poke-lost', 0.25, random.next());
  }

  /** As the badge shows it. */
  get status(): LoopStatus {
    return this.#station.loop.status;
  }

  poke(): void {
    if (!this.isDead && this.#isReady) void this.#station.loop.poke();
  }

  /** Somebody switches it on, or looks at it. */
  wake(): void {
    if (this.isDead) this.start();
    else this.poke();
  }

  /** Works on a case at hand, or receives a new one. A dead station is switched on first, and that is all it does. */
  work(random: SeededRandom, newId: (now: number) => string): void {
    if (this.isDead) this.start();
    if (!this.#isReady || this.catalog.publications.length === 0) return;
    const caseId = this.#choose(random);
    if (caseId !== undefined && !random.chance(0.22)) this.workOn(caseId, random);
    else this.#receive(newId(this.now()), random);
  }

  /** Receives a new case, if there is anything to receive it by. */
  receive(random: SeededRandom, newId: (now: number) => string): void {
    if (!this.isDead && this.#isReady && this.catalog.publications.length > 0)
      this.#receive(newId(this.now()), random);
  }

  /** Nothing when the case is not here. @param wanted what is done to it; by default what comes to mind */
  workOn(caseId: string, random: SeededRandom, wanted?: ActionKind): void {
    const row = this.disk.local.rows.get(caseId);
    if (this.isDead || !this.#isReady || row?.kind !== 'case') return;
    const desk = this.#desk(random);
    const kind = wanted ?? whimOf(stateOf(row.doc), desk);
    const isReckless = random.chance(0.1);
    if (!isReckless && !isOffered(stateOf(row.doc), kind, desk)) return;
    const series = seriesOf(kind, desk);
    this.#after(
      this.#station.write({
        caseId,
        by: desk.by,
        ...(series === undefined ? {} : { series }),
        build: (doc, number) => {
          const value = draftsOf(kind, doc, desk, number);
          const found = isReckless ? undefined : firstProblem(doc, value, desk);
          return found === undefined ? { ok: true, value } : { ok: false, problem: found };
        },
      }),
    );
  }

  /** What this station knows of the catalog. */
  get catalog(): Catalog {
    const docs = this.disk.local.catalog;
    let sum = 0;
    for (const { n } of docs.values()) sum += n;
    if (this.#catalog?.size !== docs.size || this.#catalog.sum !== sum)
      this.#catalog = { size: docs.size, sum, index: indexCatalog(docs.values()) };
    return this.#catalog.index;
  }

  /** By its own clock. */
  now(): number {
    return Math.max(0, this.#options.schedule.now() + this.skewMs);
  }

  #receive(caseId: string, random: SeededRandom): void {
    const desk = this.#desk(random);
    const then =
      random.pick(['draft', 'receive', 'receive', 'accept', 'accept', 'accept', 'forward'] as const) ??
      'accept';
    const series = then === 'draft' ? undefined : seriesOf('intake', desk);
    this.#after(
      this.#station.write({
        caseId,
        by: desk.by,
        ...(series === undefined ? {} : { series }),
        build: (doc, number) => {
          const value = intakeOf(desk, number, then);
          const found = firstProblem(doc, value, desk);
          return found === undefined ? { ok: true, value } : { ok: false, problem: found };
        },
      }),
    );
  }

  /** Rather one that waits for this counter, and of those one that is far on. */
  #choose(random: SeededRandom): string | undefined {
    const here = this.casesHere();
    const seen = [random.pick(here), random.pick(here), random.pick(here)];
    const urgency = (caseId: string | undefined): number => {
      const row = this.disk.local.rows.get(caseId ?? '');
      if (row?.kind !== 'case') return -1;
      const { status, holder, suspensionAsked, extensionAsked } = stateOf(row.doc);
      if (holder !== this.device.unit) return 0;
      return suspensionAsked === undefined && extensionAsked === undefined ? (URGENCY[status] ?? 0) : ASKED;
    };
    return seen.reduce((best, next) => (urgency(next) > urgency(best) ? next : best));
  }

  casesHere(): string[] {
    return [...this.disk.local.rows].filter(([, row]) => row.kind === 'case').map(([caseId]) => caseId);
  }

  #desk(random: SeededRandom): Desk {
    const { unit } = this.device;
    const here = [...this.catalog.staff.values()].filter((staff) => staff.unit === unit && staff.active);
    const staff = random.pick(here);
    const staffId = staff?.staffId ?? `clerk${unit}`;
    const by = { staffId, name: staff?.name ?? staffId, unit };
    const at = this.now();
    return { device: this.device, by, catalog: this.catalog, at, now: at + this.disk.offsetMs, random };
  }

  #after(done: Promise<unknown>): void {
    const { loop } = this.#station;
    done.then(() => loop.poke()).catch((error: unknown) => this.#note(error));
  }

  #newLife(): Life {
    const { schedule, random, faults } = this.#options;
    return new Life({ schedule, random, faults, kind: 'station-crash', risk: 0.009, stall: 0.006 });
  }

  #boot(): Station {
    const { device, line, hub, schedule, signatures, random } = this.#options;
    const life = this.#life;
    const onRead = (caseId: string) => schedule.after(random.below(3), () => this.workOn(caseId, random));
    return new Station({
      device,
      hub: this.#interrupted(line.through(hub)),
      clock: {
        now: () => this.now(),
        after: (ms, task) => schedule.after(ms, () => (life.isOver ? undefined : task())),
      },
      local: this.disk.local,
      deviceStore: this.disk.device,
      wrap: () => frailDisk(this.disk.local, life, { ...this.#options, onRead }),
      wrapDevice: (store) => life.guard(store, ['exclusive']),
      sign: (body): Promise<SignedAction> => signatures.sign(body, device.deviceId),
      offsetMs: this.disk.offsetMs,
      onOffset: (offsetMs) => {
        if (!life.isOver) this.disk.offsetMs = offsetMs;
      },
      onFault: (error) => this.#note(error),
    });
  }

  /** What is pushed is worked on further before the answer is there. */
  #interrupted(hub: HubPort): HubPort {
    const { schedule, random, faults } = this.#options;
    return {
      ...hub,
      push: (request) => {
        for (const { caseId } of request.cases) {
          if (faults.strikes('worked-on-meanwhile', 0.15, random.next()))
            schedule.after(random.below(40), () => this.workOn(caseId, random));
        }
        return hub.push(request);
      },
    };
  }

  #note(error: unknown): void {
    const isExpected =
      error instanceof Crashed ||
      error instanceof StoreRefused ||
      (error instanceof Error && error.message.includes('has left'));
    if (!isExpected) this.#options.onViolation(`fault: ${this.device.deviceId} ${String(error)}`);
  }
}
