/**
 * A street relay in the simulation: its disk lasts, its process comes and goes, its line to the district is a bad one. It runs the product's
 * relay; what its stations ask is admitted as the server's routes do it.
 */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { refused } from '@sanji/sync/domain/problem';
import type { HubPort } from '@sanji/sync/replication/ports';
import type { Relay } from '@sanji/sync/replication/relay';
import type { LoopStatus } from '@sanji/sync/replication/station-loop';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { RelayDisk, openMemoryRelay, relayFor } from '@sanji/sync/testing/memory-relay';
import type { Faults } from './faults.ts';
import { pageOf, refusing } from './hub-port.ts';
import { Crashed, Life } from './life.ts';
import type { Line } from './line.ts';
import { frailRelayDisk, watchedRelayDisk } from './relay-disk.ts';
import type { Schedule } from './schedule.ts';
import type { Signatures } from './signatures.ts';

export interface SimulatedRelayOptions {
  device: DeviceKey;
  /** To the district. */
  line: Line;
  /** Asked anew for every message. */
  hub: () => HubPort;
  schedule: Schedule;
  random: SeededRandom;
  faults: Faults;
  signatures: Signatures;
  /** A feed moved here. */
  poke: (feed: string) => void;
  onViolation: (found: string) => void;
}

interface Process {
  life: Life;
  /** As its code sees them. */
  stores: Pick<RelayDisk, 'feeds' | 'master'>;
  /** Undefined until it has opened its store. */
  relay: Relay | undefined;
}

export class SimulatedRelay {
  readonly device: DeviceKey;
  readonly line: Line;
  disk = new RelayDisk();
  /** How far its clock is from the true time. */
  skewMs = 0;
  readonly #options: SimulatedRelayOptions;
  #disks = 0;
  #process: Process;
  #isRising = false;
  #isRevoked = false;

  constructor(options: SimulatedRelayOptions) {
    this.#options = options;
    this.device = options.device;
    this.line = options.line;
    watchedRelayDisk(this.disk, options);
    this.#process = this.#boot();
  }

  /** Device and store, as stations know it. */
  get name(): string {
    return `${this.device.deviceId}.d${String(this.#disks)}`;
  }

  get isDead(): boolean {
    return this.#process.life.isOver;
  }

  /** Told by the district that it is out of service: it serves nobody any more, though a restored district may have forgotten it. */
  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  get status(): LoopStatus | undefined {
    return this.#process.relay?.loop.status;
  }

  get relay(): Relay | undefined {
    return this.isDead ? undefined : this.#process.relay;
  }

  /** A new process over what is stored. */
  start(): void {
    this.#process.life.isOver = true;
    this.#process = this.#boot();
  }

  crash(): void {
    this.#process.life.end();
  }

  /** Another machine takes its place, with the same key and an empty disk. */
  replace(): void {
    this.#process.life.isOver = true;
    this.#disks += 1;
    this.disk = new RelayDisk();
    watchedRelayDisk(this.disk, this.#options);
    this.#process = this.#boot();
  }

  poke(): void {
    void this.relay?.loop.poke();
  }

  /** The stream from the district is down at this moment. */
  losesPoke(): boolean {
    const { faults, random } = this.#options;
    return faults.strikes('poke-lost', 0.25, random.next());
  }

  /** By the relay's own clock. */
  now(): number {
    return Math.max(0, this.#options.schedule.now() + this.skewMs);
  }

  /** As a terminal's session at this relay sees it. */
  portFor(deviceId: DeviceId): HubPort {
    if (this.isDead) this.#rise();
    const { life, relay, stores } = this.#process;
    if (life.isOver || relay === undefined) return refusing(refused('offline'));
    const refusal = this.#refusal(deviceId, relay);
    if (refusal !== undefined) return refusing(refusal);
    const unit = this.disk.memory.catalog.devices.get(deviceId)?.unit ?? '';
    const port = relayFor(relay, stores, this.name, unit);
    return {
      ...port,
      pull: (request) => port.pull({ ...request, limit: Math.min(request.limit, pageOf(request.feed)) }),
    };
  }

  #refusal(deviceId: DeviceId, relay: Relay) {
    if (this.#isRevoked || !relay.isReady) return refused('unavailable');
    const device = this.disk.memory.catalog.devices.get(deviceId);
    if (device === undefined) return refused('device-unknown', { deviceId });
    if (device.status === 'revoked') return refused('device-revoked', { deviceId });
    return relay.units().has(device.unit) ? undefined : refused('out-of-scope', { unit: device.unit });
  }

  /** Whoever watches over the process starts it again. */
  #rise(): void {
    if (this.#isRising) return;
    this.#isRising = true;
    const { schedule, random } = this.#options;
    schedule.after(20 + random.below(1_000), () => {
      this.#isRising = false;
      if (this.isDead) this.start();
    });
  }

  #boot(): Process {
    const { device, line, hub, schedule, random, faults, signatures, poke, onViolation } = this.#options;
    const life = new Life({ schedule, random, faults, kind: 'relay-crash', risk: 0.006, stall: 0.01 });
    const stores = { feeds: life.guard(this.disk.feeds), master: life.guard(this.disk.master) };
    const process: Process = { life, stores, relay: undefined };
    const onFault = (error: unknown) => {
      if (!(error instanceof Crashed)) onViolation(`fault: ${device.deviceId} ${String(error)}`);
    };
    const opened = openMemoryRelay(
      this.disk,
      {
        relay: this.name,
        deviceId: device.deviceId,
        street: device.unit,
        district: line.through(hub),
        clock: this,
        timer: { after: (ms, task) => schedule.after(ms, () => (life.isOver ? undefined : task())) },
        random: { bytes: (length) => random.bytes(length) },
        verify: (action, maker) => signatures.verify(action, maker),
        poke: (feed) => {
          if (!life.isOver) poke(feed);
        },
        onFault,
      },
      frailRelayDisk(life, this.#options),
    );
    opened.then((relay) => {
      process.relay = relay;
      relay.loop.subscribe(({ problem }) => {
        const isOwn = problem?.params?.['deviceId'] === device.deviceId;
        if (problem?.code === 'device-revoked' && isOwn) this.#isRevoked = true;
      });
      if (!life.isOver) void relay.loop.poke();
    }, onFault);
    return process;
  }
}
