/** A relay's disk as its process meets it: a power cut leaves part of a bulk write. Watched for what must never happen to a case, not even for a moment. */
import { isLater } from '@sanji/sync/replication/apply';
import type { RelayDisk } from '@sanji/sync/testing/memory-relay';
import { Crashed } from './life.ts';
import type { Life } from './life.ts';
import type { SimulatedRelayOptions } from './simulated-relay.ts';

/** What takes rows and writes them one by one. */
const BULK = new Set<string | symbol>(['putMany', 'add', 'remove', 'writeCatalog', 'raise']);

type Method = (...args: unknown[]) => Promise<unknown>;

export function frailRelayDisk(
  life: Life,
  { faults, random }: Pick<SimulatedRelayOptions, 'faults' | 'random'>,
): <T extends object>(store: T) => T {
  const inPart = (write: Method): Method => {
    return async (...args) => {
      const rows = args.at(-1);
      const isMany = Array.isArray(rows) && rows.length > 1;
      if (!isMany || !faults.strikes('page-half-written', 0.03, random.next())) return write(...args);
      life.isOver = true;
      await write(...args.slice(0, -1), rows.slice(0, 1 + random.below(rows.length - 1)));
      throw new Crashed('the power failed in the middle of a page');
    };
  };
  const frail = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        const method = found.bind(target) as Method;
        return BULK.has(name) ? inPart(method) : method;
      },
    });
  return (store) => life.guard(frail(store));
}

/** `n` never goes back within an epoch: a relay is a station to the district. */
export function watchedRelayDisk(
  { master }: RelayDisk,
  { device, onViolation }: Pick<SimulatedRelayOptions, 'device' | 'onViolation'>,
): void {
  const putMany = master.putMany.bind(master);
  master.putMany = async (docs) => {
    const before = docs.map(({ _id }) => master.docs.get(_id)?.doc ?? { n: 0 });
    const verdicts = await putMany(docs);
    for (const [i, doc] of docs.entries()) {
      if (verdicts[i] === 'written' && isLater(before[i] ?? { n: 0 }, doc))
        onViolation(`n went back: ${device.deviceId} ${doc._id}`);
    }
    return verdicts;
  };
}
