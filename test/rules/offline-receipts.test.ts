/** What was received offline under rules that were in force stays good, whatever was published meanwhile; what they forbid is refused by name. */
import { expect, test } from 'vitest';
import type { CatalogEntry } from '@sanji/sync/domain/catalog';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import { matter, publication, row } from '@sanji/sync/testing/rule-catalog';
import { WENLIN, catalogDocs } from '../simulation/district.ts';
import { CASE, OTHER, Rig } from './rig.ts';

/** The hub publishes while a station is offline. */
function publish(rig: Rig, ...entries: CatalogEntry[]): void {
  const ids = new Set(entries.map(catalogIdOf));
  rig.docs = [
    ...rig.docs.filter(({ _id }) => !ids.has(_id)),
    ...entries.map((entry) => ({ _id: catalogIdOf(entry), n: 2, entry })),
  ];
}

const residence = { text: '户籍或常住地在本辖区', residence: true };
const wenlin = () => {
  const found = catalogDocs().flatMap(({ entry }) =>
    entry.kind === 'unit' && entry.unit.code === WENLIN ? [entry.unit] : [],
  )[0];
  if (found === undefined) throw new Error('no such unit');
  return found;
};

const meanwhile: [string, CatalogEntry][] = [
  [
    'a rule that takes the matter from the communities',
    {
      kind: 'rules',
      publication: publication({
        seq: 2,
        rows: [row({ mode: 'none' }), row({ tier: 'district', mode: 'decide' })],
      }),
    },
  ],
  [
    'a condition',
    { kind: 'rules', publication: publication({ seq: 2, rows: [row({ condition: residence })] }) },
  ],
  [
    'a newer version of the matter',
    {
      kind: 'matter',
      matter: { ...matter, version: 2, effectiveFrom: '2026-11-20', subject: ['organisation'] },
    },
  ],
  [
    'the end of the unit, from the day after',
    { kind: 'unit', unit: { ...wenlin(), active: false, activeUntil: '2026-11-23' } },
  ],
];

test.each(meanwhile)('%s leaves a case received before as it was received', async (_what, entry) => {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  await station.receive(CASE);
  publish(rig, entry);
  rig.clock.advance(3 * 86_400_000);
  await rig.settle(station);
  expect(rig.masterOf(CASE).head.status).toBe('accepted');
  expect(Object.values(rig.masterOf(CASE).rulings).map(({ verdict }) => verdict)).toEqual(
    Array(3).fill('accepted'),
  );
});

const before: [string, string, CatalogEntry][] = [
  [
    'a condition nobody confirmed',
    'condition-unmet',
    {
      kind: 'rules',
      publication: publication({
        rows: [row({ condition: residence }), row({ tier: 'district', mode: 'decide' })],
      }),
    },
  ],
  ['a unit that is off', 'unit-inactive', { kind: 'unit', unit: { ...wenlin(), active: false } }],
  [
    'a unit that was closed the day before',
    'unit-inactive',
    { kind: 'unit', unit: { ...wenlin(), active: false, activeUntil: '2026-11-22' } },
  ],
];

test.each(before)(
  '%s: the hub rejects the receipt, in words the clerk sees, and blocks nothing',
  async (_what, code, entry) => {
    const rig = new Rig();
    const station = rig.station('wenlin1');
    await station.receive(CASE);
    publish(rig, entry);
    await rig.settle(station);
    expect(station.find(CASE)?.rulings['wenlin1.2']).toMatchObject({
      verdict: 'rejected',
      problem: { code },
    });
    expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0, parked: 0 });
    rig.docs = catalogDocs();
    await station.receive(OTHER);
    await rig.settle(station);
    expect(rig.masterOf(OTHER).head.status).toBe('accepted');
  },
);
