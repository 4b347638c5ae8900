/** The units on the desk of the system administrator: the catalog's, with the changes that wait for their day. */
import type { Unit } from '@sanji/sync/domain/catalog';
import type { Problem } from '@sanji/sync/domain/problem';
import type { UnitChange } from '@sanji/sync/domain/unit-change';
import {
  addCommunity,
  dropUnitPlan,
  listUnitPlans,
  planUnitChange,
  type NewCommunity,
  type UnitPlan,
} from '#lib/hub/units.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';

export class UnitDesk {
  plans: UnitPlan[] = $state.raw([]);
  problem: Problem | undefined = $state.raw();
  /** The last change, until the next; `date` while it waits. */
  done: { unit: string; date?: string } | undefined = $state.raw();
  busy = $state(false);
  text = $state('');
  showsClosed = $state(false);

  units: Unit[] = $derived(
    [...catalogState.current.units.values()].sort((a, b) => (a.code < b.code ? -1 : 1)),
  );
  shown: Unit[] = $derived.by(() => {
    const wanted = this.text.trim().toLowerCase();
    return this.units
      .filter(({ active, code }) => active || this.showsClosed || this.terminalsLeft(code) > 0)
      .filter((unit) => wanted === '' || `${unit.code} ${unit.name} ${unit.display}`.includes(wanted));
  });
  /** By unit. */
  people: Record<string, number> = $derived(
    countBy([...catalogState.current.staff.values()].filter(({ active }) => active)),
  );
  terminals: Record<string, number> = $derived(
    countBy(
      [...catalogState.current.devices.values()].filter(
        ({ status, deviceId }) => status === 'active' && !deviceId.startsWith('hub'),
      ),
    ),
  );

  /** Those of a unit that was merged: they are to be taken out of service, and to join anew. */
  terminalsLeft(code: string): number {
    const isMerged = catalogState.unit(code)?.mergedInto !== undefined;
    return isMerged ? (this.terminals[code] ?? 0) : 0;
  }

  planOf(code: string): UnitPlan | undefined {
    return this.plans.find(({ change }) => change.unit === code);
  }

  async refresh(): Promise<void> {
    const answer = await listUnitPlans();
    this.problem = answer.ok ? undefined : answer.problem;
    if (answer.ok) this.plans = answer.value.plans;
  }

  async add(community: NewCommunity): Promise<Problem | undefined> {
    this.done = undefined;
    const answer = await addCommunity(community);
    if (!answer.ok) return answer.problem;
    this.done = { unit: answer.value.display };
    return undefined;
  }

  async change(change: UnitChange): Promise<Problem | undefined> {
    this.done = undefined;
    const answer = await planUnitChange(change);
    if (!answer.ok) return answer.problem;
    await this.refresh();
    const unit = catalogState.unitName(change.unit);
    this.done = { unit, ...(!answer.value.applied && { date: change.date }) };
    return undefined;
  }

  async drop({ id }: UnitPlan): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.done = undefined;
    const answer = await dropUnitPlan(id);
    await this.refresh();
    if (!answer.ok) this.problem = answer.problem;
    this.busy = false;
  }
}

function countBy(entries: readonly { unit: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { unit } of entries) counts[unit] = (counts[unit] ?? 0) + 1;
  return counts;
}
