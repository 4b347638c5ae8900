import { describe, expect, it } from 'vitest';
import type { Catalog, Mode, RulePublication, TierRule, Unit } from './catalog.ts';
import { indexCatalog } from './catalog-index.ts';
import { draftOfVersion } from './earlier-version.ts';
import { checkDraft, newDraft, rowsOf, summaryOf } from './rule-draft.ts';
import { effectiveRule } from './tier-rules.ts';

const DISTRICT = '530102000000';
const STREET = '530102001000';
const WENLIN = '530102001013';
const TODAY = '2026-11-23';
const DAY = '2026-12-01';

const unit = (code: string, tier: Unit['tier'], parent: string | null): [string, Unit] => [
  code,
  { code, name: code, display: code, tier, parent, active: true },
];
const row = (tier: TierRule['tier'], mode: Mode, more: Partial<TierRule> = {}): TierRule => ({
  matterId: 'M1',
  tier,
  mode,
  decideAt: 'street',
  offlineAllowed: true,
  ...more,
});
const publish = (seq: number, issuer: string, rows: TierRule[]): RulePublication => ({
  seq,
  version: `2026.11-${String(seq)}`,
  effectiveFrom: '2026-11-01',
  document: `D${String(seq)}`,
  issuer,
  rows,
  publishedBy: ['hewj', 'sunl'],
  publishedAt: 0,
});
const FIRST = publish(1, DISTRICT, [
  row('community', 'accept'),
  row('street', 'decide'),
  row('district', 'decide'),
]);

function catalogOf(...publications: RulePublication[]): Catalog {
  return {
    ...indexCatalog([]),
    units: new Map([
      unit(DISTRICT, 'district', null),
      unit(STREET, 'street', DISTRICT),
      unit(WENLIN, 'community', STREET),
    ]),
    matters: new Map([['M1', []]]),
    publications,
  };
}

function back(catalog: Catalog, issuer: string, seq: number) {
  const draft = { ...newDraft({ issuer, version: '2026.12-1', effectiveFrom: DAY }), document: 'D9' };
  return draftOfVersion(catalog, draft, seq);
}

/** The catalog once the draft has been published. */
function after(catalog: Catalog, draft: ReturnType<typeof back>): Catalog {
  const next = { ...publish(9, draft.issuer, rowsOf(catalog, draft)), effectiveFrom: DAY };
  return { ...catalog, publications: [...catalog.publications, next] };
}

describe('going back to an earlier version', () => {
  it('makes a draft that, once published, gives every cell the mode and the condition it had', () => {
    const condition = { text: '户籍在本辖区', residence: true };
    const catalog = catalogOf(
      FIRST,
      publish(2, DISTRICT, [row('community', 'guide'), row('street', 'decide', { condition })]),
    );
    const draft = back(catalog, DISTRICT, 1);
    expect(summaryOf(catalog, draft)).toMatchObject({
      changes: [{ tier: 'community', from: 'guide', to: 'accept' }],
      conditions: [{ columns: [{ tier: 'street' }], from: condition }],
    });
    expect(checkDraft(catalog, draft, TODAY)).toEqual([]);
    for (const code of [DISTRICT, STREET, WENLIN]) {
      const asked = { unit: code, matterId: 'M1', day: DAY };
      const { source: _new, ...now } = effectiveRule(after(catalog, draft), asked);
      const { source: _old, ...then } = effectiveRule(catalogOf(FIRST), asked);
      expect(now).toEqual(then);
    }
  });

  it('gives back how a cell was handled: offline or not, forwarded by itself, papers before the confirmation', () => {
    const first = publish(1, DISTRICT, [
      row('community', 'accept', { autoForward: true }),
      row('street', 'decide', { resultOffline: true }),
      row('district', 'decide'),
    ]);
    const second = publish(2, DISTRICT, [
      row('community', 'accept', { offlineAllowed: false }),
      row('street', 'decide'),
    ]);
    const catalog = catalogOf(first, second);
    const draft = back(catalog, DISTRICT, 1);
    expect(summaryOf(catalog, draft)).toMatchObject({
      changes: [],
      flags: [
        { columns: [{ tier: 'community' }], flag: 'offlineAllowed', to: true },
        { columns: [{ tier: 'community' }], flag: 'autoForward', to: true },
        { columns: [{ tier: 'street' }], flag: 'resultOffline', to: true },
      ],
    });
    expect(checkDraft(catalog, draft, TODAY)).toEqual([]);
    for (const code of [DISTRICT, STREET, WENLIN]) {
      const asked = { unit: code, matterId: 'M1', day: DAY };
      const { source: _new, ...now } = effectiveRule(after(catalog, draft), asked);
      const { source: _old, ...then } = effectiveRule(catalogOf(first), asked);
      expect(now).toEqual(then);
    }
    expect(rowsOf(catalog, back(catalog, DISTRICT, 2))).toEqual([]);
  });

  it('gives a street back what it had let stand, and no more than the district does', () => {
    const closed = publish(2, STREET, [row('community', 'accept', { unit: WENLIN, offlineAllowed: false })]);
    const catalog = catalogOf(FIRST, closed);
    const draft = back(catalog, STREET, 1);
    expect(rowsOf(catalog, draft)).toMatchObject([{ unit: WENLIN, offlineAllowed: true }]);
    expect(checkDraft(catalog, draft, TODAY)).toEqual([]);
    const barred = publish(3, DISTRICT, [row('community', 'accept', { offlineAllowed: false })]);
    expect(
      rowsOf(catalogOf(FIRST, closed, barred), back(catalogOf(FIRST, closed, barred), STREET, 1)),
    ).toEqual([]);
  });

  it('gives a street back what held before it narrowed, and leaves alone what the district published since', () => {
    const narrowed = publish(2, STREET, [row('community', 'none', { unit: WENLIN })]);
    const lowered = publish(3, DISTRICT, [row('community', 'guide')]);
    const catalog = catalogOf(FIRST, narrowed, lowered);
    const draft = back(catalog, STREET, 1);
    expect(checkDraft(catalog, draft, TODAY)).toEqual([]);
    expect(effectiveRule(after(catalog, draft), { unit: WENLIN, matterId: 'M1', day: DAY }).mode).toBe(
      'guide',
    );
  });

  it('changes nothing when the version is the one in force', () => {
    const catalog = catalogOf(FIRST);
    expect(rowsOf(catalog, back(catalog, DISTRICT, 1))).toEqual([]);
  });
});
