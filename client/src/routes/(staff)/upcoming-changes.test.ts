import type { Catalog, TierRule } from '@sanji/sync/domain/catalog';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { describe, expect, it } from 'vitest';
import { upcomingChanges } from './upcoming-changes.ts';

const DISTRICT = '530102000000';
const STREET = '530102001000';
const WENLIN = '530102001013';
const CUIHU = '530102001014';
const TODAY = '2026-11-23';
const TOMORROW = '2026-11-24';

function catalog(
  ...published: { issuer: string; effectiveFrom: string; rows: Partial<TierRule>[] }[]
): Catalog {
  const unit = (code: string, tier: 'district' | 'street' | 'community', parent: string | null) =>
    [code, { code, name: code, display: code, tier, parent, active: true }] as const;
  return {
    ...indexCatalog([]),
    units: new Map([
      unit(DISTRICT, 'district', null),
      unit(STREET, 'street', DISTRICT),
      unit(WENLIN, 'community', STREET),
      unit(CUIHU, 'community', STREET),
    ]),
    publications: published.map(({ issuer, effectiveFrom, rows }, index) => ({
      seq: index + 1,
      version: `v${String(index)}`,
      effectiveFrom,
      document: 'D',
      issuer,
      publishedBy: ['a', 'b'],
      publishedAt: 0,
      rows: rows.map((row): TierRule => ({
        matterId: 'M1',
        tier: 'community',
        mode: 'accept',
        decideAt: 'district',
        offlineAllowed: true,
        ...row,
      })),
    })),
  };
}

const inForce = { issuer: DISTRICT, effectiveFrom: '2026-01-01', rows: [{ mode: 'accept' as const }] };

describe('what is about to change', () => {
  it('is a mode from its day on', () => {
    const known = catalog(inForce, { issuer: DISTRICT, effectiveFrom: TOMORROW, rows: [{ mode: 'decide' }] });
    expect(upcomingChanges(known, WENLIN, TODAY)).toMatchObject([
      { matterId: 'M1', day: TOMORROW, from: { mode: 'accept' }, to: { mode: 'decide' } },
    ]);
    expect(upcomingChanges(known, WENLIN, TOMORROW)).toEqual([]);
  });

  it('is a condition too', () => {
    const condition = { text: '户籍在本辖区' };
    const known = catalog(inForce, { issuer: DISTRICT, effectiveFrom: TOMORROW, rows: [{ condition }] });
    expect(upcomingChanges(known, WENLIN, TODAY)).toMatchObject([{ to: { condition } }]);
  });

  it('is said once, though a street names each of its communities and the district the tier', () => {
    const narrowed = [CUIHU, WENLIN].map((unit) => ({ unit, mode: 'guide' as const }));
    const known = catalog(
      inForce,
      { issuer: DISTRICT, effectiveFrom: TOMORROW, rows: [{ mode: 'decide' }] },
      { issuer: STREET, effectiveFrom: TOMORROW, rows: narrowed },
    );
    expect(upcomingChanges(known, WENLIN, TODAY)).toMatchObject([{ to: { mode: 'guide' } }]);
  });

  it('is nothing where another unit or tier is meant, or all stays as it is', () => {
    const known = catalog(
      inForce,
      { issuer: STREET, effectiveFrom: TOMORROW, rows: [{ unit: CUIHU, mode: 'none' }] },
      {
        issuer: DISTRICT,
        effectiveFrom: TOMORROW,
        rows: [{ tier: 'street', mode: 'decide' }, { mode: 'accept' }],
      },
    );
    expect(upcomingChanges(known, WENLIN, TODAY)).toEqual([]);
  });
});
