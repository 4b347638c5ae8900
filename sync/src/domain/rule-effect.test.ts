import { describe, expect, it } from 'vitest';
import {
  COMMUNITY,
  DISTRICT,
  MATTER_ID,
  makeCatalog,
  makeRows,
  OTHER_COMMUNITY,
  PIN,
  STREET,
} from '../testing/factories.ts';
import type { Mode, RulePublication, TierRule } from './catalog.ts';
import { concernOf, strandedProblem, type ConcernedCase } from './rule-effect.ts';
import type { CaseHead } from './state.ts';
import { checkPublication } from './tier-rules.ts';

const DAY = '2026-12-01';
const row = (tier: TierRule['tier'], mode: Mode, more: Partial<TierRule> = {}): TierRule => ({
  matterId: MATTER_ID,
  tier,
  mode,
  decideAt: 'street',
  offlineAllowed: true,
  ...more,
});
const proposal = (rows: TierRule[], issuer = DISTRICT) => ({
  issuer,
  effectiveFrom: DAY,
  document: 'D',
  rows,
});
const head = (change: Partial<CaseHead> = {}): CaseHead => ({
  status: 'submitted',
  matter: PIN,
  holder: COMMUNITY,
  ever: [COMMUNITY],
  parties: [COMMUNITY],
  ...change,
});
const catalog = makeCatalog({
  rows: makeRows({
    community: { mode: 'accept', decideAt: 'street' },
    street: { mode: 'decide', decideAt: 'street' },
    district: { mode: 'decide', decideAt: 'street' },
  }),
});
const concern = (rows: TierRule[], change?: Partial<CaseHead>): ConcernedCase | undefined =>
  concernOf(catalog, rows, { _id: 'c1', head: head(change) });

describe('a case is concerned', () => {
  it('by rows for its tier and for those it would go up to, and by no others', () => {
    expect(concern([row('community', 'guide')])).toMatchObject({
      unit: COMMUNITY,
      tier: 'community',
      stays: false,
    });
    expect(concern([row('street', 'accept')])).toBeDefined();
    expect(concern([row('community', 'guide', { unit: STREET })])).toBeDefined();
    expect(concern([row('community', 'guide', { unit: OTHER_COMMUNITY })])).toBeUndefined();
    expect(concern([row('community', 'guide', { matterId: 'another' })])).toBeUndefined();
    expect(concern([row('community', 'guide')], { holder: STREET })).toBeUndefined();
  });

  it('while it is open, and ends under the old rules once received', () => {
    expect(concern([row('community', 'guide')], { status: 'delivered' })).toBeUndefined();
    const received = { status: 'received', receivedAt: 1, caseNo: '001013-261123-A1-0001' } as const;
    expect(concern([row('community', 'guide')], received)).toMatchObject({
      stays: true,
      caseNo: received.caseNo,
    });
  });
});

describe('publishing is refused', () => {
  const cases = (...found: (ConcernedCase | undefined)[]): ConcernedCase[] =>
    found.flatMap((one) => one ?? []);

  it('when a case that waits to be received could no longer be, and names it', () => {
    const rows = [row('community', 'guide')];
    expect(strandedProblem(catalog, proposal(rows), cases(concern(rows)))).toEqual({
      code: 'case-stranded',
      params: { caseNo: 'c1', matterId: MATTER_ID, unit: COMMUNITY },
    });
  });

  it('not for what was received, nor for what could not be received before', () => {
    const rows = [row('community', 'guide')];
    const received = concern(rows, { status: 'received', receivedAt: 1 });
    expect(strandedProblem(catalog, proposal(rows), cases(received))).toBeUndefined();
    const guided = makeCatalog({ rows });
    expect(
      strandedProblem(guided, proposal([row('community', 'none')]), cases(concern(rows))),
    ).toBeUndefined();
    const decided = [row('community', 'decide', { decideAt: 'community' })];
    expect(strandedProblem(catalog, proposal(decided), cases(concern(decided)))).toBeUndefined();
  });

  it('when nobody could decide from a later day on, on which published rules take effect or these end', () => {
    const coming: RulePublication = {
      seq: 2,
      version: '2027.01-1',
      effectiveFrom: '2027-01-01',
      document: 'N',
      issuer: DISTRICT,
      rows: [row('street', 'accept')],
      publishedBy: [],
      publishedAt: 0,
    };
    const known = { ...catalog, publications: [...catalog.publications, coming] };
    const guided = proposal([row('district', 'guide')]);
    expect(checkPublication(catalog, guided, DAY)).toEqual([]);
    expect(checkPublication(known, guided, DAY)).toEqual([
      { code: 'no-decider', params: { matterId: MATTER_ID, day: '2027-01-01' } },
    ]);
    // Over before the other begins: then the district decides again.
    expect(checkPublication(known, { ...guided, effectiveTo: '2026-12-31' }, DAY)).toEqual([]);
  });

  it('when a street has narrowed what the district relies on, and names the street', () => {
    const narrowing: RulePublication = {
      seq: 2,
      version: '2026.11-2',
      effectiveFrom: '2026-11-01',
      document: 'S',
      issuer: STREET,
      rows: [row('street', 'accept', { unit: STREET })],
      publishedBy: [],
      publishedAt: 0,
    };
    const narrowed = { ...catalog, publications: [...catalog.publications, narrowing] };
    const rows = [row('district', 'guide')];
    const refusals = (of: typeof catalog) => checkPublication(of, proposal(rows), '2026-11-23');
    expect(refusals(narrowed)).toEqual([
      { code: 'narrowing-contradicted', params: { matterId: MATTER_ID, unit: STREET, day: DAY } },
    ]);
    expect(refusals(catalog)).toEqual([]);
  });
});
