/** Changes of units that wait for their day, and the hand that carries them out on it. One that is no longer possible then waits for a person. */
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import { addDays, dayOf } from '@sanji/sync/domain/calendar';
import { fold } from '@sanji/sync/domain/fold';
import type { Day } from '@sanji/sync/domain/identifiers';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { unitChangeEntries, unitChangeProblem, type UnitChange } from '@sanji/sync/domain/unit-change';
import type { Clock } from '@sanji/sync/replication/ports';
import type { Ground } from '../ground.ts';
import type { HubStores } from '../store/open-store.ts';
import type { TypedDocuments } from '../store/directory-store.ts';
import type { CatalogService } from './catalog-service.ts';
import { openCasesOf } from './open-work.ts';

export interface UnitPlan {
  id: string;
  change: UnitChange;
  by: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Why it could not be carried out on its day; it is tried again. */
  problem?: Problem;
}

export interface UnitChangesDeps {
  catalog: CatalogService;
  stores: Pick<HubStores, 'directory' | 'feeds' | 'master'>;
  clock: Clock;
  audit: Ground['audit'];
}

const DONE: Record<UnitChange['kind'], AuditKind> = {
  rename: 'unit-renamed',
  merge: 'unit-merged',
  close: 'unit-closed',
};

export class UnitChanges {
  readonly #deps: UnitChangesDeps;
  readonly #plans: TypedDocuments<UnitPlan>;

  constructor(deps: UnitChangesDeps) {
    this.#deps = deps;
    this.#plans = deps.stores.directory.documents<UnitPlan>('unit-plan');
  }

  /** By day. */
  async list(): Promise<UnitPlan[]> {
    const plans = (await this.#plans.list()).map(({ value }) => value);
    return plans.sort((a, b) => (a.change.date < b.change.date ? -1 : 1));
  }

  /** Carries it out at once on or before its day, and keeps it till then. Problems: date-in-past, edit-conflict, those of the change. */
  async plan(plan: UnitPlan): Promise<Result<{ applied: boolean }>> {
    const today = dayOf(this.#deps.clock.now());
    const { change } = plan;
    if (change.date < today) return refused('date-in-past', { day: change.date });
    // Two at once for one unit could not both be meant.
    const rival = (await this.list()).find((other) => other.change.unit === change.unit);
    if (rival !== undefined) return refused('edit-conflict');
    const bad = await this.#check(change);
    if (bad !== undefined) return { ok: false, problem: bad };
    if (change.date === today) {
      await this.#apply(plan, today);
      return { ok: true, value: { applied: true } };
    }
    await this.#plans.put(plan.id, plan);
    return { ok: true, value: { applied: false } };
  }

  /** Gives what was dropped; undefined when there is no such plan any more. */
  async drop(id: string): Promise<UnitPlan | undefined> {
    const found = await this.#plans.find(id);
    if (found === undefined || (await this.#plans.remove(id, found.rev)) === 'conflict') return undefined;
    return found.value;
  }

  /** Carries out what has come due. Idempotent, also beside another process. */
  async tick(): Promise<void> {
    const today = dayOf(this.#deps.clock.now());
    for (const { id, value, rev } of await this.#plans.list()) {
      if (value.change.date > today) continue;
      const bad = await this.#check(value.change);
      if (bad === undefined) {
        await this.#apply(value, addDays(value.change.date, -1));
        await this.#plans.remove(id, rev);
      } else if (value.problem?.code !== bad.code) {
        await this.#plans.put(id, { ...value, problem: bad }, rev);
        await this.#note(value, bad);
      }
    }
  }

  async #check(change: UnitChange): Promise<Problem | undefined> {
    const { catalog, stores } = this.#deps;
    const held = change.kind === 'rename' ? [] : await openCasesOf(stores, change.unit);
    return unitChangeProblem(
      catalog.current(),
      change,
      held.map((doc) => fold(doc)),
    );
  }

  async #apply(plan: UnitPlan, lastDay: Day): Promise<void> {
    const { catalog } = this.#deps;
    await catalog.putAll(unitChangeEntries(catalog.current(), plan.change, lastDay));
    await this.#note(plan);
  }

  async #note({ change, by }: UnitPlan, problem?: Problem): Promise<void> {
    const { kind, unit, date, ...more } = change;
    await this.#deps.audit({
      kind: DONE[kind],
      staffId: by,
      object: `unit:${unit}`,
      result: problem === undefined ? 'ok' : 'refused',
      details: { date, ...more, ...(problem !== undefined && { code: problem.code }) },
    });
  }
}
