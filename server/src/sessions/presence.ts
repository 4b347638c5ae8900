/** When each terminal was last heard of, for the administrator's list. Written at most once a minute a terminal, and never waited for. */
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore } from '../store/directory-store.ts';

const STEP_MS = 60_000;

export interface PresenceDeps {
  directory: Pick<DirectoryStore, 'findDevice' | 'putDevice'>;
  clock: Clock;
  onFault: (error: unknown) => void;
}

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #notedAt = new Map<string, number>();
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
    const writing: Promise<void> = this.#note(deviceId, now)
      .catch(this.#deps.onFault)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when what was begun is stored. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
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
