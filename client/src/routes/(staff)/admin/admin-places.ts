/** The places of administration, and who may enter each: the three administrators are kept apart. */
import type { Role } from '@sanji/sync/domain/action';
import { m } from '#lib/i18n/paraglide/messages.js';

export interface AdminPlace {
  href: string;
  name: () => string;
  roles: readonly Role[];
}

export const ADMIN_PLACES: readonly AdminPlace[] = [
  { href: '/admin/devices', name: m.admin_devices, roles: ['systemAdmin', 'securityAdmin'] },
  { href: '/admin/staff', name: m.admin_staff, roles: ['systemAdmin', 'securityAdmin'] },
  { href: '/admin/units', name: m.units_title, roles: ['systemAdmin'] },
  { href: '/admin/sessions', name: m.sessions_title, roles: ['securityAdmin'] },
  { href: '/admin/security', name: m.policy_title, roles: ['securityAdmin', 'auditAdmin'] },
  { href: '/admin/calendars', name: m.admin_calendars, roles: ['matterAdmin'] },
  { href: '/admin/offices', name: m.office_title, roles: ['matterAdmin'] },
  { href: '/admin/restores', name: m.admin_restores, roles: ['systemAdmin', 'securityAdmin'] },
  { href: '/admin/audit', name: m.admin_audit, roles: ['auditAdmin'] },
];

export function placesOf(roles: readonly Role[]): AdminPlace[] {
  return ADMIN_PLACES.filter((place) => place.roles.some((role) => roles.includes(role)));
}
