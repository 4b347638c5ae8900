/** Whom each station's address leads to: the hub, or the relay of its street in the hub's place. */
import type { Catalog } from '@sanji/sync/domain/catalog';
import { unitsOfStreet } from '@sanji/sync/domain/scope';
import type { SimulatedRelay } from './simulated-relay.ts';
import type { SimulatedStation } from './simulated-station.ts';

export class Addresses {
  readonly #relays: readonly SimulatedRelay[];
  /** As the district has it. */
  readonly #catalog: () => Catalog;
  readonly #atRelay = new Map<SimulatedStation, SimulatedRelay>();

  constructor(relays: readonly SimulatedRelay[], catalog: () => Catalog) {
    this.#relays = relays;
    this.#catalog = catalog;
  }

  /** Undefined: the hub. */
  relayOf(station: SimulatedStation): SimulatedRelay | undefined {
    return this.#atRelay.get(station);
  }

  /** From the hub to the relay of its street, if there is one, or from a relay to the hub. */
  move(station: SimulatedStation): void {
    const relay = this.#serving(station);
    if (this.#atRelay.has(station)) this.#atRelay.delete(station);
    else if (relay !== undefined) this.#atRelay.set(station, relay);
  }

  /** Whoever is not served any more where the address leads is led to the hub. */
  correct(): void {
    for (const [station, relay] of this.#atRelay)
      if (this.#serving(station) !== relay) this.#atRelay.delete(station);
  }

  #serving({ device: { unit } }: SimulatedStation): SimulatedRelay | undefined {
    const catalog = this.#catalog();
    return this.#relays.find(
      ({ device: { deviceId, unit: street }, isRevoked }) =>
        !isRevoked &&
        catalog.devices.get(deviceId)?.status === 'active' &&
        unitsOfStreet(catalog, street).includes(unit),
    );
  }
}
