/** The small district of the protocol tests: its people, devices, and what each does with a case. */
import { catalogIdOf, indexCatalog } from '@sanji/sync/domain/catalog-index';
import type { Author } from '@sanji/sync/domain/action';
import type { Catalog, CatalogDocument, CatalogEntry, DeviceKey, Staff } from '@sanji/sync/domain/catalog';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import { fold } from '@sanji/sync/domain/fold';
import type { ActionDraft } from '@sanji/sync/replication/append';
import {
  CUIHU,
  DISTRICT,
  OTHER_STREET,
  STREET,
  WENLIN,
  calendars,
  catalogOf,
  matter,
  publication,
} from '@sanji/sync/testing/rule-catalog';

export { CUIHU, DISTRICT, OTHER_STREET, STREET, WENLIN };

const publicKey = { kty: 'EC', crv: 'P-256', x: '', y: '' };

export const UNITS = [WENLIN, CUIHU, STREET, OTHER_STREET, DISTRICT];

/** Two devices in Wenlin, so that one unit can disagree with itself. */
export const DEVICES: readonly DeviceKey[] = [
  { deviceId: 'wenlin1', unit: WENLIN, terminal: 'A1', publicKey, status: 'active' },
  { deviceId: 'wenlin2', unit: WENLIN, terminal: 'A2', publicKey, status: 'active' },
  { deviceId: 'cuihu1', unit: CUIHU, terminal: 'A1', publicKey, status: 'active' },
  { deviceId: 'street1', unit: STREET, terminal: 'A1', publicKey, status: 'active' },
  { deviceId: 'street2', unit: STREET, terminal: 'A2', publicKey, status: 'active' },
  { deviceId: 'westgate1', unit: OTHER_STREET, terminal: 'A1', publicKey, status: 'active' },
  { deviceId: 'district1', unit: DISTRICT, terminal: 'A1', publicKey, status: 'active' },
  { deviceId: 'hub0', unit: DISTRICT, terminal: 'Z0', publicKey, status: 'active' },
];

/** The relays of two streets, where a story has them. */
export const RELAYS: readonly DeviceKey[] = [
  { deviceId: 'relay1', unit: STREET, terminal: 'R1', publicKey, status: 'active', kind: 'relay' },
  { deviceId: 'relay2', unit: OTHER_STREET, terminal: 'R1', publicKey, status: 'active', kind: 'relay' },
];

const roles: Staff['roles'] = ['clerk', 'reviewer', 'approver', 'leader', 'issuer'];
const position = { zh: '', en: '' };
export const STAFF: readonly Staff[] = UNITS.map((unit) => ({
  staffId: `clerk${unit}`,
  name: `clerk of ${unit}`,
  unit,
  roles,
  position,
  active: true,
}));

export function clerkOf(unit: string): Author {
  return { staffId: `clerk${unit}`, name: `clerk of ${unit}`, unit };
}

export function catalogDocs(): CatalogDocument[] {
  const base = catalogOf();
  const settings = { ...base.settings, district: DISTRICT };
  const entries: CatalogEntry[] = [
    ...[...base.units.values()].map((unit) => ({ kind: 'unit' as const, unit })),
    { kind: 'matter', matter },
    { kind: 'rules', publication: publication() },
    ...[...calendars.values()].map((calendar) => ({ kind: 'calendar' as const, calendar })),
    ...DEVICES.map((device) => ({ kind: 'device' as const, device })),
    ...STAFF.map((staff) => ({ kind: 'staff' as const, staff })),
    { kind: 'settings', settings },
  ];
  return entries.map((entry) => ({ _id: catalogIdOf(entry), n: 1, entry }));
}

export function districtCatalog(
  change: (docs: CatalogDocument[]) => CatalogDocument[] = (docs) => docs,
): Catalog {
  return indexCatalog(change(catalogDocs()));
}

export const pin = { matterId: 'm1', version: 1, rules: 1 };
const applicant = { kind: 'person' as const, name: '张三', idNumber: '11010519491231002X' };

/** What a counter does with one click: draws up and receives, and accepts when `accepts`. */
export function intake(device: DeviceKey, counter: number, accepts = true): ActionDraft[] {
  const caseNo = formatCaseNo({ unit: device.unit, day: '2026-11-23', terminal: device.terminal, counter });
  const printed = { noticeDue: '2026-11-30T17:00' };
  const received = { caseNo, matter: pin, applicant, form: {}, materials: [], printed };
  return [
    { kind: 'draft', payload: { matter: pin, applicant, form: {} } },
    { kind: 'receive', payload: received },
    ...(accepts ? [{ kind: 'accept' as const, payload: { deferred: [] } }] : []),
  ];
}

export function deviceNamed(deviceId: string): DeviceKey {
  const found = [...DEVICES, ...RELAYS].find((device) => device.deviceId === deviceId);
  if (found === undefined) throw new Error(`no device ${deviceId}`);
  return found;
}

export { fold };
