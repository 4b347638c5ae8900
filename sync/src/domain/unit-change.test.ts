import { describe, expect, it } from 'vitest';
import {
  COMMUNITY,
  DISTRICT,
  makeCatalog,
  makeRows,
  MATTER_ID,
  NOW,
  OTHER_COMMUNITY,
  PIN,
  STREET,
} from '../testing/factories.ts';
import { successorOf } from './catalog-index.ts';
import type { Staff, TierRule, Unit } from './catalog.ts';
import { newCase } from './fold.ts';
import { unitChangeEntries, unitChangeProblem, type UnitChange } from './unit-change.ts';

const date = '2026-12-01';
const merge: UnitChange = { kind: 'merge', unit: COMMUNITY, date, into: OTHER_COMMUNITY };
const close: UnitChange = { kind: 'close', unit: COMMUNITY, date };
const held = { ...newCase('01kb0000000000000000000001'), matter: PIN, receivedAt: NOW, caseNo: '001013-1' };
/** The neighbour narrowed itself: it handles no such matter. */
const none: TierRule = {
  matterId: MATTER_ID,
  tier: 'community',
  unit: OTHER_COMMUNITY,
  mode: 'none',
  decideAt: 'district',
  offlineAllowed: false,
};

describe('a merger', () => {
  it('takes what is open along', () => {
    expect(unitChangeProblem(makeCatalog(), merge, [held])).toBeUndefined();
  });

  it('is refused when the other unit does not handle what is open, with how many and one of them', () => {
    const catalog = makeCatalog({ rows: [...makeRows(), none] });
    expect(unitChangeProblem(catalog, merge, [held, held])).toEqual({
      code: 'unit-cannot-take',
      params: { unit: OTHER_COMMUNITY, count: 2, caseNo: '001013-1' },
    });
    expect(unitChangeProblem(catalog, merge, [])).toBeUndefined();
  });

  it.each([STREET, COMMUNITY, DISTRICT, '530102999999'])('into %s is refused', (into) => {
    expect(unitChangeProblem(makeCatalog(), { ...merge, into }, [])).toEqual({
      code: 'bad-target',
      params: { to: into },
    });
  });

  it('moves the people and the units below, ends the unit the day before, and says where work goes on', () => {
    const catalog = makeCatalog();
    const entries = unitChangeEntries(catalog, merge, '2026-11-30');
    expect(entries).toContainEqual({
      kind: 'unit',
      unit: expect.objectContaining({
        code: COMMUNITY,
        active: false,
        activeUntil: '2026-11-30',
        mergedInto: OTHER_COMMUNITY,
      }) as object,
    });
    const people = entries.flatMap((entry) => (entry.kind === 'staff' ? [entry.staff] : []));
    const before = [...catalog.staff.values()].filter(({ unit }: Staff) => unit === COMMUNITY);
    expect(people).toEqual(before.map((person) => ({ ...person, unit: OTHER_COMMUNITY })));
  });

  it('of a street takes its communities along', () => {
    const entries = unitChangeEntries(
      makeCatalog(),
      { ...merge, unit: STREET, into: '530102002000' },
      '2026-11-30',
    );
    const parents = entries.flatMap((entry) =>
      entry.kind === 'unit' && entry.unit.tier === 'community' ? [entry.unit.parent] : [],
    );
    expect(parents).toEqual(['530102002000', '530102002000']);
  });
});

describe('closing', () => {
  it('is refused while cases are open there: nobody would hold them', () => {
    expect(unitChangeProblem(makeCatalog(), close, [held])).toEqual({
      code: 'unit-busy',
      params: { unit: COMMUNITY, count: 1, caseNo: '001013-1' },
    });
  });

  it('is refused while units below are in service, for the district, and for what is closed already', () => {
    expect(unitChangeProblem(makeCatalog(), { ...close, unit: STREET }, [])?.code).toBe('unit-has-units');
    expect(unitChangeProblem(makeCatalog(), { ...close, unit: DISTRICT }, [])?.code).toBe('bad-target');
    expect(unitChangeProblem(makeCatalog(), { ...close, unit: '530102999999' }, [])?.code).toBe(
      'unit-inactive',
    );
  });
});

it('a refusal names as many as anybody would read, and says how many more there are', () => {
  const base = makeCatalog();
  const below = Array.from({ length: 11 }, (_, i): Unit => {
    const display = `社区${String(i)}`;
    return { code: `9${String(i)}`, name: display, display, tier: 'community', parent: STREET, active: true };
  });
  const catalog = {
    ...base,
    units: new Map([...base.units, ...below.map((unit) => [unit.code, unit] as const)]),
  };
  const { params } = unitChangeProblem(catalog, { ...close, unit: STREET }, []) ?? {};
  expect(String(params?.['names']).split('、')).toHaveLength(8);
  expect(params?.['more']).toBeGreaterThanOrEqual(3);
});

it('a name that a neighbour has is refused', () => {
  const rename: UnitChange = {
    kind: 'rename',
    unit: COMMUNITY,
    date,
    name: '文林新区',
    display: OTHER_COMMUNITY,
  };
  expect(unitChangeProblem(makeCatalog(), rename, [])).toEqual({
    code: 'unit-known',
    params: { unit: OTHER_COMMUNITY },
  });
  expect(unitChangeProblem(makeCatalog(), { ...rename, display: '文林新' }, [])).toBeUndefined();
});

it('work goes where the last of several mergers leads, and not round in a circle', () => {
  const [unit] = makeCatalog().units.values();
  if (unit === undefined) throw new Error('no unit');
  const units = (into: [string, string | undefined][]) => ({
    units: new Map(
      into.map(([code, mergedInto]) => [
        code,
        { ...unit, code, ...(mergedInto !== undefined && { mergedInto }) },
      ]),
    ),
  });
  expect(
    successorOf(
      units([
        ['a', 'b'],
        ['b', 'c'],
        ['c', undefined],
      ]),
      'a',
    ),
  ).toBe('c');
  expect(['a', 'b']).toContain(
    successorOf(
      units([
        ['a', 'b'],
        ['b', 'a'],
      ]),
      'a',
    ),
  );
});
