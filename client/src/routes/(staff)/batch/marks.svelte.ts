/** Which rows of a list are marked for a batch. */
import { SvelteSet } from 'svelte/reactivity';
import type { CaseId } from '@sanji/sync/domain/identifiers';

export class Marks {
  readonly #ids = new SvelteSet<CaseId>();
  /** Where a range starts: the row marked last. */
  #anchor: CaseId | undefined;

  has(caseId: CaseId): boolean {
    return this.#ids.has(caseId);
  }

  get size(): number {
    return this.#ids.size;
  }

  toggle(caseId: CaseId): void {
    if (!this.#ids.delete(caseId)) this.#ids.add(caseId);
    this.#anchor = caseId;
  }

  /** From the row marked last to this one, in the order of the list; alone where there is none. */
  extendTo(caseId: CaseId, order: readonly CaseId[]): void {
    const from = order.indexOf(this.#anchor ?? caseId);
    const to = order.indexOf(caseId);
    const start = from === -1 ? to : from;
    for (const id of order.slice(Math.min(start, to), Math.max(start, to) + 1)) this.#ids.add(id);
    this.#anchor ??= caseId;
  }

  mark(ids: readonly CaseId[]): void {
    for (const id of ids) this.#ids.add(id);
  }

  unmark(caseId: CaseId): void {
    this.#ids.delete(caseId);
  }

  clear(): void {
    this.#ids.clear();
    this.#anchor = undefined;
  }
}
