/** Accounts of the staff, for the administrators. Names, units and roles are read from the catalog. */
import type { Role } from '@sanji/sync/domain/action';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

/** Times are milliseconds since the epoch, by the hub's clock. */
export interface StaffLoginState {
  staffId: string;
  passwordChangedAt: number;
  /** The first password has not been replaced yet. */
  mustChange: boolean;
  /** 0 when not locked out. */
  lockedUntil: number;
  /** The second factor, where there is one. */
  factor?: { enrolledAt: number; lockedUntil: number; recoveryLeft: number };
}

export type StaffPlace = Pick<Staff, 'name' | 'unit' | 'position'>;

/** The password is shown once: the hub keeps its hash only. */
export interface FirstPassword {
  staff: Staff;
  password: string;
}

export function listLoginStates(): Promise<Result<StaffLoginState[]>> {
  return askJson({ path: '/api/staff' });
}

export function createStaff(person: StaffPlace & { staffId: string }): Promise<Result<FirstPassword>> {
  return askJson({ method: 'POST', path: '/api/staff', body: person });
}

/** `handedOver`: how many open cases went to the successor. */
export function changeStaff(
  staffId: string,
  change: StaffPlace & { active: boolean; successor?: string },
): Promise<Result<{ staff: Staff; handedOver: number }>> {
  return askJson({ method: 'PUT', path: pathOf(staffId), body: change });
}

export function giveRoles(staffId: string, roles: Role[]): Promise<Result<{ staff: Staff }>> {
  return askJson({ method: 'PUT', path: `${pathOf(staffId)}/roles`, body: { roles } });
}

export function resetPassword(staffId: string): Promise<Result<FirstPassword>> {
  return askJson({ method: 'POST', path: `${pathOf(staffId)}/password` });
}

export function resetFactor(staffId: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: `${pathOf(staffId)}/factor` });
}

function pathOf(staffId: string): string {
  return `/api/staff/${encodeURIComponent(staffId)}`;
}
