/** The staff of the district on the desk of an administrator: the catalog's entries with how each login stands at the hub. */
import type { Role } from '@sanji/sync/domain/action';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import { SvelteMap } from 'svelte/reactivity';
import {
  changeStaff,
  createStaff,
  giveRoles,
  listLoginStates,
  resetFactor,
  resetPassword,
  type FirstPassword,
  type StaffLoginState,
  type StaffPlace,
} from '#lib/hub/staff-accounts.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';

export class StaffDesk {
  logins: StaffLoginState[] | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  /** Shown until it is closed, and nowhere else. */
  given: FirstPassword | undefined = $state.raw();
  /** The last change, until the next. */
  done: { name: string; handedOver: number } | undefined = $state.raw();
  text = $state('');
  showsLeft = $state(false);
  /** What the hub has just said of somebody, until the catalog brings it. */
  readonly #fresh = new SvelteMap<string, Staff>();

  people: Staff[] = $derived(
    [
      ...[...catalogState.current.staff.values()].filter(({ staffId }) => !this.#fresh.has(staffId)),
      ...this.#fresh.values(),
    ].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  );
  shown: Staff[] = $derived.by(() => {
    const wanted = this.text.trim().toLowerCase();
    return this.people
      .filter(({ active }) => active || this.showsLeft)
      .filter((person) => wanted === '' || searchTextOf(person).includes(wanted));
  });

  loginOf(staffId: string): StaffLoginState | undefined {
    return this.logins?.find((login) => login.staffId === staffId);
  }

  async refresh(): Promise<void> {
    const answer = await listLoginStates();
    this.problem = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    this.logins = answer.value;
    this.#fresh.clear();
  }

  create(person: StaffPlace & { staffId: string }): Promise<Problem | undefined> {
    return this.#take(createStaff(person));
  }

  change(
    staffId: string,
    change: StaffPlace & { active: boolean; successor?: string },
  ): Promise<Problem | undefined> {
    return this.#take(changeStaff(staffId, change));
  }

  giveRoles(staffId: string, roles: Role[]): Promise<Problem | undefined> {
    return this.#take(giveRoles(staffId, roles));
  }

  resetPassword(staffId: string): Promise<Problem | undefined> {
    return this.#take(resetPassword(staffId));
  }

  async resetFactor({ staffId, name }: Staff): Promise<Problem | undefined> {
    this.done = undefined;
    const answer = await resetFactor(staffId);
    if (!answer.ok) return answer.problem;
    await this.refresh();
    this.done = { name, handedOver: 0 };
    return undefined;
  }

  /** Undefined when it was done. */
  async #take(
    asked: Promise<Result<{ staff: Staff; password?: string; handedOver?: number }>>,
  ): Promise<Problem | undefined> {
    this.done = undefined;
    const answer = await asked;
    if (!answer.ok) return answer.problem;
    const { staff, password, handedOver = 0 } = answer.value;
    const logins = await listLoginStates();
    if (logins.ok) this.logins = logins.value;
    this.#fresh.set(staff.staffId, staff);
    if (password === undefined) this.done = { name: staff.name, handedOver };
    else this.given = { staff, password };
    return undefined;
  }
}

function searchTextOf({ staffId, name, unit, position }: Staff): string {
  return `${staffId} ${name} ${catalogState.unitName(unit)} ${position.zh} ${position.en}`.toLowerCase();
}

function keyOf({ active, unit, staffId }: Staff): string {
  return `${active ? '0' : '1'}/${unit}/${staffId}`;
}
