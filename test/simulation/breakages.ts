/** Deliberate mistakes, one for each rule whose absence once lost, doubled or leaked something: the fuzzer has to find them. */
import type { DeviceState, FeedEntry } from '@sanji/sync/replication/ports';
import type {
  MemoryFeedStore,
  MemoryMasterStore,
  MemoryRouterCheckpoint,
} from '@sanji/sync/testing/memory-hub-stores';
import type { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';

export const BREAKAGES = [
  'checkpoint-before-writes',
  'router-checkpoint-before-fan-out',
  'feed-without-compare',
  'master-without-compare',
  'local-without-compare',
  'answer-before-store',
  'no-strays',
  'chain-forgets-intent',
  'counter-after-write',
  'gone-ignored',
] as const;
export type Breakage = (typeof BREAKAGES)[number];

export function breakStation(
  breakage: Breakage | undefined,
  local: MemoryLocalStore,
  device: MemoryDeviceStore,
): void {
  if (breakage === 'local-without-compare') {
    const write = local.write.bind(local);
    local.write = async (doc) => write(doc, (await local.read(doc._id))?.revision);
  }
  if (breakage === 'no-strays') local.addStrays = async () => undefined;
  const save = device.save.bind(device);
  if (breakage === 'chain-forgets-intent') device.save = (state) => save({ ...state, intent: null });
  if (breakage === 'counter-after-write') {
    device.save = async (state: DeviceState) => {
      if (state.intent === null) await save(state);
    };
  }
}

interface HubStores {
  master: MemoryMasterStore;
  feeds: MemoryFeedStore;
  checkpoint: MemoryRouterCheckpoint;
}

export function breakHub(breakage: Breakage | undefined, { master, feeds, checkpoint }: HubStores): void {
  if (breakage === 'master-without-compare') {
    const put = master.putMany.bind(master);
    master.putMany = async (docs) => {
      const known = await master.getMany(docs.map(({ _id }) => _id));
      return put(
        docs.map(({ rev: _rev, ...doc }, i) => ({
          ...doc,
          ...(known[i]?.rev === undefined ? {} : { rev: known[i].rev }),
        })),
      );
    };
  }
  if (breakage === 'answer-before-store') {
    const put = master.putMany.bind(master);
    let count = 0;
    master.putMany = async (docs) => (++count % 9 === 0 ? docs.map(() => 'written' as const) : put(docs));
  }
  if (breakage === 'router-checkpoint-before-fan-out') {
    const changes = master.changes.bind(master);
    master.changes = async (since, limit) => {
      const page = await changes(since, limit);
      await checkpoint.save(page.last);
      return page;
    };
  }
  if (breakage === 'feed-without-compare') {
    const raise = feeds.raise.bind(feeds);
    feeds.raise = async (feed: string, entries: FeedEntry[]) => {
      for (const { caseId } of entries) feeds.feeds.get(feed)?.delete(caseId);
      return raise(feed, entries);
    };
  }
}
