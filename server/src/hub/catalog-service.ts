/**
 * The catalog as the hub knows it now: kept in memory, indexed, refreshed from the store whichever process wrote; and the one way to write it.
 * What is written is signed, so that after a restore the stations can give back what the hub has forgotten.
 */
import { randomUUID } from 'node:crypto';
import { catalogIdOf, indexCatalog, outranks } from '@sanji/sync/domain/catalog-index';
import type { Catalog, CatalogDocument, CatalogEntry } from '@sanji/sync/domain/catalog';
import { inEpoch } from '@sanji/sync/domain/epoch';
import type { CatalogStore } from '../store/catalog-store.ts';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';

/** Every district that has been set up has it. */
const SETTINGS = 'settings:settings';

/** Entries that must all be written; there as long as they may not be. */
interface Journal {
  entries: CatalogEntry[];
}

/** The hub's hand. */
export interface CatalogSigner {
  signDocument(doc: Omit<CatalogDocument, 'sig'>): Promise<string>;
  /** False for anything but its own. */
  hasSigned(doc: CatalogDocument): Promise<boolean>;
}

export interface CatalogDeps {
  store: CatalogStore;
  directory: DirectoryStore;
  signer: CatalogSigner;
  /** `Epoch.count`, as of now. */
  epoch: () => number;
}

export class CatalogService {
  readonly #store: CatalogStore;
  readonly #signer: CatalogSigner;
  readonly #epoch: () => number;
  readonly #journals: TypedDocuments<Journal>;
  readonly #docs = new Map<string, CatalogDocument>();
  readonly #listeners = new Set<() => void>();
  #index: Catalog;

  private constructor({ store, directory, signer, epoch }: CatalogDeps, docs: CatalogDocument[]) {
    this.#store = store;
    this.#signer = signer;
    this.#epoch = epoch;
    this.#journals = directory.documents<Journal>('catalog-journal');
    for (const doc of docs) this.#docs.set(doc._id, doc);
    this.#index = indexCatalog(docs);
  }

  /** Finishes what a crash interrupted. */
  static async open(deps: CatalogDeps): Promise<CatalogService> {
    const service = new CatalogService(deps, await deps.store.all());
    // Asked for by name, so that a store whose nodes show nothing yet is not taken for a new one.
    if (!service.#docs.has(SETTINGS)) await service.refresh([SETTINGS]);
    for (const { id, value, rev } of await service.#journals.list()) {
      await service.put(value.entries);
      await service.#journals.remove(id, rev);
    }
    return service;
  }

  current(): Catalog {
    return this.#index;
  }

  /** Nothing has ever been published here. */
  isEmpty(): boolean {
    return this.#docs.size === 0;
  }

  /** Called after every change, also of another process. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async reload(): Promise<void> {
    this.#take(await this.#store.all());
  }

  /** Follows the store until `signal` is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const page of this.#store.follow(null, signal)) this.#take(page.docs);
  }

  /**
   * Writes entries, each as the next state of what is stored. Entries that say nothing new are left alone. A publication of rules that
   * another process numbered the same is a conflict; the rest is written again on the newer state.
   */
  async put(entries: CatalogEntry[]): Promise<void> {
    let rest = entries;
    while (rest.length > 0) {
      const next = await Promise.all(rest.map((entry) => this.#next(entry)));
      const docs = next.filter((doc) => doc !== undefined);
      const verdicts = await this.#store.put(docs);
      this.#take(docs.filter((_, i) => verdicts[i] === 'written'));
      const refused = docs.filter((_, i) => verdicts[i] === 'conflict');
      await this.refresh(refused.map(({ _id }) => _id));
      rest = refused.map(({ entry }) => entry);
    }
  }

  /** As `put`, and whole even across a crash: it is finished at the next start. */
  async putAll(entries: CatalogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const id = randomUUID();
    await this.#journals.put(id, { entries });
    await this.put(entries);
    const journal = await this.#journals.find(id);
    if (journal !== undefined) await this.#journals.remove(id, journal.rev);
  }

  /**
   * Changes one entry on what is stored now: `change` is asked again when another process wrote meanwhile, and says undefined to leave the
   * entry as it is. False then, and when there is no such entry.
   */
  async alter(id: string, change: (entry: CatalogEntry) => CatalogEntry | undefined): Promise<boolean> {
    for (;;) {
      const known = this.#docs.get(id);
      const entry = known === undefined ? undefined : change(known.entry);
      if (known === undefined || entry === undefined) return false;
      const doc = await this.#signed(entry, known.n + 1);
      const [verdict] = await this.#store.put([doc]);
      if (verdict === 'written') {
        this.#take([doc]);
        return true;
      }
      await this.refresh([id]);
    }
  }

  /** Writes an entry that must not exist yet; 'conflict', and what is stored taken in, when it does. */
  async insert(entry: CatalogEntry): Promise<'written' | 'conflict'> {
    if (this.#docs.has(catalogIdOf(entry))) return 'conflict';
    return (await this.publish(await this.#signed(entry, 1))) ? 'written' : 'conflict';
  }

  /**
   * Takes what stations give back, as it was signed, where the store knows nothing as late; what is not the hub's own is left. Answers with the
   * ids of what was taken. Idempotent.
   */
  async takeBack(docs: CatalogDocument[]): Promise<string[]> {
    const lost = docs.filter((doc) => {
      const known = this.#docs.get(doc._id);
      return known === undefined || outranks(doc, known);
    });
    const believed = await Promise.all(lost.map((doc) => this.#signer.hasSigned(doc)));
    const own = lost.filter((_, i) => believed[i] === true);
    if (own.length === 0) return [];
    const verdicts = await this.#store.put(own);
    const taken = own.filter((_, i) => verdicts[i] === 'written');
    this.#take(taken);
    return taken.map(({ _id }) => _id);
  }

  /** An entry as the next state of what is known here, signed, to be given to `publish`; undefined when it says nothing new. */
  draft(entry: CatalogEntry): Promise<CatalogDocument | undefined> {
    return this.#next(entry);
  }

  /** Writes a draft. False, and what is stored taken in, when something else is stored there by now. Idempotent. */
  async publish(doc: CatalogDocument): Promise<boolean> {
    const [verdict] = await this.#store.put([doc]);
    if (verdict === 'written') this.#take([doc]);
    else await this.refresh([doc._id]);
    return verdict === 'written';
  }

  /** What is stored of these now, whichever process wrote. By name, never by range, which may lag on a cluster. */
  async refresh(ids: string[]): Promise<void> {
    this.#take(await this.#store.findMany(ids));
  }

  async #next(entry: CatalogEntry): Promise<CatalogDocument | undefined> {
    const known = this.#docs.get(catalogIdOf(entry));
    if (known !== undefined && JSON.stringify(known.entry) === JSON.stringify(entry)) return undefined;
    return this.#signed(entry, (known?.n ?? 0) + 1);
  }

  async #signed(entry: CatalogEntry, n: number): Promise<CatalogDocument> {
    const doc = { _id: catalogIdOf(entry), ...inEpoch(this.#epoch()), n, entry };
    return { ...doc, sig: await this.#signer.signDocument(doc) };
  }

  #take(docs: CatalogDocument[]): void {
    let isNew = false;
    for (const doc of docs) {
      const known = this.#docs.get(doc._id);
      if (known !== undefined && !outranks(doc, known)) continue;
      this.#docs.set(doc._id, doc);
      isNew = true;
    }
    if (!isNew) return;
    this.#index = indexCatalog(this.#docs.values());
    for (const listener of this.#listeners) listener();
  }
}
