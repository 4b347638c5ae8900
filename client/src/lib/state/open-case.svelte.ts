/** One case on the screen: folded, with its clocks and what this person may do, all following the store, the clock and the catalog. */
import { allowedActions, type Offers } from '@sanji/sync/domain/allowed-actions';
import type { CaseDocument } from '@sanji/sync/domain/action';
import { clocksOf, type CaseClocks } from '@sanji/sync/domain/deadlines';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import type { CaseState } from '@sanji/sync/domain/state';
import { caseList } from './case-list.svelte.ts';
import { catalogState } from './catalog.svelte.ts';
import { clock } from './clock.svelte.ts';
import { session } from './session.svelte.ts';

export class OpenCase {
  readonly #caseId: () => CaseId;

  constructor(caseId: () => CaseId) {
    this.#caseId = caseId;
  }

  readonly #row = $derived.by(() => caseList.get(this.#caseId()));
  /** True when it is known whether the case is here. */
  ready: boolean = $derived(this.#row !== undefined || caseList.complete);
  /** Undefined when the case is not on this terminal, or has left this unit. */
  doc: CaseDocument | undefined = $derived(this.#row?.doc);
  state: CaseState | undefined = $derived(this.#row?.state);
  parked: Problem | undefined = $derived(this.#row?.parked);
  clocks: CaseClocks = $derived(
    this.state === undefined ? {} : clocksOf(this.state, catalogState.current, clock.now),
  );
  allowed: Offers | undefined = $derived(
    this.state === undefined || session.actor === undefined
      ? undefined
      : allowedActions(this.state, { actor: session.actor, now: clock.now, catalog: catalogState.current }),
  );
}
