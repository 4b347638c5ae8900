/** What the district publishes at the start of a story, and what administrators change in the midst of it. */
import { addDays, dayOf } from '@sanji/sync/domain/calendar';
import { unitChangeEntries } from '@sanji/sync/domain/unit-change';
import type {
  Catalog,
  CatalogEntry,
  DeviceKey,
  MaterialRow,
  Mode,
  Staff,
  TierRule,
} from '@sanji/sync/domain/catalog';
import { MODES } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { TIERS } from '@sanji/sync/domain/identifiers';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { matter, publication, row } from '@sanji/sync/testing/rule-catalog';
import { DEVICES, STAFF, catalogDocs } from './district.ts';

const MATTERS = ['m1', 'm2', 'm3'];
const ALL_ROLES: Staff['roles'] = [
  'clerk',
  'preReviewer',
  'reviewer',
  'approver',
  'leader',
  'issuer',
  'applicant',
];
/** Ends the id of a terminal that was enrolled anew. */
export const MOVED = 'x';

const CARD: MaterialRow = { code: 'id-card', name: '身份证', en: 'Identity card', need: 'deferrable' };

/**
 * A leader beside the clerk in each unit; a second matter that the hub forwards by itself and whose papers may come later, and a third that ends
 * where it was received.
 */
export function openingEntries(
  publicKeyOf: (deviceId: DeviceId) => DeviceKey['publicKey'],
  relays: readonly DeviceKey[],
): CatalogEntry[] {
  const rows = publication().rows.flatMap((rule): TierRule[] => [
    rule,
    { ...rule, matterId: 'm2', autoForward: true },
    { ...rule, matterId: 'm3', mode: 'decide', decideAt: 'community' },
  ]);
  return [
    ...catalogDocs().map(({ entry }) => withEverything(entry)),
    {
      kind: 'matter',
      matter: { ...matter, matterId: 'm2', basicCode: 'm2', instant: true, materials: [CARD] },
    },
    { kind: 'matter', matter: { ...matter, matterId: 'm3', basicCode: 'm3', instant: true } },
    { kind: 'rules', publication: publication({ rows }) },
    ...STAFF.map((staff): CatalogEntry => ({ kind: 'staff', staff: leaderBeside(staff) })),
    ...[...DEVICES, ...relays].map((device): CatalogEntry => {
      return { kind: 'device', device: { ...device, publicKey: publicKeyOf(device.deviceId) } };
    }),
  ];
}

/** So that every kind of action can be: the applicant's too, whose part whoever sits at the counter takes, and archiving. */
function withEverything(entry: CatalogEntry): CatalogEntry {
  if (entry.kind === 'staff') return { kind: 'staff', staff: { ...entry.staff, roles: [...ALL_ROLES] } };
  if (entry.kind !== 'settings') return entry;
  return { kind: 'settings', settings: { ...entry.settings, archive: { afterDays: 5, retention: '30y' } } };
}

function leaderBeside({ unit, ...rest }: Staff): Staff {
  return { ...rest, unit, roles: [...ALL_ROLES], staffId: `leader${unit}`, name: `leader of ${unit}` };
}

/** What one change publishes; empty when there is nothing left to change. */
export type Change = (catalog: Catalog, random: SeededRandom, now: number) => CatalogEntry[];

/** Somebody loses or regains roles, leaves, comes back, or moves to another unit. */
export const permissionsChanged: Change = (catalog, random) => {
  const staff = random.pick([...catalog.staff.values()]);
  if (staff === undefined) return [];
  const dice = random.next();

  if (dice < 0.5)
    return [{ kind: 'staff', staff: { ...staff, roles: ALL_ROLES.filter(() => random.chance(0.7)) } }];
  if (dice < 0.8) return [{ kind: 'staff', staff: { ...staff, active: !staff.active } }];
  const unit = random.pick([...catalog.units.keys()]) ?? staff.unit;
  return [{ kind: 'staff', staff: { ...staff, unit } }];
};

export const matterChanged: Change = (catalog, random, now) => {
  const newest = catalog.matters.get(random.pick(MATTERS) ?? '')?.at(-1);
  if (newest === undefined) return [];
  const version = newest.version + 1;
  const effectiveFrom = addDays(dayOf(now), random.below(4));
  return [{ kind: 'matter', matter: { ...newest, version, effectiveFrom, instant: random.chance(0.3) } }];
};

/** New modes for the tiers, in force today or on a day to come. */
export const rulesPublished: Change = (catalog, random, now) => {
  const seq = (catalog.publications.at(-1)?.seq ?? 0) + 1;
  const mode = (least: Mode): Mode =>
    random.chance(0.7) ? least : (random.pick(MODES.filter((each) => each !== 'none')) ?? least);
  const rows = MATTERS.flatMap((matterId): TierRule[] => {
    const decideAt = random.pick(TIERS) ?? 'district';
    return TIERS.map((tier) =>
      row({
        matterId,
        tier,
        decideAt,
        mode: mode(tier === 'district' ? 'decide' : 'accept'),
        autoForward: random.chance(0.3),
      }),
    );
  });
  const effectiveFrom = addDays(dayOf(now), random.below(4));
  return [{ kind: 'rules', publication: publication({ seq, rows, effectiveFrom }) }];
};

/** A community is switched off or on again, or comes under another street. */
export const unitChanged: Change = (catalog, random) => {
  const units = [...catalog.units.values()];
  const unit = random.pick(units.filter(({ tier }) => tier === 'community'));
  if (unit === undefined) return [];
  if (random.chance(0.4)) return [{ kind: 'unit', unit: { ...unit, active: !unit.active } }];
  const parent = random.pick(units.filter(({ tier }) => tier === 'street'))?.code ?? unit.parent;
  return [{ kind: 'unit', unit: { ...unit, parent } }];
};

/** At most two of the terminals: somebody has to be left. */
export const deviceRevoked: Change = (catalog, random) => {
  const terminals = [...catalog.devices.values()].filter(({ deviceId }) => !deviceId.startsWith('hub'));
  const active = terminals.filter(({ status }) => status === 'active');
  const device = random.pick(active);
  if (device === undefined || terminals.length - active.length >= 2) return [];
  return [{ kind: 'device', device: { ...device, status: 'revoked' } }];
};

/**
 * One community is merged into another, as the product writes it: people move, open work follows as acts of the hub. Of its terminals, which have
 * their unit in their identity, some are taken out of service and enrolled anew, and some stay until somebody does so.
 */
export const unitMerged: Change = (catalog, random, now) => {
  const communities = [...catalog.units.values()].filter((unit) => unit.tier === 'community' && unit.active);
  const gone = random.pick(communities);
  const into = random.pick(communities.filter((unit) => unit !== gone));
  if (gone === undefined || into === undefined) return [];
  const today = dayOf(now);
  const change = { kind: 'merge' as const, unit: gone.code, date: today, into: into.code };
  const devices = [...catalog.devices.values()].filter(
    ({ unit, status, deviceId }) => unit === gone.code && status === 'active' && !deviceId.endsWith(MOVED),
  );
  return [
    ...unitChangeEntries(catalog, change, today),
    ...devices.flatMap((device, i): CatalogEntry[] => [
      ...(random.chance(0.6)
        ? [{ kind: 'device' as const, device: { ...device, status: 'revoked' as const } }]
        : []),
      { kind: 'device', device: { ...device, ...movedTo(into.code, device, i) } },
    ]),
  ];
};

function movedTo(unit: string, { deviceId, terminal }: DeviceKey, i: number): Partial<DeviceKey> {
  return {
    deviceId: `${deviceId}${MOVED}`,
    unit,
    terminal: `${terminal === 'A1' ? 'M' : 'N'}${String(i + 1)}`,
  };
}
