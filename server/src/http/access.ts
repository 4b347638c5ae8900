/**
 * Who may call what: the one table. A route that is not in it is refused (default deny); a row without a route fails the tests.
 * `public`: anyone. `device`: the token of an enrolled terminal or relay. `relay`: a street relay's. `staff`: any person logged in. A list: a
 * person with any of these roles.
 */
import type { Role } from '@sanji/sync/domain/action';

export type Access = 'public' | 'device' | 'relay' | 'staff' | readonly Role[];

export const ACCESS = {
  'GET /healthz': 'public',
  'GET /metrics': 'public',
  'GET /api/openapi.json': 'public',

  'POST /api/session': 'public',
  'GET /api/session': 'staff',
  'DELETE /api/session': 'staff',
  'POST /api/session/password': 'staff',
  'GET /api/session/factor': 'staff',
  'POST /api/session/factor': 'staff',
  'POST /api/session/factor/setup': 'staff',
  'POST /api/session/factor/confirm': 'staff',
  'GET /api/session/all': 'staff',
  'DELETE /api/session/all': 'staff',
  'DELETE /api/session/all/:id': 'staff',

  'GET /api/sessions': ['securityAdmin'],
  'DELETE /api/sessions/:id': ['securityAdmin'],
  'DELETE /api/staff/:staffId/sessions': ['securityAdmin'],

  'GET /api/security-policy': ['securityAdmin', 'auditAdmin'],
  'PUT /api/security-policy': ['securityAdmin'],

  'GET /api/staff': ['systemAdmin', 'securityAdmin'],
  'POST /api/staff': ['systemAdmin'],
  'PUT /api/staff/:staffId': ['systemAdmin'],
  'PUT /api/staff/:staffId/roles': ['securityAdmin'],
  'POST /api/staff/:staffId/password': ['securityAdmin'],
  'DELETE /api/staff/:staffId/factor': ['securityAdmin', 'systemAdmin'],

  'POST /api/units': ['systemAdmin'],
  'GET /api/unit-plans': ['systemAdmin'],
  'POST /api/unit-plans': ['systemAdmin'],
  'DELETE /api/unit-plans/:id': ['systemAdmin'],

  'POST /api/devices/enrol': 'public',
  'GET /api/devices': ['systemAdmin', 'securityAdmin'],
  'POST /api/devices/:deviceId/revoke': ['securityAdmin', 'systemAdmin'],
  'POST /api/enrolment-codes': ['systemAdmin'],

  'POST /sync/session': 'public',
  'POST /sync/push': 'device',
  'GET /sync/pull': 'device',
  'GET /sync/snapshot': 'device',
  'GET /sync/events': 'device',
  'POST /sync/catalog': 'device',
  'GET /sync/directory': 'relay',
  'POST /sync/relay-log': 'relay',
  'POST /sync/bundle': 'device',
  'POST /sync/handover': 'public',

  'GET /api/rule-drafts': ['matterAdmin'],
  'POST /api/rule-drafts': ['matterAdmin'],
  'PUT /api/rule-drafts/:id': ['matterAdmin'],
  'DELETE /api/rule-drafts/:id': ['matterAdmin'],
  'GET /api/rule-drafts/:id/effect': ['matterAdmin'],
  'POST /api/rule-drafts/:id/submit': ['matterAdmin'],
  'POST /api/rule-drafts/:id/publish': ['matterAdmin'],

  'GET /api/matter-drafts': ['matterAdmin'],
  'POST /api/matter-drafts': ['matterAdmin'],
  'DELETE /api/matter-drafts/:id': ['matterAdmin'],
  'POST /api/matter-drafts/:id/publish': ['matterAdmin'],
  'GET /api/calendar-drafts': ['matterAdmin'],
  'POST /api/calendar-drafts': ['matterAdmin'],
  'DELETE /api/calendar-drafts/:id': ['matterAdmin'],
  'POST /api/calendar-drafts/:id/publish': ['matterAdmin'],
  'GET /api/office-drafts': ['matterAdmin'],
  'POST /api/office-drafts': ['matterAdmin'],
  'GET /api/office-drafts/:id/effect': ['matterAdmin'],
  'DELETE /api/office-drafts/:id': ['matterAdmin'],
  'POST /api/office-drafts/:id/publish': ['matterAdmin'],
  'POST /api/reveals': 'staff',
  'POST /api/prints': 'staff',
  'GET /api/audit': ['auditAdmin'],
  'GET /api/audit/export': ['auditAdmin'],
  'GET /api/quarantine': ['securityAdmin', 'systemAdmin'],
  'GET /api/restores': ['systemAdmin', 'securityAdmin'],
} as const satisfies Record<string, Access>;

export type RouteName = keyof typeof ACCESS;

/** Undefined for a route the table does not name: refuse it. */
export function accessOf(name: string): Access | undefined {
  return Object.hasOwn(ACCESS, name) ? ACCESS[name as RouteName] : undefined;
}

export function mayCall(access: Access, roles: readonly Role[]): boolean {
  return access === 'staff' || (Array.isArray(access) && roles.some((role) => access.includes(role)));
}
