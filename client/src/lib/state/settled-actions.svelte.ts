/** Which rejected actions a person at this terminal has dealt with: they stay in the log, and leave the tray. */
import { SvelteSet } from 'svelte/reactivity';
import type { ActionId } from '@sanji/sync/domain/identifiers';
import { watchSettled } from '#lib/local/watch-settled.ts';
import type { Station } from '#lib/local/station.ts';

class SettledActions {
  readonly #ids = new SvelteSet<ActionId>();

  start(station: Station): void {
    watchSettled(station.database, (ids) => {
      for (const id of ids) this.#ids.add(id);
    });
  }

  has(id: ActionId): boolean {
    return this.#ids.has(id);
  }
}

export const settledActions = new SettledActions();
