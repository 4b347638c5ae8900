/** A simulated hub's stores, watched for what must never happen even for a moment. */
import { deviceOf } from '@sanji/sync/domain/action';
import { isLater } from '@sanji/sync/replication/apply';
import type { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { isOfHub } from './simulated-hub.ts';
import type { SimulatedHub, SimulatedHubOptions } from './simulated-hub.ts';

/**
 * Held against what was there at every write: neither a case nor a feed entry ever falls, not even for a moment. And the hub takes itself for
 * put back only while it is.
 */
export function watchedHub(hub: SimulatedHub, { ledger, onViolation }: SimulatedHubOptions): void {
  const { master, feeds, restores, everRejected } = hub;
  const notice = restores.noticeBehind.bind(restores);
  restores.noticeBehind = async (evidence) => {
    if (!hub.isUnfinished) onViolation(`doubted without cause: by ${evidence.kind}`);
    return notice(evidence);
  };
  const putMany = master.putMany.bind(master);
  master.putMany = async (docs) => {
    const before = docs.map(({ _id }) => master.docs.get(_id)?.doc.n ?? 0);
    const verdicts = await putMany(docs);
    for (const [i, doc] of docs.entries()) {
      if (verdicts[i] !== 'written') continue;
      if (doc.n <= (before[i] ?? 0)) onViolation(`the master fell: ${doc._id}`);
      for (const [id, { verdict }] of Object.entries(doc.rulings))
        if (verdict === 'rejected') everRejected.add(id);
      for (const action of Object.values(doc.actions))
        if (isOfHub(deviceOf(action))) ledger.add(action, 'made');
    }
    return verdicts;
  };
  const raise = feeds.raise.bind(feeds);
  feeds.raise = async (feed, entries) => {
    const entryOf = (caseId: string) => feeds.feeds.get(feed)?.get(caseId) ?? { n: 0 };
    const before = entries.map(({ caseId }) => entryOf(caseId));
    const hasMoved = await raise(feed, entries);
    for (const [i, { caseId }] of entries.entries()) {
      if (isLater(before[i] ?? { n: 0 }, entryOf(caseId))) onViolation(`a feed fell: ${feed} ${caseId}`);
    }
    return hasMoved;
  };
}

/** The hub's own counters: of each epoch a device of its own. */
export function watchedDevice(
  device: MemoryDeviceStore,
  { onViolation }: SimulatedHubOptions,
): MemoryDeviceStore {
  const save = device.save.bind(device);
  device.save = async (state) => {
    if (state.counter < device.state.counter) onViolation('counter went back: the hub');
    return save(state);
  };
  return device;
}
