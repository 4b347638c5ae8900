/**
 * In what order callers are served, and what one may have under way: each terminal and each session has a lane of its own, since all of a
 * hall's stand behind one address; who is nobody yet has one by address, and only where the hub takes long bodies from anybody.
 */
import type { Caller } from './endpoint.ts';
import { Holdings, type Holding } from './holdings.ts';
import { Lanes } from './lanes.ts';

/** A terminal pushes and pulls one thing after the other, also when two of its windows are open; a relay does so for its street. */
const INSIDERS = { atOnce: 4, waiting: 40 };
const STRANGERS = { atOnce: 1, waiting: 10 };
const MB = 1024 * 1024;
/** Some bodies of the longest for each. */
const INSIDERS_HOLD = { each: 32 * MB, inAll: 512 * MB };
const STRANGERS_HOLD = { each: 8 * MB, inAll: 64 * MB };
const NOTHING: Holding = { add: () => true, release: () => undefined };

export interface Way {
  /** Takes more than the usual body. */
  isLong: boolean;
  isEndless: boolean;
  /** Of the network. */
  address: string;
}

const FREE = Promise.resolve(() => undefined);

export class Order {
  readonly #insiders = new Lanes(INSIDERS);
  readonly #strangers = new Lanes(STRANGERS);
  readonly #insidersHold = new Holdings(INSIDERS_HOLD);
  readonly #strangersHold = new Holdings(STRANGERS_HOLD);

  /** For a body from its first byte until it is dealt with. */
  holdBody(caller: Caller, { isLong, address }: Way): Holding {
    if (!isLong) return NOTHING;
    const name = nameOf(caller);
    return name === undefined ? this.#strangersHold.open(address) : this.#insidersHold.open(name);
  }

  /** As `Lanes.enter`. */
  turnOf(caller: Caller, { isLong, isEndless, address }: Way): Promise<() => void> | undefined {
    const name = nameOf(caller);
    if (isEndless || (name === undefined && !isLong)) return FREE;
    return name === undefined ? this.#strangers.enter(address) : this.#insiders.enter(name);
  }
}

function nameOf(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'device':
      return `device ${caller.device.deviceId}`;
    case 'staff':
      return `session ${caller.sessionId}`;
    case 'nobody':
      return undefined;
  }
}
