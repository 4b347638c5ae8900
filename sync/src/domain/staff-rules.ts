/** Who may hold which roles together, and which change of staff would leave the district without an administrator (三员分立, GB/T 22239). */
import { ROLES } from './action.ts';
import type { Role } from './action.ts';
import type { Catalog, Staff } from './catalog.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

/** No person holds two of these. */
export const SEPARATE_ADMINS = ['systemAdmin', 'securityAdmin', 'auditAdmin'] as const satisfies Role[];
/** Each of these needs somebody at all times. */
const NEVER_VACANT = [...SEPARATE_ADMINS, 'matterAdmin'] as const satisfies Role[];

/** What a person can be given: applicants and the hub are no staff. */
export const STAFF_ROLES: readonly Role[] = ROLES.filter((role) => role !== 'applicant' && role !== 'hub');

/** Whether anybody's leaving is judged by this person's staying. */
export function isAdministrator({ roles }: Pick<Staff, 'roles'>): boolean {
  return NEVER_VACANT.some((role) => roles.includes(role));
}

/**
 * What speaks against `next` becoming the person's entry.
 * Problems: admins-apart {roles, name}, last-admin {role, name}.
 */
export function staffProblem(
  { staff, settings }: Pick<Catalog, 'staff' | 'settings'>,
  next: Staff,
): Problem | undefined {
  const admin = SEPARATE_ADMINS.filter((role) => next.roles.includes(role));
  if (admin.length > 1) return problem('admins-apart', { roles: admin.join(','), name: next.name });
  const known = staff.get(next.staffId);
  if (known === undefined) return undefined;
  const holds = (person: Staff, role: Role): boolean =>
    person.active &&
    person.roles.includes(role) &&
    // A street's administrator cannot stand in for the district's.
    (role !== 'matterAdmin' || person.unit === settings.district);
  const others = [...staff.values()].filter(({ staffId }) => staffId !== next.staffId);
  const vacant = NEVER_VACANT.find(
    (role) => holds(known, role) && !holds(next, role) && !others.some((person) => holds(person, role)),
  );
  return vacant === undefined ? undefined : problem('last-admin', { role: vacant, name: known.name });
}
