/** Work that found no place in a case of this unit: kept here with its words until a person has dealt with it. */
import type { Stray } from '@sanji/sync/replication/ports';
import type { Station } from '#lib/local/station.ts';
import { watchStrays } from '#lib/local/watch-strays.ts';
import { faults } from './faults.svelte.ts';
import { settledActions } from './settled-actions.svelte.ts';

class StrayTray {
  #all: Stray[] = $state.raw([]);
  /** Those nobody has dealt with yet, the newest first. */
  open: Stray[] = $derived(
    this.#all
      .filter(({ action }) => !settledActions.has(action.body.id))
      .sort((a, b) => b.strayedAt - a.strayedAt),
  );

  start(station: Station): void {
    watchStrays(station, {
      next: (strays) => {
        this.#all = strays;
      },
      error: (error) => {
        faults.note(error);
      },
    });
  }
}

export const strayTray = new StrayTray();
