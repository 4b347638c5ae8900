/**
 * Every case of this terminal, folded, in memory: lists, counts and search read from here, and only writes touch the store again.
 * The open cases are there at once, the rest follows in pieces so that the first screen is not kept waiting.
 */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import { ownerOf } from '@sanji/sync/domain/owner';
import type { CaseState } from '@sanji/sync/domain/state';
import { PIECE, type StoredCase } from '#lib/local/case-reader.ts';
import type { Station } from '#lib/local/station.ts';
import { CaseSearch } from '#lib/search/case-search.ts';
import { byUrgency, ranOut, rowOf, timed, type CaseRow } from './case-row.ts';
import { catalogState } from './catalog.svelte.ts';
import { clock } from './clock.svelte.ts';
import { faults } from './faults.svelte.ts';
import { foreground } from './foreground.ts';
import { session } from './session.svelte.ts';

const FIRST_PAGE = 60;
/** A first sync brings thousands of changes: the screen follows a few times a second, not each of them. */
const CALM_MS = 500;
const SMALL = 1_000;

class CaseList {
  readonly #byId = new Map<CaseId, CaseRow>();
  readonly #search = new CaseSearch<CaseRow>();
  #isLearning = false;
  /** What is typed may be pinyin: whoever has typed already sees what that finds. */
  #knowsPinyin = $state(false);
  #changed: ReturnType<typeof setTimeout> | undefined;
  #timedAt = 0;
  /** Counts the times all clocks were begun anew. */
  #turn = 0;
  /** All cases here, in no order. */
  rows: CaseRow[] = $state.raw([]);
  /** False while the rest of the store is still being read: counts are not exact before. */
  complete = $state(false);
  /** What waits at this unit, the most pressing first. */
  mine: CaseRow[] = $derived.by(() => {
    const { home } = catalogState;
    return this.rows
      .filter(({ state }) => isWaiting(state.status) && state.holder === home && this.#isForMe(state))
      .sort(byUrgency);
  });

  /** What was given to a colleague is theirs; a leader sees all of the unit's. */
  #isForMe(state: CaseState): boolean {
    const owner = ownerOf(state, catalogState.current);
    const { actor } = session;
    return owner === undefined || owner === actor?.staffId || actor?.roles.includes('leader') === true;
  }

  /** Resolves when the first page is here. */
  async start(station: Station): Promise<void> {
    station.cases.watch(
      (stored) => {
        this.#take(stored);
      },
      (error) => {
        faults.note(error);
      },
    );
    this.#take(await station.cases.firstPage(FIRST_PAGE));
    this.#show();
    this.#readRest(station).catch((error: unknown) => {
      faults.note(error);
    });
  }

  async #readRest(station: Station): Promise<void> {
    for await (const piece of station.cases.all(PIECE)) {
      // A change that came in meanwhile is newer than what was read.
      this.#take(piece.filter(({ caseId }) => !this.#byId.has(caseId)));
      await idle();
    }
    this.#show();
    this.complete = true;
  }

  get(caseId: CaseId): CaseRow | undefined {
    // Reading `rows` makes the answer follow changes.
    return this.rows.length === 0 ? undefined : this.#byId.get(caseId);
  }

  #take(stored: readonly StoredCase[]): void {
    for (const one of stored) {
      const known = this.#byId.get(one.caseId);
      if (known !== undefined && one.doc !== undefined && isOlder(one, known)) continue;
      const row = rowOf(one, catalogState.current, clock.now);
      if (row === undefined) this.#byId.delete(one.caseId);
      else this.#byId.set(one.caseId, row);
    }
    if (stored.length === 0 || this.#changed !== undefined) return;
    this.#changed = setTimeout(
      () => {
        this.#show();
      },
      this.#byId.size > SMALL && !this.complete ? CALM_MS : 0,
    );
  }

  /** What a clerk has just saved is on the screen at once, also while thousands of cases are still being read. */
  saved(doc: CaseDocument): void {
    this.#take([{ caseId: doc._id, doc }]);
    this.#show();
  }

  #show(): void {
    clearTimeout(this.#changed);
    this.#changed = undefined;
    this.rows = [...this.#byId.values()];
  }

  /** The minute has passed: the clocks that ran out meanwhile. */
  tick(): void {
    const since = this.#timedAt;
    this.#timedAt = clock.now;
    const due = [...this.#byId.values()].filter((row) => ranOut(row, { since, now: clock.now }));
    if (due.length === 0) return;
    this.#retime(due);
    this.#show();
  }

  /** A new day or another catalog: every open case, in pieces, so that a clerk who works meanwhile does not wait for it. */
  async retimeAll(): Promise<void> {
    this.#timedAt = clock.now;
    const turn = (this.#turn += 1);
    const ids = [...this.#byId.keys()];
    for (let i = 0; i < ids.length; i += PIECE) {
      const rows = ids.slice(i, i + PIECE).flatMap((id) => this.#byId.get(id) ?? []);
      this.#retime(rows);
      await idle();
      // Another day, or another catalog, has begun its own.
      if (turn !== this.#turn) return;
    }
    this.#show();
  }

  #retime(rows: readonly CaseRow[]): void {
    for (const row of rows) {
      if (!isOpen(row.state.status)) continue;
      this.#byId.set(row.caseId, timed(row, catalogState.current, clock.now));
    }
  }

  /** See `CaseSearch.find`. */
  search(text: string, limit = 20): CaseRow[] {
    // Read so that the answer follows.
    void this.#knowsPinyin;
    return this.#search.find(this.rows, { text, matters: catalogState.searched, limit });
  }

  /** Loads what pinyin needs, once, when somebody is about to search: it is no part of the first screen. */
  async learnPinyin(): Promise<void> {
    if (this.#isLearning) return;
    this.#isLearning = true;
    try {
      const { initialsOf } = await import('#lib/search/pinyin-initials.ts');
      this.#search.learn(initialsOf);
      this.#knowsPinyin = true;
      await this.#prepareSearch();
    } catch (error) {
      // Not there before the program has been kept for working offline; the next search tries again.
      this.#isLearning = false;
      faults.note(error);
    }
  }

  /** In pieces: the first letter a clerk types does not wait for the readings of every name. */
  async #prepareSearch(): Promise<void> {
    const { rows } = this;
    for (let i = 0; i < rows.length; i += SMALL) {
      await idle();
      this.#search.prepare(rows.slice(i, i + SMALL));
    }
  }
}

/** Resolves when the page has nothing better to do, or soon; never while a clerk's command is being carried out. */
async function idle(): Promise<void> {
  await foreground.free();
  await new Promise<void>((resume) => {
    requestIdleCallback(
      () => {
        resume();
      },
      { timeout: 50 },
    );
  });
}

/** Two writes of one case may be told in the wrong order by another tab: logs only grow, so the longer one is newer. */
function isOlder(stored: StoredCase, known: CaseRow): boolean {
  const count = Object.keys(stored.doc?.actions ?? {}).length;
  return (stored.doc?.n ?? 0) <= known.doc.n && count < Object.keys(known.doc.actions).length;
}

/** Something is still to be done by the holding unit. */
function isWaiting(status: CaseRow['state']['status']): boolean {
  return isOpen(status);
}

export const caseList = new CaseList();
