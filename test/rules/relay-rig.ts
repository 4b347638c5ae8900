/** One hub, and the relay of one street on a line that a test cuts; stations speak to the one or to the other. */
import { deviceOf } from '@sanji/sync/domain/action';
import { unitsOfStreet } from '@sanji/sync/domain/scope';
import type { HubPort } from '@sanji/sync/replication/ports';
import type { Relay } from '@sanji/sync/replication/relay';
import { isCheaplySigned } from '@sanji/sync/testing/cheap-signer';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { hubFor } from '@sanji/sync/testing/memory-hub';
import { openMemoryRelay, RelayDisk, relayFor } from '@sanji/sync/testing/memory-relay';
import { deviceNamed, STREET } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { Rig } from './rig.ts';

const OFFLINE = { ok: false as const, problem: { code: 'offline' as const } };
const DOWN: HubPort = {
  push: () => Promise.resolve(OFFLINE),
  pull: () => Promise.resolve(OFFLINE),
  snapshot: () => Promise.resolve(OFFLINE),
  giveBack: () => Promise.resolve(OFFLINE),
};

export type Movable = Station & { toHub: () => void; toRelay: () => void };

export class RelayRig extends Rig {
  disk = new RelayDisk();
  name = 'relay1.a';
  #relay: Relay | undefined;
  /** Between the relay and the hub. */
  isCut = false;
  readonly relayPokes: string[] = [];
  /** How the relay of one life sees its stores; asked anew at each start. */
  live: () => <T extends object>(store: T) => T = () => (store) => store;
  /** Actions in pushes to the relay. */
  pushedHere = 0;

  static async open(): Promise<RelayRig> {
    const rig = new RelayRig();
    await rig.startRelay();
    await rig.relay.loop.poke();
    return rig;
  }

  get relay(): Relay {
    if (this.#relay === undefined) throw new Error('the relay has not been started');
    return this.#relay;
  }

  /** Again on the same disk, as after a crash. */
  async startRelay(): Promise<void> {
    this.#relay = undefined;
    this.#relay = await openMemoryRelay(
      this.disk,
      {
        relay: this.name,
        deviceId: this.name.slice(0, this.name.indexOf('.')),
        street: STREET,
        district: this.#line(),
        clock: this.clock,
        timer: this.clock,
        random: new SeededRandom(7),
        verify: async (action) => isCheaplySigned(action),
        poke: (feed) => this.relayPokes.push(feed),
        onFault: (error) => this.faults.push(error),
      },
      this.live(),
    );
  }

  /** A station whose address leads to the relay, or to the hub once `moved` says so. */
  at(deviceId: string, bend: (hub: HubPort) => HubPort = (hub) => hub): Movable {
    const { unit } = deviceNamed(deviceId);
    let isAtHub = false;
    const port = (): HubPort => (isAtHub ? this.hub(unit) : this.atRelay(unit));
    const station = this.station(deviceId, () =>
      bend({
        push: (request) => port().push(request),
        pull: (request) => port().pull(request),
        snapshot: (feed) => port().snapshot(feed),
        giveBack: (request) => port().giveBack(request),
      }),
    );
    return Object.assign(station, {
      toHub: () => {
        isAtHub = true;
      },
      toRelay: () => {
        isAtHub = false;
      },
    });
  }

  /** False while it is down. */
  get isUp(): boolean {
    return this.#relay !== undefined;
  }

  atRelay(unit: string): HubPort {
    if (!this.isUp) return DOWN;
    const port = relayFor(this.relay, this.disk, this.name, unit);
    return {
      ...port,
      push: (request) => {
        this.pushedHere += request.cases.reduce((sum, { actions }) => sum + actions.length, 0);
        return port.push(request);
      },
    };
  }

  /** The relay exchanges with the hub, and the hub routes what came; twice, so that news goes both ways. */
  async drain(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await this.relay.loop.poke();
      await this.router.poke();
    }
    await this.relay.loop.poke();
    await this.relay.router.poke();
  }

  relayed(caseId: string) {
    return this.disk.master.docs.get(caseId)?.doc;
  }

  /** Every action of every case at the hub, once each by its place in the rulings. */
  ruledAtHub(): string[] {
    return [...this.master.docs.values()].flatMap(({ doc }) => Object.keys(doc.rulings)).sort();
  }

  /** The relay's key sees the street and its communities. */
  #line(): HubPort {
    const hub = () => {
      const side = {
        judge: this.judge,
        master: this.master,
        feeds: this.feeds,
        catalogDocs: () => this.docs,
        catalog: this.judge.catalog,
        memory: () => this.memory,
        takeBack: () => 0,
      };
      return hubFor(side, STREET, unitsOfStreet(this.judge.catalog(), STREET));
    };
    const line = () => (this.isCut ? DOWN : hub());
    return {
      push: (request) => line().push(request),
      pull: (request) => line().pull(request),
      snapshot: (feed) => line().snapshot(feed),
      giveBack: (request) => line().giveBack(request),
    };
  }
}

/** Ids of a station's own actions in a case. */
export function ownOf(station: Station, caseId: string): string[] {
  return Object.values(station.find(caseId)?.actions ?? {})
    .filter((action) => deviceOf(action) === station.device.deviceId)
    .map(({ body }) => body.id);
}
