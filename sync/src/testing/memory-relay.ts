/** A street relay over stores in memory. What is on its disk survives what the tests call a crash: another relay is opened on it. */
import { indexCatalog, outranks } from '../domain/catalog-index.ts';
import type { Catalog, CatalogDocument } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { CaseId, UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { HubPort } from '../replication/ports.ts';
import { isRelayCase } from '../replication/relay-case.ts';
import { packedAtRelay, sealRelayCheckpoint } from '../replication/relay-feed.ts';
import type { Outbox, RelayMemory } from '../replication/relay-store.ts';
import { Relay } from '../replication/relay.ts';
import type { RelayPorts } from '../replication/relay.ts';
import { frozen } from './frozen.ts';
import { MemoryFeedStore, MemoryMasterStore, MemoryRouterCheckpoint } from './memory-hub-stores.ts';

export class MemoryOutbox implements Outbox {
  readonly ids = new Set<CaseId>();

  async add(caseIds: CaseId[]): Promise<void> {
    for (const id of caseIds) this.ids.add(id);
  }

  async remove(caseIds: CaseId[]): Promise<void> {
    for (const id of caseIds) this.ids.delete(id);
  }

  async all(): Promise<CaseId[]> {
    return [...this.ids];
  }
}

export class MemoryRelayMemory implements RelayMemory {
  readonly #catalog = new Map<string, { doc: CatalogDocument; seq: number }>();
  readonly checkpoints = new Map<string, string>();
  #known: Epoch | null = null;
  #offsetMs = 0;
  #seq = 0;
  #index: Catalog | undefined;

  /** As of now. */
  get catalog(): Catalog {
    return (this.#index ??= indexCatalog([...this.#catalog.values()].map(({ doc }) => doc)));
  }

  async writeCatalog(docs: CatalogDocument[]): Promise<void> {
    for (const doc of docs) {
      const known = this.#catalog.get(doc._id);
      if (known !== undefined && !outranks(doc, known.doc)) continue;
      this.#index = undefined;
      this.#catalog.delete(doc._id);
      this.#catalog.set(doc._id, { doc: frozen(doc), seq: ++this.#seq });
    }
  }

  async readCatalog(): Promise<CatalogDocument[]> {
    return [...this.#catalog.values()].map(({ doc }) => doc);
  }

  async changes(since: string | null, limit: number) {
    const after = Number(since ?? 0);
    const rows = [...this.#catalog.values()].filter(({ seq }) => seq > after);
    const page = rows.slice(0, limit);
    return {
      docs: page.map(({ doc }) => doc),
      last: String(page.at(-1)?.seq ?? after),
      more: rows.length > page.length,
    };
  }

  async epoch(): Promise<Epoch | null> {
    return this.#known;
  }

  async saveEpoch(epoch: Epoch): Promise<void> {
    this.#known = epoch;
  }

  async offset(): Promise<number> {
    return this.#offsetMs;
  }

  async saveOffset(offsetMs: number): Promise<void> {
    this.#offsetMs = offsetMs;
  }

  async checkpoint(feed: string): Promise<string | null> {
    return this.checkpoints.get(feed) ?? null;
  }

  async saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    this.checkpoints.set(feed, checkpoint);
  }
}

export class RelayDisk {
  readonly master = new MemoryMasterStore();
  readonly feeds = new MemoryFeedStore();
  readonly checkpoint = new MemoryRouterCheckpoint();
  readonly outbox = new MemoryOutbox();
  readonly memory = new MemoryRelayMemory();
}

export type MemoryRelayOptions = Omit<RelayPorts, keyof RelayDisk | 'catalog' | 'takeDirectory' | 'calm'>;

/** @param guard the stores as the code sees them, when something stands in between */
export function openMemoryRelay(
  disk: RelayDisk,
  options: MemoryRelayOptions,
  guard: <T extends object>(store: T) => T = (store) => store,
): Promise<Relay> {
  return Relay.open({
    ...options,
    master: guard(disk.master),
    feeds: guard(disk.feeds),
    checkpoint: guard(disk.checkpoint),
    outbox: guard(disk.outbox),
    memory: guard(disk.memory),
    catalog: () => disk.memory.catalog,
    takeDirectory: () => Promise.resolve(undefined),
    calm: () => Promise.resolve(),
  });
}

const BATCH = 50;

/** The relay as a station of one of its units sees it, over a line that never fails. */
export function relayFor(
  relay: Relay,
  { feeds, master }: Pick<RelayDisk, 'feeds' | 'master'>,
  name: string,
  unit: UnitCode,
): HubPort {
  return {
    push: (request) => relay.push(request, unit),
    pull: (request) => relay.pull(request, unit),
    snapshot: async (feed) => {
      if (!relay.isReady) return refused('unavailable');
      if (feed !== feedOf(unit)) return refused('out-of-scope', { feed });
      // The feed first, then the cases as they are now.
      const { entries, last } = await feeds.read(feed, null, Number.MAX_SAFE_INTEGER);
      const found = await master.getMany(entries.map(({ caseId }) => caseId));
      const rows = found.flatMap((each) =>
        each !== undefined && isRelayCase(each) && each.head.parties.includes(unit)
          ? [packedAtRelay(each)]
          : [],
      );
      const head = {
        v: PROTOCOL_VERSION as 1,
        hubNow: relay.now(),
        epoch: relay.epoch(),
        relay: name,
        checkpoint: sealRelayCheckpoint(name, last),
        count: rows.length,
      };
      return { ok: true, value: { head, batches: batchesOf(rows) } };
    },
    // A relay publishes nothing, so it has forgotten nothing.
    giveBack: async () => ({ ok: true, value: { v: PROTOCOL_VERSION as 1, hubNow: relay.now(), taken: 0 } }),
  };
}

async function* batchesOf<T>(rows: T[]): AsyncGenerator<T[]> {
  for (let i = 0; i < rows.length; i += BATCH) yield rows.slice(i, i + BATCH);
}
