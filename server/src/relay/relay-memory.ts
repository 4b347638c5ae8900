/** What a relay remembers beside its cases, in its own store: the district's epoch and checkpoints, the catalog, and which cases wait. */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { Epoch } from '@sanji/sync/domain/epoch';
import type { Outbox, RelayMemory } from '@sanji/sync/replication/relay-store';
import type { CatalogPage } from '../store/catalog-store.ts';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';
import type { Store, StoredDocument } from '../store/store.ts';
import type { RelayCatalog } from './relay-catalog.ts';

export class StoredRelayMemory implements RelayMemory {
  readonly #catalog: RelayCatalog;
  readonly #checkpoints: TypedDocuments<{ checkpoint: string }>;
  readonly #epochs: TypedDocuments<{ epoch: Epoch }>;
  readonly #offsets: TypedDocuments<{ offsetMs: number }>;

  constructor(directory: Pick<DirectoryStore, 'documents'>, catalog: RelayCatalog) {
    this.#catalog = catalog;
    this.#checkpoints = directory.documents('upstream-checkpoint');
    this.#epochs = directory.documents('upstream-epoch');
    this.#offsets = directory.documents('upstream-offset');
  }

  writeCatalog(docs: CatalogDocument[]): Promise<void> {
    return this.#catalog.write(docs);
  }

  readCatalog(): Promise<CatalogDocument[]> {
    return this.#catalog.all();
  }

  async epoch(): Promise<Epoch | null> {
    return (await this.#epochs.find('known'))?.value.epoch ?? null;
  }

  async saveEpoch(epoch: Epoch): Promise<void> {
    await putOver(this.#epochs, 'known', { epoch });
  }

  async offset(): Promise<number> {
    return (await this.#offsets.find('known'))?.value.offsetMs ?? 0;
  }

  async saveOffset(offsetMs: number): Promise<void> {
    await putOver(this.#offsets, 'known', { offsetMs });
  }

  changes(since: string | null, limit: number): Promise<CatalogPage> {
    return this.#catalog.changes(since, limit);
  }

  async checkpoint(feed: string): Promise<string | null> {
    return (await this.#checkpoints.find(feed))?.value.checkpoint ?? null;
  }

  async saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    await putOver(this.#checkpoints, feed, { checkpoint });
  }
}

/** One marker a case, in a database of its own: entered and taken out in bulk with the cases. */
export async function openOutbox(store: Store): Promise<Outbox> {
  const markers = await store.open<StoredDocument>('outbox');
  return {
    async add(caseIds) {
      // One that is there already is as good.
      await markers.putMany(caseIds.map((_id) => ({ _id })));
    },
    async remove(caseIds) {
      const found = (await markers.getMany(caseIds)).filter((marker) => marker !== undefined);
      await markers.putMany(found.map(({ _id, _rev }) => ({ _id, _rev, _deleted: true })));
    },
    async all() {
      return (await markers.range({ startkey: '0', endkey: 'z' })).map(({ _id }) => _id);
    },
  };
}

/** One process holds the store: whoever else wrote was this one, a moment ago. */
async function putOver<T extends object>(documents: TypedDocuments<T>, id: string, value: T): Promise<void> {
  for (;;) {
    const found = await documents.find(id);
    if ((await documents.put(id, value, found?.rev)) === 'written') return;
  }
}
