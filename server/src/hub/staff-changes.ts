/**
 * Changes of staff, one after the other whichever process makes them: what is judged by who else is an administrator must not meet another
 * such change, or each would take the other's person for the one who stays.
 *
 * Turns are not held but written: a change is entered in one document by compare-and-set on the change before it, and only then published.
 * Who comes next publishes what was entered before, if that was left undone, and judges by what is stored then. So no process waits for
 * another, and one that dies between the two holds up nobody.
 */
import type { CatalogDocument, Staff } from '@sanji/sync/domain/catalog';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import type { Result } from '@sanji/sync/domain/problem';
import { isAdministrator } from '@sanji/sync/domain/staff-rules';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';
import type { CatalogService } from './catalog-service.ts';
import { turns } from './turns.ts';

/** Whatever became of it: publishing it again is harmless. */
interface LastChange {
  doc: CatalogDocument;
}

export class StaffChanges {
  readonly #catalog: CatalogService;
  readonly #last: TypedDocuments<LastChange>;
  /** Processes that meet try again; requests of this one need not. */
  readonly #inTurn = turns();

  private constructor({ catalog, directory }: StaffChangesDeps) {
    this.#catalog = catalog;
    this.#last = directory.documents<LastChange>('staff-change');
  }

  /** Finishes what a crash interrupted. */
  static async open(deps: StaffChangesDeps): Promise<StaffChanges> {
    const changes = new StaffChanges(deps);
    await changes.#finishLast();
    return changes;
  }

  /**
   * Publishes the person's entry that `decide` answers with, or nothing when it refuses. It judges by the catalog, where administrators and this
   * person are as stored; it is asked again when another process was faster.
   */
  make<T extends { staff: Staff }>(staffId: string, decide: () => Promise<Result<T>>): Promise<Result<T>> {
    return this.#inTurn(async () => {
      for (;;) {
        const rev = await this.#finishLast();
        await this.#catalog.refresh(this.#judgedBy(staffId));
        const decided = await decide();
        if (!decided.ok) return decided;
        const doc = await this.#catalog.draft({ kind: 'staff', staff: decided.value.staff });
        if (doc === undefined) return decided;
        const entered = await this.#last.put('last', { doc }, rev);
        if (entered === 'written' && (await this.#catalog.publish(doc))) return decided;
      }
    });
  }

  async #finishLast(): Promise<string | undefined> {
    const last = await this.#last.find('last');
    if (last !== undefined) await this.#catalog.publish(last.value.doc);
    return last?.rev;
  }

  /** One who became an administrator elsewhere and is not known here yet is not counted, which refuses too much and never too little. */
  #judgedBy(staffId: string): string[] {
    const persons = [...this.#catalog.current().staff.values()];
    const ids = persons.filter((person) => person.staffId === staffId || isAdministrator(person));
    return ids.map((person) => catalogIdOf({ kind: 'staff', staff: person }));
  }
}

export interface StaffChangesDeps {
  catalog: CatalogService;
  directory: Pick<DirectoryStore, 'documents'>;
}
