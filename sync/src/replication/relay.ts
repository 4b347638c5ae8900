/**
 * A street relay without its surroundings: stands in for the hub towards the stations of one street, and is a station towards the district. It
 * keeps what it is given, shows it to the street at once, and hands it up when it can. It rules on nothing.
 */
import type { SignedAction } from '../domain/action.ts';
import type { Catalog, DeviceKey } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { DeviceId, UnitCode } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import type { Problem, Result } from '../domain/problem.ts';
import { unitsOfStreet } from '../domain/scope.ts';
import type { PullAnswer, PullRequest, PushAnswer, PushRequest } from '../protocol/messages.ts';
import { KnownEpoch } from './known-epoch.ts';
import type { Clock, FeedStore, HubPort, MasterStore, Random, RouterCheckpoint, Timer } from './ports.ts';
import type { PushContext } from './push-dirty.ts';
import { relayTargets } from './relay-case.ts';
import { exchangeWithDistrict, handUp, sweepStreet } from './relay-exchange.ts';
import { readRelayFeed } from './relay-feed.ts';
import type { RelayFeedPorts } from './relay-feed.ts';
import { takePush } from './relay-push.ts';
import { RelayStore } from './relay-store.ts';
import type { Outbox, RelayMemory } from './relay-store.ts';
import { Router } from './router.ts';
import { StationLoop } from './station-loop.ts';

export interface RelayPorts {
  /** How stations know this relay and its store: another name means that nothing they remember of it holds. */
  relay: string;
  deviceId: DeviceId;
  street: UnitCode;
  master: MasterStore;
  feeds: FeedStore;
  checkpoint: RouterCheckpoint;
  outbox: Outbox;
  memory: RelayMemory & RelayFeedPorts['catalog'];
  /** The catalog in `memory`, indexed. */
  catalog: () => Catalog;
  district: HubPort;
  /** The relay's own. */
  clock: Clock;
  timer: Timer;
  random: Random;
  verify: (action: SignedAction, device: DeviceKey) => Promise<boolean>;
  takeDirectory: () => Promise<Problem | undefined>;
  /** Tells the stations of a feed that it moved. */
  poke: (feed: string) => void;
  /** When it is time to route what was pushed. */
  calm: () => Promise<void>;
  onFault: (error: unknown) => void;
}

/** An offset is saved again when it has moved by more than this. */
const OFFSET_STEP_MS = 500;
/** Under which the units are remembered whose cases are here. */
const SWEPT = 'street';

export class Relay {
  readonly store: RelayStore;
  readonly router: Router;
  /** Towards the district. */
  readonly loop: StationLoop;
  readonly #ports: RelayPorts;
  #offsetMs: number;
  #units: { of: Catalog; units: ReadonlySet<UnitCode> } | undefined;

  private constructor(ports: RelayPorts, store: RelayStore, offsetMs: number) {
    const { master, feeds, checkpoint, poke, timer, onFault } = ports;
    this.#ports = ports;
    this.store = store;
    this.#offsetMs = offsetMs;
    const targets = (cases: Parameters<typeof relayTargets>[0]) => relayTargets(cases, this.units());
    this.router = new Router(
      { master, feeds, checkpoint, epoch: () => this.epoch().count, targets, poke, timer },
      onFault,
    );
    this.loop = new StationLoop({
      hub: ports.district,
      local: store,
      clock: ports.clock,
      timer: ports.timer,
      random: ports.random,
      deviceId: ports.deviceId,
      unit: ports.street,
      counts: async () => store.counts(),
      isUnsealed: () => true,
      onOffset: (ms) => this.#measured(ms),
      onFault,
      exchange: (context) => this.#exchange(context),
    });
  }

  /** Routes what a crash left unrouted; the first round with the district is the caller's `loop.poke()`. */
  static async open(ports: RelayPorts): Promise<Relay> {
    const { master, outbox, memory } = ports;
    const wake: { relay?: Relay } = {};
    const store = await RelayStore.open({
      master,
      outbox,
      memory,
      street: () => wake.relay?.units() ?? new Set(),
      onWritten: () => void ports.calm().then(() => wake.relay?.router.poke()),
    });
    const relay = new Relay(ports, store, await memory.offset());
    wake.relay = relay;
    await relay.router.poke();
    return relay;
  }

  /** The street and its communities, as of now. */
  units(): ReadonlySet<UnitCode> {
    const { catalog, street } = this.#ports;
    const of = catalog();
    if (this.#units?.of !== of) this.#units = { of, units: new Set(unitsOfStreet(of, street)) };
    return this.#units.units;
  }

  /** False before the first contact with the district: then there is nothing to serve. */
  get isReady(): boolean {
    return this.store.knownEpoch !== null;
  }

  /** The district's. Only to be asked when it is ready. */
  epoch(): Epoch {
    return this.store.knownEpoch ?? { count: 1, id: '' };
  }

  /** The district's clock as last measured, milliseconds since the epoch. */
  now(): number {
    return this.#ports.clock.now() + this.#offsetMs;
  }

  /** @param unit of the station. Problems: unavailable. */
  async push(request: PushRequest, unit: UnitCode): Promise<Result<PushAnswer>> {
    if (!this.isReady) return refused('unavailable');
    const { relay, catalog, verify } = this.#ports;
    const answer = await takePush(
      {
        store: this.store,
        clock: this,
        catalog,
        epoch: () => this.epoch(),
        relay,
        verify,
        handUp: async (cases) => handUp(await this.#context(), this.store, cases),
      },
      request,
      unit,
    );
    void this.loop.poke();
    return { ok: true, value: answer };
  }

  /** @param unit of the station. Problems: unavailable, out-of-scope, checkpoint-unknown. */
  async pull(request: PullRequest, unit: UnitCode): Promise<Result<PullAnswer>> {
    if (!this.isReady) return refused('unavailable');
    const { feeds, memory, relay } = this.#ports;
    const epoch = () => this.epoch();
    return readRelayFeed(
      { store: this.store, feeds, catalog: memory, clock: this, epoch, relay },
      request,
      unit,
    );
  }

  /** Resolves when the round under way has ended and everything is routed. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.router.poke();
    await this.router.stop();
  }

  async #exchange(context: PushContext): Promise<Problem | undefined> {
    const { memory, takeDirectory } = this.#ports;
    const street = () => this.units();
    const problem = await exchangeWithDistrict(context, { store: this.store, street, takeDirectory });
    if (problem !== undefined) return problem;
    const units = [...street()].join(' ');
    if ((await memory.checkpoint(SWEPT)) === units) return undefined;
    if (await sweepStreet({ store: this.store, street })) await memory.saveCheckpoint(SWEPT, units);
    return undefined;
  }

  async #context(): Promise<PushContext> {
    const { district, clock, deviceId } = this.#ports;
    const known = await KnownEpoch.read(this.store);
    return { hub: district, local: this.store, clock, deviceId, known, suspects: new Map() };
  }

  #measured(offsetMs: number): void {
    const { memory, onFault } = this.#ports;
    if (Math.abs(offsetMs - this.#offsetMs) >= OFFSET_STEP_MS) memory.saveOffset(offsetMs).catch(onFault);
    this.#offsetMs = offsetMs;
  }
}
