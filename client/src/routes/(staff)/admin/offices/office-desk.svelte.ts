/** The office of one unit on an administrator's desk: what is in force, what waits for the second one, and what is being changed. */
import type { OfficeVersion, Unit } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { hasOwnWeek, officeOn, weekOn, type Week } from '@sanji/sync/domain/office';
import { officeProblems, speaksFor, type OfficeContent } from '@sanji/sync/domain/office-check';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import {
  effectOfOfficeDraft,
  listOfficeDrafts,
  publishOffice,
  removeOfficeDraft,
  submitOffice,
  type HubOfficeDraft,
  type OfficeEffect,
  type OfficeStation,
} from '#lib/hub/office-drafts.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { contentOf, entryOf, fieldOf, type OfficeEntry, type OfficeField } from './office-entry.ts';

export class OfficeDesk {
  readonly #speaker: UnitCode;
  unit: UnitCode = $state('');
  /** Undefined: what is in force is only looked at. */
  typed: OfficeEntry | undefined = $state();
  drafts: HubOfficeDraft[] = $state.raw([]);
  stations: OfficeStation[] = $state.raw([]);
  effect: OfficeEffect | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  /** What speaks against what was typed, since it was last submitted. */
  refusals: Problem[] = $state.raw([]);
  done: 'submitted' | 'published' | 'discarded' | undefined = $state();
  busy = $state(false);

  constructor(speaker: UnitCode) {
    this.#speaker = speaker;
    this.unit = speaker;
  }

  /** The own unit and those below it. */
  units: Unit[] = $derived(
    [...catalogState.current.units.values()]
      .filter(({ code, active }) => active && speaksFor(catalogState.current, this.#speaker, code))
      .sort((a, b) => (a.code < b.code ? -1 : 1)),
  );
  isDistrict = $derived(this.unit === catalogState.current.settings.district);
  versions: readonly OfficeVersion[] = $derived(catalogState.current.offices.get(this.unit) ?? []);
  inForce = $derived(officeOn(catalogState.current, this.unit, clock.today));
  week: Week = $derived(weekOn(catalogState.current, this.unit, clock.today));
  waiting = $derived(this.drafts.find(({ unit }) => unit === this.unit));
  read = $derived(this.typed === undefined ? undefined : contentOf(this.unit, this.typed, clock.today));
  /** What would be published: typed or waiting. */
  next: OfficeContent | undefined = $derived(this.read?.content ?? this.waiting);

  hasOwn(unit: UnitCode): boolean {
    return hasOwnWeek(catalogState.current, unit, clock.today);
  }

  show(unit: UnitCode): void {
    this.unit = unit;
    this.typed = undefined;
    this.problem = undefined;
    this.refusals = [];
    this.done = undefined;
    void this.#look();
  }

  /** From what is in force, or from an earlier version. */
  begin(from: OfficeVersion | undefined = this.inForce): void {
    const week = from?.week ?? this.week;
    // Nobody else's hours are there for the district to keep.
    this.typed = entryOf(from, { week, isOwnWeek: from?.week !== undefined || this.isDistrict });
    this.problem = undefined;
    this.refusals = [];
    this.done = undefined;
  }

  cancel(): void {
    this.show(this.unit);
  }

  copyMonday(): void {
    const { typed } = this;
    const monday = typed?.times[0];
    if (typed === undefined || monday === undefined) return;
    typed.times = typed.times.map((times, i) => (i > 0 && i < 5 ? [...monday] : times));
  }

  refusalAt(field: OfficeField): Problem | undefined {
    return this.refusals.find((one) => fieldOf(one) === field);
  }

  async refresh(): Promise<void> {
    const answer = await listOfficeDrafts();
    this.problem = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    this.drafts = answer.value.drafts;
    this.stations = answer.value.stations;
    await this.#look();
  }

  /** Refusals of fields are shown there; true when it was handed in. */
  async submit(): Promise<boolean> {
    const { read } = this;
    if (read === undefined) return false;
    const { unread, content } = read;
    // A day that cannot be read is empty to the other checks, and so is what they say of the whole.
    const isSaid = (field: OfficeField): boolean => unread.some((one) => fieldOf(one) === field);
    const others = officeProblems(catalogState.current, content, clock.today).filter(
      (one) => unread.length === 0 || (fieldOf(one) !== undefined && !isSaid(fieldOf(one))),
    );
    this.refusals = [...unread, ...others];
    if (this.refusals.length > 0) return false;
    await this.#do('submitted', () => submitOffice(content));
    return this.done === 'submitted';
  }

  async publish(): Promise<void> {
    const { waiting } = this;
    if (waiting !== undefined) await this.#do('published', () => publishOffice(waiting.id));
  }

  async discard(): Promise<void> {
    const { waiting } = this;
    if (waiting !== undefined) await this.#do('discarded', () => removeOfficeDraft(waiting.id));
  }

  async #look(): Promise<void> {
    const { waiting } = this;
    this.effect = undefined;
    if (waiting === undefined) return;
    const answer = await effectOfOfficeDraft(waiting.id);
    if (answer.ok && this.waiting?.id === waiting.id) this.effect = answer.value;
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
    this.typed = undefined;
    await this.refresh();
    this.done = outcome;
  }
}
