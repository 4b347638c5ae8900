/**
 * One process of a simulated hub: it wakes over what is stored, remembers of itself what the product's hub remembers, and may die at any
 * step. Its clock is that of its machine and outlasts it.
 */
import type { Catalog } from '@sanji/sync/domain/catalog';
import type { Clock } from '@sanji/sync/replication/ports';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { HubLife } from '@sanji/server/hub/hub-life';
import type { HubSession } from './hub-port.ts';
import { Life } from './life.ts';
import type { SimulatedHub, SimulatedHubOptions } from './simulated-hub.ts';

/** Shorter than the product's, as a story is shorter than a working day. */
const BEAT_MS = 700;

/** A machine a hub runs on; its processes come and go. */
export class Machine implements Clock {
  /** How far its clock is from the true time. */
  skewMs = 0;
  readonly #time: Clock;

  constructor(time: Clock) {
    this.#time = time;
  }

  now(): number {
    return Math.max(0, this.#time.now() + this.skewMs);
  }
}

export interface HubProcessDeps extends Pick<
  SimulatedHubOptions,
  'schedule' | 'faults' | 'signatures' | 'onViolation'
> {
  random: SeededRandom;
  machine: Machine;
  hub: SimulatedHub;
  onWritten: () => void;
  onFault: (error: unknown) => void;
}

export class HubProcess {
  readonly life: Life;
  readonly machine: Machine;
  /** As of when the process last heard of it. */
  catalog: Catalog;
  /** When it is awake, or dead. */
  readonly woken: Promise<void>;
  readonly #deps: HubProcessDeps;
  /** Undefined as long as it wakes. */
  #ports: Pick<HubSession, 'judge' | 'reader'> | undefined;

  constructor(deps: HubProcessDeps) {
    const { schedule, random, faults, hub, machine } = deps;
    this.#deps = deps;
    this.machine = machine;
    this.life = new Life({ schedule, random, faults, kind: 'hub-crash', risk: 0.008, stall: 0.015 });
    this.catalog = hub.catalog.index;
    this.woken = this.#wake();
  }

  /** What it answers by; undefined as long as it wakes, and once it is dead. */
  get ports(): Pick<HubSession, 'judge' | 'reader'> | undefined {
    return this.life.isOver ? undefined : this.#ports;
  }

  async #wake(): Promise<void> {
    const { hub, onFault } = this.#deps;
    const directory = {
      documents: <T extends object>(kind: string) => this.life.guard(hub.directory.documents<T>(kind)),
    };
    try {
      const memory = await HubLife.open({ directory, clock: this.machine });
      this.#ports = this.#portsOver(memory);
      this.#beatLater(memory);
    } catch (error) {
      // Whoever watches over the process starts it again.
      this.life.isOver = true;
      onFault(error);
    }
  }

  #portsOver(memory: HubLife): Pick<HubSession, 'judge' | 'reader'> {
    const { hub, signatures, onWritten, onFault } = this.#deps;
    const { life, machine: clock } = this;
    const [master, feeds] = [life.guard(hub.master), life.guard(hub.feeds)];
    return {
      reader: {
        master,
        feeds,
        catalog: life.guard(hub.catalog),
        clock,
        restores: hub.restores,
        memory: () => memory.memory(),
      },
      judge: {
        master,
        quarantine: life.guard(hub.quarantine),
        register: life.guard(hub.register),
        restores: life.guard(hub.restores),
        epoch: () => memory.epoch,
        awaitsReturn: () => memory.awaitsReturn(),
        clock,
        catalog: () => this.catalog,
        verify: (action, device) => signatures.verify(action, device),
        onWritten,
        onFault: (_caseId, error) => onFault(error),
      },
    };
  }

  #beatLater(memory: HubLife): void {
    const { schedule, onFault, onViolation } = this.#deps;
    schedule.after(BEAT_MS, () => {
      if (this.life.isOver) return;
      memory.beat().then(
        (isOurs) => {
          if (!isOurs) onViolation('a process lives over a store that was put back under it');
          this.#beatLater(memory);
        },
        (error: unknown) => onFault(error),
      );
    });
  }
}
