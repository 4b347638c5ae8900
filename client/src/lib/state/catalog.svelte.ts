/** The catalog as this terminal knows it, for the rules and for names on screens. */
import type { Catalog, CatalogDocument, MatterVersion, Staff, Unit } from '@sanji/sync/domain/catalog';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import type { MatterId, UnitCode } from '@sanji/sync/domain/identifiers';
import { matterVersionOn, offeredMatters, type OfferedMatter } from '@sanji/sync/domain/tier-rules';
import { watchCatalog } from '#lib/local/watch-catalog.ts';
import type { Station } from '#lib/local/station.ts';
import type { SearchedMatter } from '#lib/search/case-search.ts';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { clock } from './clock.svelte.ts';

class CatalogState {
  /** False until the first catalog is here: a terminal that has just joined and not synced. */
  ready = $state(false);
  current: Catalog = $state.raw(indexCatalog([]));
  /** The unit of this terminal, set once it is known. */
  home: UnitCode = $state('');
  /** What this unit offers today by the effective rule. */
  offered: OfferedMatter[] = $derived(offeredMatters(this.current, this.home, clock.today));

  /** Each matter as it is called today, for finding cases by it. */
  searched: SearchedMatter[] = $derived(
    [...this.current.matters.keys()].flatMap((matterId) => {
      const matter = this.matter(matterId);
      return matter === undefined
        ? []
        : { matterId, names: [matter.name.zh, matter.name.en], codes: [matter.basicCode] };
    }),
  );

  /** Set by what follows the catalog and is no screen. */
  onMoved: (catalog: Catalog) => void = () => undefined;

  /** Resolves when what is stored has been read; keeps following afterwards. */
  async start(station: Station, home: UnitCode): Promise<void> {
    this.home = home;
    await new Promise<void>((resolve, reject) => {
      watchCatalog(station.database, {
        next: (docs) => {
          this.#take(docs);
          resolve();
        },
        error: reject,
      });
    });
  }

  #take(docs: CatalogDocument[]): void {
    this.current = indexCatalog(docs);
    this.ready = this.current.units.has(this.home);
    this.onMoved(this.current);
  }

  unit(code: UnitCode | undefined): Unit | undefined {
    return code === undefined ? undefined : this.current.units.get(code);
  }

  /** What people call it; the code when it is unknown. */
  unitName(code: UnitCode | undefined): string {
    return this.unit(code)?.display ?? code ?? '';
  }

  /** Without a version: the one in force today. */
  matter(matterId: MatterId, version?: number): MatterVersion | undefined {
    return version === undefined
      ? (matterVersionOn(this.current, matterId, clock.today) ?? this.current.matters.get(matterId)?.at(-1))
      : this.current.matters.get(matterId)?.find((known) => known.version === version);
  }

  matterName(matterId: MatterId | undefined, version?: number): string {
    if (matterId === undefined) return '';
    const name = this.matter(matterId, version)?.name;
    return (getLocale() === 'en' ? name?.en : name?.zh) ?? matterId;
  }

  /** The active staff of this unit, in the order of the directory. */
  staffHere: Staff[] = $derived(
    [...this.current.staff.values()].filter(({ unit, active }) => active && unit === this.home),
  );

  staffName(staffId: string | undefined): string {
    return staffId === undefined ? '' : (this.current.staff.get(staffId)?.name ?? staffId);
  }
}

export const catalogState = new CatalogState();
