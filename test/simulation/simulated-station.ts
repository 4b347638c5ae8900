/** A station in the simulation: its stores last, its process comes and goes, and its clerk does what comes to mind. */
import type { SignedAction } from '@sanji/sync/domain/action';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { fold } from '@sanji/sync/domain/fold';
import { recoverChain } from '@sanji/sync/replication/append';
import type { ActionDraft } from '@sanji/sync/replication/append';
import type { HubPort } from '@sanji/sync/replication/ports';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { breakStation } from './breakages.ts';
import type { Breakage } from './breakages.ts';
import { DISTRICT, STREET, WENLIN } from './district.ts';
import { Crashed } from './life.ts';
import type { Life } from './life.ts';
import type { Line } from './line.ts';
import type { Schedule } from './schedule.ts';
import { Station } from './station.ts';

export interface SimulatedStationOptions {
  device: DeviceKey;
  hub: Line;
  schedule: Schedule;
  random: SeededRandom;
  ledger: Map<string, SignedAction>;
  newLife: () => Life;
  onViolation: (found: string) => void;
  breakage?: Breakage;
}

export class SimulatedStation {
  readonly device: DeviceKey;
  readonly local = new MemoryLocalStore();
  lineIsDown = false;
  readonly #deviceStore = new MemoryDeviceStore();
  readonly #options: SimulatedStationOptions;
  #life: Life;
  #isReady = false;
  #station: Station;

  constructor(options: SimulatedStationOptions) {
    this.device = options.device;
    this.#options = options;
    breakStation(options.breakage, this.local, this.#deviceStore);
    this.#watch();
    options.hub.onCheckpoint = (feed, checkpoint) => this.local.checkpoints.set(feed, checkpoint);
    this.#life = options.newLife();
    this.#station = this.#boot();
  }

  get isDead(): boolean {
    return this.#life.isOver;
  }

  /** A new process over the same disk: it settles its chain before anything else may touch a case. */
  start(): void {
    const { newLife } = this.#options;
    this.#life.isOver = true;
    this.#life = newLife();
    this.#deviceStore.unlock();
    this.#station = this.#boot();
    const ports = {
      device: this.#life.guard(this.#deviceStore, ['exclusive']),
      local: this.#life.guard(this.local),
    };
    const life = this.#life;
    this.#isReady = false;
    recoverChain(ports).then(
      () => {
        if (life !== this.#life) return;
        this.#isReady = true;
        this.poke();
      },
      (error: unknown) => this.#note(error),
    );
  }

  crash(): void {
    this.#life.isOver = true;
  }

  poke(): void {
    if (!this.isDead && this.#isReady) void this.#station.loop.poke();
  }

  /** Works on a case at hand, or receives a new one. A dead station is switched on first, and that is all it does. */
  work(newId: () => string): void {
    if (this.isDead) this.start();
    if (!this.#isReady) return;
    const { random } = this.#options;
    const here = [...this.local.rows].filter(([, row]) => row.kind === 'case').map(([caseId]) => caseId);
    const caseId = random.pick(here);
    if (caseId !== undefined && !random.chance(0.25)) this.workOn(caseId);
    else this.#after(this.#station.receive(newId(), random.chance(0.6)));
  }

  /** Nothing when the case is not here. */
  workOn(caseId: string): void {
    if (this.isDead || !this.#isReady || this.local.rows.get(caseId)?.kind !== 'case') return;
    this.#after(this.#station.act(caseId, ...this.#whim(caseId)));
  }

  #after(done: Promise<void>): void {
    const { loop } = this.#station;
    done.then(() => loop.poke()).catch((error: unknown) => this.#note(error));
  }

  /** Mostly what fits, now and then what does not. */
  #whim(caseId: string): ActionDraft[] {
    const { random } = this.#options;
    const row = this.local.rows.get(caseId);
    const state = row?.kind === 'case' ? fold(row.doc) : undefined;
    const moves: ActionDraft[] = [
      { kind: 'forward', payload: { to: random.chance(0.6) ? STREET : DISTRICT } },
      { kind: 'returnDown', payload: { to: state?.path.at(-2) ?? WENLIN, reason: 'papers missing' } },
      { kind: 'approve', payload: {} },
      { kind: 'deliver', payload: { method: 'window', recipient: 'applicant' } },
      { kind: 'accept', payload: { deferred: [] } },
      { kind: 'withdraw', payload: { reason: 'withdrawn' } },
    ];
    const byStatus: Partial<Record<string, number[]>> = {
      received: [4],
      accepted: [0, 0, 2],
      reviewing: [0, 1, 1, 2],
      concluded: [3],
    };
    const fitting = byStatus[state?.status ?? ''] ?? [];
    const note: ActionDraft = { kind: 'note', payload: { text: `note ${String(random.below(1_000))}` } };
    if (random.chance(0.3)) return [note];
    const move =
      moves[random.chance(0.85) ? (random.pick(fitting) ?? 5) : random.below(moves.length)] ?? note;
    return random.chance(0.2) ? [move, note] : [move];
  }

  #boot(): Station {
    const { device, hub, schedule } = this.#options;
    const life = this.#life;
    const offline = { ok: false as const, problem: { code: 'offline' as const } };
    const line: HubPort = {
      push: async (request) => (this.lineIsDown ? offline : hub.hub.push(request)),
      pull: async (request) => (this.lineIsDown ? offline : hub.hub.pull(request)),
      snapshot: async (feed) => (this.lineIsDown ? offline : hub.hub.snapshot(feed)),
    };
    return new Station({
      device,
      hub: line,
      clock: {
        now: () => schedule.now(),
        after: (ms, task) => schedule.after(ms, () => (life.isOver ? undefined : task())),
      },
      local: this.local,
      deviceStore: this.#deviceStore,
      wrap: (local) => life.guard(local),
      wrapDevice: (store) => life.guard(store, ['exclusive']),
    });
  }

  /** Every write is held against what was there: `n` never goes back, and what this device writes is remembered for ever. */
  #watch(): void {
    const { ledger, device, onViolation } = this.#options;
    const write = this.local.write.bind(this.local);
    this.local.write = async (doc, revision) => {
      const row = this.local.rows.get(doc._id);
      const before = row?.kind === 'case' ? row.doc.n : row?.kind === 'tombstone' ? row.goneN + 1 : 0;
      const isWritten = await write(doc, revision);
      if (!isWritten) return false;
      if (doc.n < before) onViolation(`n went back: ${device.deviceId} ${doc._id}`);
      for (const action of Object.values(doc.actions)) {
        if (action.body.id.startsWith(`${device.deviceId}.`))
          ledger.set(`${action.body.id} ${action.hash}`, action);
      }
      return true;
    };
  }

  #note(error: unknown): void {
    const isExpected =
      error instanceof Crashed || (error instanceof Error && error.message.includes('has left'));
    if (!isExpected) this.#options.onViolation(`fault: ${String(error)}`);
  }
}
