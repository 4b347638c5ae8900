/** What the district publishes at the start of a story, and what administrators change in the midst of it. */
import { addDays, dayOf } from '@sanji/sync/domain/calendar';
import type { Catalog, CatalogEntry, DeviceKey, Mode, Staff, TierRule } from '@sanji/sync/domain/catalog';
import { MODES } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { TIERS } from '@sanji/sync/domain/identifiers';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { matter, publication, row } from '@sanji/sync/testing/rule-catalog';
import { DEVICES, STAFF, catalogDocs } from './district.ts';

const MATTERS = ['m1', 'm2'];
/** Ends the id of a terminal that was enrolled anew. */
export const MOVED = 'x';

/** A leader beside the clerk in each unit, and a second matter that the hub forwards by itself. */
export function openingEntries(
  publicKeyOf: (deviceId: DeviceId) => DeviceKey['publicKey'],
  relays: readonly DeviceKey[],
): CatalogEntry[] {
  const rows = publication().rows.flatMap((rule) => [rule, { ...rule, matterId: 'm2', autoForward: true }]);
  return [
    ...catalogDocs().map(({ entry }) => entry),
    { kind: 'matter', matter: { ...matter, matterId: 'm2', basicCode: 'm2', instant: true } },
    { kind: 'rules', publication: publication({ rows }) },
    ...STAFF.map((staff): CatalogEntry => ({ kind: 'staff', staff: leaderBeside(staff) })),
    ...[...DEVICES, ...relays].map((device): CatalogEntry => {
      return { kind: 'device', device: { ...device, publicKey: publicKeyOf(device.deviceId) } };
    }),
  ];
}

function leaderBeside({ unit, roles, ...rest }: Staff): Staff {
  return { ...rest, unit, roles: [...roles], staffId: `leader${unit}`, name: `leader of ${unit}` };
}

/** What one change publishes; empty when there is nothing left to change. */
export type Change = (catalog: Catalog, random: SeededRandom, now: number) => CatalogEntry[];

/** Somebody loses or regains roles, leaves, comes back, or moves to another unit. */
export const permissionsChanged: Change = (catalog, random) => {
  const staff = random.pick([...catalog.staff.values()]);
  if (staff === undefined) return [];
  const dice = random.next();
  const all: Staff['roles'] = ['clerk', 'reviewer', 'approver', 'leader', 'issuer'];
  if (dice < 0.5)
    return [{ kind: 'staff', staff: { ...staff, roles: all.filter(() => random.chance(0.7)) } }];
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
 * One community is merged into another: it takes no more cases, its people and desks move. A terminal has its unit in its identity, so each
 * is taken out of service and enrolled anew.
 */
export const unitMerged: Change = (catalog, random) => {
  const communities = [...catalog.units.values()].filter((unit) => unit.tier === 'community' && unit.active);
  const gone = random.pick(communities);
  const into = random.pick(communities.filter((unit) => unit !== gone));
  if (gone === undefined || into === undefined) return [];
  const staff = [...catalog.staff.values()].filter(({ unit }) => unit === gone.code);
  const devices = [...catalog.devices.values()].filter(
    ({ unit, status, deviceId }) => unit === gone.code && status === 'active' && !deviceId.endsWith(MOVED),
  );
  return [
    { kind: 'unit', unit: { ...gone, active: false } },
    ...staff.map((person): CatalogEntry => ({ kind: 'staff', staff: { ...person, unit: into.code } })),
    ...devices.flatMap((device, i): CatalogEntry[] => [
      { kind: 'device', device: { ...device, status: 'revoked' } },
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
