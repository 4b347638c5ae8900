/**
 * When each terminal was last heard of and which catalog it holds, for the administrator's list. Written at most once a minute a terminal,
 * unless it has caught up with something newer, and never waited for.
 */
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, HeldCatalog } from '../store/directory-store.ts';

const STEP_MS = 60_000;

export interface PresenceDeps {
  directory: Pick<DirectoryStore, 'findDevice' | 'putDevice'>;
  clock: Clock;
  onFault: (error: unknown) => void;
}

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #notedAt = new Map<string, number>();
  readonly #catalogs = new Map<string, HeldCatalog>();
  readonly #writing = new Set<Promise<void>>();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** To be called whenever a terminal has proven who it is. */
  seen(deviceId: string): void {
    const now = this.#deps.clock.now();
    const notedAt = this.#notedAt.get(deviceId);
    if (notedAt !== undefined && Math.abs(now - notedAt) < STEP_MS) return;
    this.#notedAt.set(deviceId, now);
    this.#write(this.#note(deviceId, now));
  }

  /** To be called when a terminal has been given the last page of the catalog. */
  holdsCatalog(deviceId: string, newest: Omit<HeldCatalog, 'at'>): void {
    const at = this.#deps.clock.now();
    const noted = this.#catalogs.get(deviceId);
    const isNews = noted?.rulesSeq !== newest.rulesSeq || noted.officeSeq !== newest.officeSeq;
    if (!isNews && Math.abs(at - noted.at) < STEP_MS) return;
    const held = { at, ...newest };
    this.#catalogs.set(deviceId, held);
    this.#write(this.#noteCatalog(deviceId, held));
  }

  /** Resolves when what was begun is stored. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #write(work: Promise<void>): void {
    const writing: Promise<void> = work
      .catch(this.#deps.onFault)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Written again on what another hand wrote meanwhile: a terminal that has caught up may not ask again for days. */
  async #noteCatalog(deviceId: string, catalog: HeldCatalog): Promise<void> {
    const { directory } = this.#deps;
    for (;;) {
      const found = await directory.findDevice(deviceId);
      if (found === undefined) return;
      if ((await directory.putDevice({ ...found.value, catalog }, found.rev)) === 'written') return;
    }
  }

  async #note(deviceId: string, now: number): Promise<void> {
    const { directory } = this.#deps;
    const found = await directory.findDevice(deviceId);
    if (found === undefined) return;
    const { lastSeenAt = 0 } = found.value;
    // Another process on the same store has noted it.
    if (lastSeenAt > now - STEP_MS && lastSeenAt <= now) return;
    // A conflict is another process, or an administrator: the next request notes it.
    await directory.putDevice({ ...found.value, lastSeenAt: now }, found.rev);
  }
}
