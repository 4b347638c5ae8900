/** Changes of units on a day: a new name, a merger, the end. What speaks against one, and what it makes of the catalog. Pure. */
import { dayOf } from './calendar.ts';
import type { Catalog, CatalogEntry, Unit } from './catalog.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { CaseState } from './state.ts';
import { effectiveRule, modeRank } from './tier-rules.ts';

export type UnitChange =
  | { kind: 'rename'; unit: UnitCode; date: Day; name: string; display: string }
  | { kind: 'merge'; unit: UnitCode; date: Day; into: UnitCode }
  | { kind: 'close'; unit: UnitCode; date: Day };

/**
 * @param held the open cases that the unit holds
 * Problems: unit-inactive, bad-target, unit-known, unit-cannot-take, unit-busy, unit-staffed, unit-has-units.
 */
export function unitChangeProblem(
  catalog: Catalog,
  change: UnitChange,
  held: readonly CaseState[],
): Problem | undefined {
  const unit = catalog.units.get(change.unit);
  if (unit?.active !== true) return problem('unit-inactive', { unit: change.unit });
  if (change.kind === 'rename') return nameProblem(catalog, { ...unit, ...nameOf(change) });
  if (unit.tier === 'district') return problem('bad-target', { to: unit.code });
  if (change.kind === 'merge') return mergeProblem(catalog, { unit, into: change.into }, held);
  return closeProblem(catalog, unit, held);
}

/** Problem: unit-known. Two of one parent with one name could not be told apart. */
export function nameProblem(
  { units }: Pick<Catalog, 'units'>,
  { code, parent, name, display }: Pick<Unit, 'code' | 'parent' | 'name' | 'display'>,
): Problem | undefined {
  const rival = [...units.values()].find(
    (other) =>
      other.code !== code &&
      other.active &&
      other.parent === parent &&
      (other.name === name || other.display === display),
  );
  return rival === undefined ? undefined : problem('unit-known', { unit: rival.code });
}

function mergeProblem(
  catalog: Catalog,
  { unit, into }: { unit: Unit; into: UnitCode },
  held: readonly CaseState[],
): Problem | undefined {
  const heir = catalog.units.get(into);
  if (heir?.active !== true || heir.tier !== unit.tier || heir.code === unit.code)
    return problem('bad-target', { to: into });
  const stranded = held.filter((state) => !takes(catalog, into, state));
  return stranded.length === 0
    ? undefined
    : problem('unit-cannot-take', {
        unit: into,
        count: stranded.length,
        caseNo: stranded[0]?.caseNo ?? '',
      });
}

/** By the rule the case was received under: a later one cannot take it away from where it is going. */
function takes(catalog: Catalog, unit: UnitCode, { matter, receivedAt }: CaseState): boolean {
  if (matter === undefined || receivedAt === undefined) return true;
  const day = dayOf(receivedAt);
  const rule = effectiveRule(catalog, { unit, matterId: matter.matterId, day, asOf: matter.rules });
  return modeRank(rule.mode) >= modeRank('accept');
}

function closeProblem(catalog: Catalog, unit: Unit, held: readonly CaseState[]): Problem | undefined {
  const { code } = unit;
  if (held.length > 0)
    return problem('unit-busy', { unit: code, count: held.length, caseNo: held[0]?.caseNo ?? '' });
  const below = [...catalog.units.values()].filter(({ parent, active }) => parent === code && active);
  if (below.length > 0)
    return problem('unit-has-units', { unit: code, ...named(below.map(({ display }) => display)) });
  const people = [...catalog.staff.values()].filter((person) => person.unit === code && person.active);
  const desks = [...catalog.devices.values()].filter(
    (device) => device.unit === code && device.status === 'active',
  );
  const there = [...people.map(({ name }) => name), ...desks.map(({ terminal }) => terminal)];
  return there.length === 0 ? undefined : problem('unit-staffed', { unit: code, ...named(there) });
}

/** Enough to know what to look for. */
const MAX_NAMES = 8;

function named(all: readonly string[]): { names: string; more: number } {
  return { names: all.slice(0, MAX_NAMES).join('、'), more: Math.max(0, all.length - MAX_NAMES) };
}

function nameOf({ name, display }: { name: string; display: string }): Pick<Unit, 'name' | 'display'> {
  return { name, display };
}

/**
 * What is written on the day. In a merger the people move, and the units below; terminals stay what they are, so that what was made on them
 * offline still comes in, until they are taken out of service. Open cases follow one by one, as the hub's acts.
 * @param lastDay on which the unit took cases: the day before, or the day itself where it ends in the middle of it
 */
export function unitChangeEntries(catalog: Catalog, change: UnitChange, lastDay: Day): CatalogEntry[] {
  const unit = catalog.units.get(change.unit);
  if (unit === undefined) return [];
  if (change.kind === 'rename') return [{ kind: 'unit', unit: { ...unit, ...nameOf(change) } }];
  const ended: Unit = { ...unit, active: false, activeUntil: lastDay };
  if (change.kind === 'close') return [{ kind: 'unit', unit: ended }];
  const { into } = change;
  return [
    { kind: 'unit', unit: { ...ended, mergedInto: into } },
    ...[...catalog.units.values()]
      .filter(({ parent }) => parent === unit.code)
      .map((below): CatalogEntry => ({ kind: 'unit', unit: { ...below, parent: into } })),
    ...[...catalog.staff.values()]
      .filter((person) => person.unit === unit.code)
      .map((person): CatalogEntry => ({ kind: 'staff', staff: { ...person, unit: into } })),
  ];
}
