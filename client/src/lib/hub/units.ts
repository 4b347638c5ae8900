/** Changes of units, for the system administrator. What is in force is read from the catalog. */
import type { Unit } from '@sanji/sync/domain/catalog';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import type { UnitChange } from '@sanji/sync/domain/unit-change';
import { askJson } from './http.ts';

export interface UnitPlan {
  id: string;
  change: UnitChange;
  by: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Why it could not be carried out on its day. */
  problem?: Problem;
}

export type NewCommunity = Pick<Unit, 'code' | 'name' | 'display'> & { parent: string };

export function addCommunity(community: NewCommunity): Promise<Result<Unit>> {
  return askJson({ method: 'POST', path: '/api/units', body: community });
}

export function listUnitPlans(): Promise<Result<{ plans: UnitPlan[] }>> {
  return askJson({ path: '/api/unit-plans' });
}

/** `applied`: its day is today. */
export function planUnitChange(change: UnitChange): Promise<Result<{ applied: boolean }>> {
  return askJson({ method: 'POST', path: '/api/unit-plans', body: change });
}

export function dropUnitPlan(id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: `/api/unit-plans/${id}` });
}
