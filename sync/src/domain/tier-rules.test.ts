import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODES } from './catalog.ts';
import type { TierRule } from './catalog.ts';
import { TIERS } from './identifiers.ts';
import {
  checkPublication,
  effectiveRule,
  matterVersionOn,
  modeRank,
  offeredMatters,
  tierRank,
} from './tier-rules.ts';
import {
  catalogOf,
  CUIHU,
  DISTRICT,
  matter,
  OTHER_STREET,
  publication,
  row,
  STREET,
  WENLIN,
} from '../testing/rule-catalog.ts';

const DAY = '2026-11-23';
const modeOf = (catalog: ReturnType<typeof catalogOf>, unit: string, day = DAY, asOf?: number) =>
  effectiveRule(catalog, { unit, matterId: 'm1', day, ...(asOf !== undefined && { asOf }) }).mode;
const codesOf = (found: { code: string }[]) => found.map(({ code }) => code);

describe('the effective rule', () => {
  test('is the district’s row for the tier', () => {
    expect(modeOf(catalogOf(), WENLIN)).toBe('accept');
    expect(modeOf(catalogOf(), DISTRICT)).toBe('decide');
    expect(modeOf(catalogOf([]), DISTRICT)).toBe('none');
    expect(effectiveRule(catalogOf(), { unit: 'x', matterId: 'm1', day: DAY }).mode).toBe('none');
  });
  test('a street narrows for one community, or for all its own', () => {
    const narrowed = (unit: string) =>
      catalogOf([
        publication(),
        publication({ seq: 2, issuer: STREET, rows: [row({ unit, mode: 'guide' })] }),
      ]);
    expect([modeOf(narrowed(WENLIN), WENLIN), modeOf(narrowed(WENLIN), CUIHU)]).toEqual(['guide', 'accept']);
    expect([modeOf(narrowed(STREET), WENLIN), modeOf(narrowed(STREET), CUIHU)]).toEqual(['guide', 'guide']);
  });
  test('follows the newest publication in force, and an older one as of its number', () => {
    const rows = [row({ mode: 'decide', decideAt: 'community' })];
    const catalog = catalogOf([publication(), publication({ seq: 2, effectiveFrom: '2026-12-01', rows })]);
    expect(modeOf(catalog, WENLIN, '2026-11-30')).toBe('accept');
    expect(modeOf(catalog, WENLIN, '2026-12-01')).toBe('decide');
    expect(modeOf(catalog, WENLIN, '2026-12-01', 1)).toBe('accept');
  });
  test('a publication that has ended gives way to the one before', () => {
    const ended = publication({ seq: 2, effectiveTo: '2026-11-22', rows: [row({ mode: 'none' })] });
    expect(modeOf(catalogOf([publication(), ended]), WENLIN, '2026-11-22')).toBe('none');
    expect(modeOf(catalogOf([publication(), ended]), WENLIN)).toBe('accept');
  });
  test('narrowing never widens, whatever a street has published', () => {
    const rule = fc.record({
      matterId: fc.constant('m1'),
      tier: fc.constantFrom(...TIERS),
      mode: fc.constantFrom(...MODES),
      decideAt: fc.constantFrom(...TIERS),
      offlineAllowed: fc.boolean(),
      unit: fc.constantFrom(undefined, STREET, WENLIN, CUIHU, DISTRICT),
    });
    const toRow = ({ unit, ...rest }: { unit: string | undefined } & Omit<TierRule, 'unit'>): TierRule =>
      unit === undefined ? rest : { ...rest, unit };
    const rows = fc.array(rule.map(toRow), { maxLength: 6 });
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(STREET, OTHER_STREET, WENLIN), (set, narrowed, issuer) => {
        const district = [publication(), publication({ seq: 2, rows: set })];
        const before = catalogOf(district);
        const after = catalogOf([...district, publication({ seq: 3, issuer, rows: narrowed })]);
        for (const unit of before.units.keys()) {
          const was = effectiveRule(before, { unit, matterId: 'm1', day: DAY });
          const is = effectiveRule(after, { unit, matterId: 'm1', day: DAY });
          expect(modeRank(is.mode)).toBeLessThanOrEqual(modeRank(was.mode));
          expect(tierRank(is.decideAt)).toBeGreaterThanOrEqual(tierRank(was.decideAt));
          expect(was.offlineAllowed || !is.offlineAllowed).toBe(true);
        }
      }),
    );
  });
});

describe('a publication', () => {
  const proposal = (rows: TierRule[], changes = {}) => ({
    issuer: DISTRICT,
    effectiveFrom: '2026-12-01',
    document: 'No. 2',
    rows,
    ...changes,
  });
  const check = (given: ReturnType<typeof proposal>) => codesOf(checkPublication(catalogOf(), given, DAY));

  test('that devolves a decision is fine', () => {
    expect(check(proposal([row({ mode: 'decide', decideAt: 'community' })]))).toEqual([]);
  });
  test('needs a document, a day to come and a change', () => {
    expect(check(proposal([row()], { document: ' ', effectiveFrom: '2026-11-22' }))).toEqual([
      'document-missing',
      'date-in-past',
      'no-change',
    ]);
    expect(check(proposal([]))).toEqual(['no-change']);
    expect(check(proposal([], { effectiveFrom: '2026-02-30' }))).toEqual(['date-invalid']);
  });
  test('may not let a tier decide below where the matter may end', () => {
    expect(check(proposal([row({ mode: 'decide' })]))).toEqual(['decide-above']);
    const street = proposal([row({ mode: 'decide', unit: WENLIN })], { issuer: STREET });
    const [found] = checkPublication(catalogOf(), street, DAY);
    expect(found?.params).toMatchObject({ tier: 'community', unit: WENLIN, decideAt: 'district' });
  });
  test('of a street may narrow its own, not widen, and not touch others', () => {
    const street = (given: TierRule) => check(proposal([given], { issuer: STREET }));
    expect(street(row({ unit: WENLIN, mode: 'guide' }))).toEqual([]);
    expect(street(row({ unit: STREET, mode: 'none' }))).toEqual([]);
    expect(street(row({ unit: WENLIN, mode: 'decide', decideAt: 'community' }))).toContain('rule-widens');
    expect(street(row({ unit: OTHER_STREET, mode: 'none' }))).toContain('out-of-scope');
    expect(street(row({ mode: 'none' }))).toContain('out-of-scope');
    expect(street(row({ unit: WENLIN, tier: 'street', mode: 'none' }))).toContain('out-of-scope');
  });
  test('may not leave a matter accepted that nobody decides', () => {
    expect(check(proposal([row({ tier: 'district', mode: 'accept' })]))).toEqual(['no-decider']);
    const none = TIERS.map((tier) => row({ tier, mode: 'none' }));
    expect(check(proposal(none))).toEqual([]);
  });
  test('names an unknown matter', () => {
    expect(check(proposal([row({ matterId: 'm9', mode: 'none' })]))).toContain('matter-unknown');
  });
});

test('the newest version of a matter in force is offered, guidance included, by units that are on', () => {
  const second = { ...matter, version: 2, effectiveFrom: '2026-12-01' };
  const catalog = catalogOf(undefined, [matter, second]);
  expect(matterVersionOn(catalog, 'm1', DAY)?.version).toBe(1);
  expect(matterVersionOn(catalog, 'm1', '2026-12-01')?.version).toBe(2);
  expect(matterVersionOn(catalog, 'm1', '2025-12-31')).toBeUndefined();
  expect(offeredMatters(catalog, WENLIN, DAY).map((found) => found.rule.mode)).toEqual(['accept']);
  const units = new Map(catalog.units).set(WENLIN, {
    code: WENLIN,
    name: '',
    display: '',
    tier: 'community',
    parent: STREET,
    active: false,
  });
  expect(offeredMatters({ ...catalog, units }, WENLIN, DAY)).toEqual([]);
});
