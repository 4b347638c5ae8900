/** The working days of one year on an administrator's desk: what is in force, what waits for the second one, and what is being changed. */
import {
  calendarChanges,
  calendarProblem,
  withDayTurned,
  type CalendarContent,
} from '@sanji/sync/domain/calendar-check';
import type { Day } from '@sanji/sync/domain/identifiers';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import {
  listCalendarDrafts,
  publishCalendar,
  removeCalendarDraft,
  submitCalendar,
  type CalendarVersion,
  type HubCalendarDraft,
} from '#lib/hub/calendar-drafts.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';

export class CalendarDesk {
  year = $state(0);
  /** Undefined: what is in force is only looked at. */
  edited: CalendarContent | undefined = $state.raw();
  drafts: HubCalendarDraft[] = $state.raw([]);
  #history: CalendarVersion[] = $state.raw([]);
  problem: Problem | undefined = $state.raw();
  done: 'submitted' | 'published' | 'discarded' | undefined = $state();
  busy = $state(false);

  constructor(year: number) {
    this.year = year;
  }

  inForce = $derived(catalogState.current.calendars.get(this.year));
  waiting = $derived(this.drafts.find(({ year }) => year === this.year));
  /** What the table shows. */
  shown: CalendarContent = $derived(this.edited ?? this.waiting ?? this.inForce ?? emptyYear(this.year));
  changes = $derived(
    this.edited === undefined && this.waiting === undefined ? [] : calendarChanges(this.inForce, this.shown),
  );
  history = $derived(this.#history.filter(({ year }) => year === this.year));

  show(year: number): void {
    this.year = year;
    this.edited = undefined;
    this.problem = undefined;
    this.done = undefined;
  }

  /** From what is in force, or from an earlier version. */
  begin(from: CalendarContent = this.inForce ?? emptyYear(this.year)): void {
    const { year, issuer, holidays, makeUpDays } = from;
    this.edited = { year, issuer, holidays, makeUpDays };
    this.problem = undefined;
    this.done = undefined;
  }

  cancel(): void {
    this.show(this.year);
  }

  turn(day: Day): void {
    if (this.edited !== undefined) this.edited = withDayTurned(this.edited, day);
  }

  name(issuer: string): void {
    if (this.edited !== undefined) this.edited = { ...this.edited, issuer };
  }

  async refresh(): Promise<void> {
    const answer = await listCalendarDrafts();
    this.problem = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    this.drafts = answer.value.drafts;
    this.#history = answer.value.history;
  }

  async submit(): Promise<void> {
    const { edited } = this;
    if (edited === undefined) return;
    const bad = calendarProblem(catalogState.current.calendars, edited, clock.today);
    this.problem = bad;
    if (bad === undefined) await this.#do('submitted', () => submitCalendar(edited));
  }

  async publish(): Promise<void> {
    const { waiting } = this;
    if (waiting !== undefined) await this.#do('published', () => publishCalendar(waiting.id));
  }

  async discard(): Promise<void> {
    const { waiting } = this;
    if (waiting !== undefined) await this.#do('discarded', () => removeCalendarDraft(waiting.id));
  }

  async #do(
    outcome: 'submitted' | 'published' | 'discarded',
    ask: () => Promise<Result<unknown>>,
  ): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.done = undefined;
    const answer = await ask();
    this.busy = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      return;
    }
    this.edited = undefined;
    await this.refresh();
    this.done = outcome;
  }
}

function emptyYear(year: number): CalendarContent {
  return { year, issuer: '', holidays: [], makeUpDays: [] };
}
