/** Everything of one story: the hub, the stations on their lines, and how they come to rest. */
import type { SignedAction } from '@sanji/sync/domain/action';
import type { CatalogEntry, DeviceKey } from '@sanji/sync/domain/catalog';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import type { HubPort } from '@sanji/sync/replication/ports';
import { unruled } from '@sanji/sync/replication/push-dirty';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { Addresses } from './addresses.ts';
import { MOVED, openingEntries } from './administrator.ts';
import { DEVICES, RELAYS, deviceNamed } from './district.ts';
import { EVENT_HANDLERS } from './events.ts';
import { Faults } from './faults.ts';
import { violations } from './invariants.ts';
import { Ledger, keyOf } from './ledger.ts';
import { Line } from './line.ts';
import { Schedule } from './schedule.ts';
import { STAND_IN, realSignatures } from './signatures.ts';
import type { Signatures } from './signatures.ts';
import { SimulatedHub } from './simulated-hub.ts';
import { SimulatedRelay } from './simulated-relay.ts';
import { SimulatedStation } from './simulated-station.ts';
import type { Disk } from './simulated-station.ts';
import { randomOf } from './story.ts';
import type { Report } from './simulate.ts';
import type { Story, StoryEvent } from './story.ts';
import { overTheWire } from './wire.ts';

/** Late messages are at most this late. */
const LATE_MS = 2_000;
/** Enough for a push, a pull and what they set off. */
const ROUND_MS = 3_000;
const MAX_CARRIED = 50;
/** More rounds than any news has stations to go through. */
const MAX_ROUNDS = 12;

export class World {
  readonly findings: string[] = [];
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly signatures: Signatures;
  readonly ledger = new Ledger();
  /** Devices that did tell two stories; nobody else may be suspected of it. */
  readonly suspects = new Set<DeviceId>();
  readonly hub: SimulatedHub;
  readonly stations: SimulatedStation[] = [];
  readonly relays: readonly SimulatedRelay[];
  readonly addresses: Addresses;
  readonly isTrueToTheByte: boolean;
  readonly #story: Story;

  static async open(story: Story): Promise<World> {
    const schedule = new Schedule();
    const ids = [...DEVICES, ...RELAYS].flatMap(({ deviceId }) => [deviceId, `${deviceId}${MOVED}`]);
    const signatures = story.isTrueToTheByte ? await realSignatures(ids, schedule) : STAND_IN;
    return new World(story, schedule, signatures);
  }

  private constructor(story: Story, schedule: Schedule, signatures: Signatures) {
    this.#story = story;
    this.isTrueToTheByte = story.isTrueToTheByte;
    this.schedule = schedule;
    this.signatures = signatures;
    this.faults = new Faults(story.without);
    const relays = (story.relays ?? []).map(deviceNamed);
    const catalog = openingEntries((deviceId) => signatures.publicKeyOf(deviceId), relays);
    this.hub = new SimulatedHub({
      schedule,
      signatures,
      catalog,
      ledger: this.ledger,
      random: this.#stream('hub'),
      faults: this.faults,
      processes: story.hubs,
      poke: (feed) => this.#poke(feed),
      onFault: (error) => this.note(`fault: hub ${String(error)}`),
      onViolation: (found) => this.note(found),
    });
    this.relays = relays.map((device) => this.#openRelay(device));
    this.addresses = new Addresses(this.relays, () => this.hub.catalog.index);
    for (const deviceId of story.stations) this.enrol(deviceNamed(deviceId));
  }

  note(finding: string): void {
    if (!this.findings.includes(finding)) this.findings.push(finding);
  }

  async play({ kind, dice, gapMs }: StoryEvent): Promise<void> {
    await this.schedule.run(gapMs);
    EVENT_HANDLERS[kind](this, randomOf(dice, kind));
  }

  /** What the district decides; a terminal that is new in it stands ready. */
  publish(entries: CatalogEntry[]): void {
    const known = new Set(this.stations.map(({ device }) => device.deviceId));
    const keyed = entries.map((entry): CatalogEntry => {
      if (entry.kind !== 'device') return entry;
      const { device } = entry;
      return {
        kind: 'device',
        device: { ...device, publicKey: this.signatures.publicKeyOf(device.deviceId) },
      };
    });
    this.hub.publish(...keyed);
    for (const entry of keyed) {
      if (
        entry.kind === 'device' &&
        entry.device.deviceId.endsWith(MOVED) &&
        !known.has(entry.device.deviceId)
      )
        this.enrol(entry.device);
    }
  }

  /** Whom a station talks to: the hub, or the relay of its street in the hub's place. */
  hubOf(station: SimulatedStation): HubPort {
    const { deviceId } = station.device;
    const relay = this.addresses.relayOf(station);
    return this.#wired(relay?.portFor(deviceId) ?? this.hub.portFor(deviceId));
  }

  #wired(port: HubPort): HubPort {
    return this.isTrueToTheByte ? overTheWire(port) : port;
  }

  /** No more faults; everything runs again and has time to come to rest. */
  async rest(): Promise<void> {
    this.faults.isCalm = true;
    await this.schedule.run(LATE_MS);
    this.hub.restart();
    this.hub.finishRestore();
    for (const relay of this.relays) {
      relay.line.restore();
      if (relay.isDead) relay.start();
    }
    for (const station of this.stations) station.line.restore();
    for (const station of this.stations) if (station.isDead) station.start();
    await this.#settle();
    if (this.hub.endWait()) await this.#settle();
    await this.schedule.await(this.hub.audit());
    this.faults.isCalm = false;
  }

  /** Until nothing moves any more. */
  async #settle(): Promise<void> {
    let before = '';
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.addresses.correct();
      for (const station of this.stations) station.poke();
      for (const relay of this.relays) relay.poke();
      await this.schedule.run(ROUND_MS);
      this.hub.pokeRouter();
      await this.schedule.run(ROUND_MS);
      const now = this.#stamp();
      if (now === before) break;
      before = now;
      if (round === MAX_ROUNDS - 1) this.note('restless: there is no end to it');
    }
  }

  /** What one terminal has not got rid of, brought in the session of another; its answer comes to nobody. */
  async carry({ disk }: SimulatedStation, to: HubPort): Promise<SignedAction[]> {
    const cases = (await disk.local.dirty(MAX_CARRIED)).map((doc) => ({
      caseId: doc._id,
      n: doc.n,
      actions: unruled(doc),
    }));
    if (cases.length > 0) await to.push({ v: 1, cases });
    return cases.flatMap(({ actions }) => actions);
  }

  async inspect(): Promise<void> {
    await this.schedule.await(this.#tryRevoked());
    for (const finding of await this.schedule.still(violations(this))) this.note(finding);
  }

  count(): Pick<Report, 'actions' | 'cases' | 'rejected' | 'kinds' | 'faults'> {
    const docs = [...this.hub.master.docs.values()].map(({ doc }) => doc);
    const kinds: Report['kinds'] = {};
    let rejected = 0;
    for (const { actions, rulings } of docs) {
      for (const [id, { verdict }] of Object.entries(rulings)) {
        const kind = actions[id]?.body.kind;
        if (verdict === 'rejected') rejected += 1;
        else if (kind !== undefined) kinds[kind] = (kinds[kind] ?? 0) + 1;
      }
    }
    const { ledger, faults } = this;
    return { actions: ledger.entries.size, cases: docs.length, rejected, kinds, faults: faults.counts };
  }

  /** A profile copied as it lies on the disk: from now on two terminals take themselves for this one. */
  clone({ name, device, disk }: SimulatedStation): SimulatedStation {
    const copy = new MemoryDeviceStore();
    copy.state = disk.device.state;
    const twin = { local: disk.local.copy(), device: copy, offsetMs: disk.offsetMs };
    return this.#install(device, `${name} (clone)`, twin);
  }

  /** Now that every process knows of it: what lies on a disk taken out of service gets in by nobody's hand. */
  async #tryRevoked(): Promise<void> {
    const { devices } = this.hub.catalog.index;
    const isActive = ({ device }: SimulatedStation) => devices.get(device.deviceId)?.status === 'active';
    const by = this.stations.find(isActive);
    if (by === undefined) return;
    this.faults.isCalm = true;
    const ruledBefore = this.#ruled();
    const hub = this.#wired(this.hub.portFor(by.device.deviceId));
    for (const station of this.stations.filter((each) => !isActive(each))) {
      const carried = (await this.carry(station, hub)).map(keyOf);
      const ruled = this.#ruled();
      const taken = carried.filter((key) => ruled.has(key) && !ruledBefore.has(key));
      for (const key of taken) this.note(`ruled though revoked: ${key}`);
    }
    this.faults.isCalm = false;
  }

  #ruled(): Set<string> {
    return new Set(
      [...this.hub.master.docs.values()].flatMap(({ doc }) => Object.values(doc.actions).map(keyOf)),
    );
  }

  /** A terminal with an empty disk. */
  enrol(device: DeviceKey): void {
    const disk = { local: new MemoryLocalStore(), device: new MemoryDeviceStore(), offsetMs: 0 };
    this.#install(device, device.deviceId, disk);
  }

  #install(device: DeviceKey, name: string, disk: Disk): SimulatedStation {
    const { schedule, faults, signatures, ledger } = this;
    const station: SimulatedStation = new SimulatedStation({
      name,
      device,
      schedule,
      faults,
      signatures,
      ledger,
      random: this.#stream(`station ${name}`),
      line: new Line({ schedule, faults, random: this.#stream(`line ${name}`) }),
      hub: () => this.hubOf(station),
      onViolation: (found) => this.note(found),
      disk,
    });
    this.stations.push(station);
    if (this.relays.length > 0 && this.#stream(`address ${name}`).chance(0.75)) this.addresses.move(station);
    station.start();
    return station;
  }

  #openRelay(device: DeviceKey): SimulatedRelay {
    const { schedule, faults, signatures } = this;
    const { deviceId } = device;
    const cuts = ['relay-line-cut', 'relay-line-cut-for-days'] as const;
    const relay: SimulatedRelay = new SimulatedRelay({
      device,
      schedule,
      faults,
      signatures,
      random: this.#stream(`relay ${deviceId}`),
      line: new Line({ schedule, faults, cuts, random: this.#stream(`line ${deviceId}`) }),
      hub: () => this.#wired(this.hub.portFor(deviceId)),
      poke: (feed) => this.#pokeStations(feed, relay),
      onViolation: (found) => this.note(found),
    });
    return relay;
  }

  #stream(name: string): SeededRandom {
    return randomOf(this.#story.seed, name);
  }

  /** By the event stream: it may be down, and then nobody hears. */
  #poke(feed: string): void {
    this.#pokeStations(feed, undefined);
    for (const relay of this.relays) {
      const isIts = feed === 'catalog' || relay.relay?.units().has(feed.slice(feedOf('').length)) === true;
      if (isIts && !relay.losesPoke()) relay.poke();
    }
  }

  /** @param relay whose stations; undefined: the hub's */
  #pokeStations(feed: string, relay: SimulatedRelay | undefined): void {
    for (const station of this.stations) {
      if (feed !== 'catalog' && feed !== feedOf(station.device.unit)) continue;
      if (this.addresses.relayOf(station) === relay && !station.losesPoke()) station.poke();
    }
  }

  /** Changes whenever anything that is stored changes. */
  #stamp(): string {
    let sum = 0;
    for (const { rev } of this.hub.master.docs.values()) sum += rev;
    for (const rows of this.hub.feeds.feeds.values()) for (const { seq } of rows.values()) sum += seq;
    for (const { disk } of this.relays) {
      for (const { rev } of disk.master.docs.values()) sum += rev;
      for (const rows of disk.feeds.feeds.values()) for (const { seq } of rows.values()) sum += seq;
    }
    for (const { disk } of this.stations)
      for (const { revision } of disk.local.rows.values()) sum += revision;
    return String(sum);
  }
}
