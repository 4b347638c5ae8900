import { describe, expect, it } from 'vitest';
import type { Catalog, Mode, RuleCondition, TierRule, Unit } from './catalog.ts';
import type { Cell, RuleDraft } from './draft-base.ts';
import {
  affectedUnits,
  checkDraft,
  columnsOf,
  conditionAt,
  decideAtOf,
  draftOfRows,
  modeAt,
  newDraft,
  ownConditionAt,
  revertCell,
  revertFlag,
  rowsOf,
  setCells,
  setConditions,
  summaryOf,
  undo,
} from './rule-draft.ts';
import { effectiveRule } from './tier-rules.ts';

const DISTRICT = '530102000000';
const STREET = '530102001000';
const WENLIN = '530102001013';
const CUIHU = '530102001014';
const TODAY = '2026-11-23';

function unit(code: string, tier: Unit['tier'], parent: string | null): [string, Unit] {
  return [code, { code, name: code, display: code, tier, parent, active: true }];
}

function rows(modes: [Mode, Mode, Mode], decideAt: TierRule['decideAt']): TierRule[] {
  const common = { matterId: 'M1', decideAt, offlineAllowed: true };
  return [
    { ...common, tier: 'community', mode: modes[0] },
    { ...common, tier: 'street', mode: modes[1] },
    { ...common, tier: 'district', mode: modes[2] },
  ];
}

function catalog(published: TierRule[] = rows(['guide', 'decide', 'decide'], 'street')): Catalog {
  return {
    units: new Map([
      unit(DISTRICT, 'district', null),
      unit(STREET, 'street', DISTRICT),
      unit(WENLIN, 'community', STREET),
      unit(CUIHU, 'community', STREET),
    ]),
    matters: new Map([['M1', []]]),
    publications: [
      {
        seq: 1,
        version: '2026.11-1',
        effectiveFrom: '2026-11-01',
        document: 'D1',
        issuer: DISTRICT,
        rows: published,
        publishedBy: ['hewj', 'sunl'],
        publishedAt: 0,
      },
    ],
    calendars: new Map(),
    offices: new Map(),
    devices: new Map(),
    staff: new Map(),
    settings: {
      district: DISTRICT,
      officeHours: { opensAt: 540, closesAt: 1020 },
      deferralDays: 10,
      noticeDays: 5,
      yellowShare: 0.2,
      hotline: '12345',
    },
  };
}

const at = (tier: Cell['tier'], unitCode?: string): Cell => ({
  matterId: 'M1',
  tier,
  ...(unitCode !== undefined && { unit: unitCode }),
});
const draftBy = (issuer: string): RuleDraft => ({
  ...newDraft({ issuer, version: '2026.12-1', effectiveFrom: '2026-12-01' }),
  document: '五政管〔2026〕18号',
});
const set = (known: Catalog, draft: RuleDraft, cell: Cell, mode: Mode): RuleDraft =>
  setCells(known, draft, { cells: [cell], mode });

describe('the grid', () => {
  it('has the three tiers for the district, the street and its communities for a street, nothing for others', () => {
    expect(columnsOf(catalog(), DISTRICT).map(({ tier }) => tier)).toEqual([
      'community',
      'street',
      'district',
    ]);
    expect(columnsOf(catalog(), STREET).map((column) => column.unit)).toEqual([STREET, WENLIN, CUIHU]);
    expect(columnsOf(catalog(), WENLIN)).toEqual([]);
  });
});

describe('a draft', () => {
  it('shows what a changed cell was and becomes', () => {
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'accept');
    expect(summaryOf(catalog(), draft)).toEqual({
      changes: [{ ...at('community'), from: 'guide', to: 'accept', direction: 'widened' }],
      conditions: [],
      flags: [],
      widened: 1,
      narrowed: 0,
    });
    expect(modeAt(catalog(), draft, at('community'))).toBe('accept');
  });

  it('is no change any more when a cell is set back, reverted or undone', () => {
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'accept');
    expect(set(catalog(), draft, at('community'), 'guide').cells).toEqual({});
    expect(revertCell(draft, at('community')).cells).toEqual({});
    expect(undo(draft).cells).toEqual({});
    expect(undo(undo(draft)).cells).toEqual({});
  });

  it('takes back several cells set at once in one step', () => {
    const cells = [at('community'), at('street')];
    const draft = setCells(catalog(), draftBy(DISTRICT), { cells, mode: 'accept' });
    expect(summaryOf(catalog(), draft)).toMatchObject({ widened: 1, narrowed: 1 });
    expect(undo(draft).cells).toEqual({});
  });

  it('moves the deciding tier with its cells, in all rows of the matter', () => {
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'decide');
    expect(decideAtOf(catalog(), draft, 'M1')).toBe('community');
    expect(rowsOf(catalog(), draft).map(({ tier, decideAt }) => [tier, decideAt])).toEqual([
      ['community', 'community'],
      ['street', 'community'],
      ['district', 'community'],
    ]);
    const raised = set(catalog(), draftBy(DISTRICT), at('street'), 'accept');
    expect(decideAtOf(catalog(), raised, 'M1')).toBe('district');
  });

  it('takes effect as drawn once it is published', () => {
    const known = catalog();
    const draft = set(known, draftBy(DISTRICT), at('community'), 'decide');
    const [first] = known.publications;
    if (first === undefined) throw new Error('a publication was given');
    const second = { ...first, seq: 2, effectiveFrom: '2026-12-01', rows: rowsOf(known, draft) };
    const next = { ...known, publications: [first, second] };
    const query = { unit: WENLIN, matterId: 'M1' };
    expect(effectiveRule(next, { ...query, day: '2026-11-30' }).mode).toBe('guide');
    expect(effectiveRule(next, { ...query, day: '2026-12-01' })).toMatchObject({
      mode: 'decide',
      decideAt: 'community',
    });
    expect(summaryOf(next, draft).changes).toEqual([]);
  });

  it('comes back from the rows it was saved as', () => {
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'decide');
    const again = draftOfRows(catalog(), draftBy(DISTRICT), rowsOf(catalog(), draft));
    expect(again.cells).toEqual(draft.cells);
  });

  it('names the units whose offer changes', () => {
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'accept');
    expect(affectedUnits(catalog(), draft).map(({ code }) => code)).toEqual([WENLIN, CUIHU]);
  });
});

describe('checking a draft', () => {
  const codes = (draft: RuleDraft): string[] => checkDraft(catalog(), draft, TODAY).map(({ code }) => code);

  it('has nothing against a complete one', () => {
    expect(codes(set(catalog(), draftBy(DISTRICT), at('community'), 'accept'))).toEqual([]);
  });

  it('asks for a change, a document and a day that is not over', () => {
    expect(codes(draftBy(DISTRICT))).toEqual(['no-change']);
    const draft = set(catalog(), draftBy(DISTRICT), at('community'), 'accept');
    expect(codes({ ...draft, document: ' ' })).toContain('document-missing');
    expect(codes({ ...draft, effectiveFrom: '2026-11-22' })).toContain('date-in-past');
    expect(codes({ ...draft, effectiveFrom: '2026-13-01' })).toContain('date-invalid');
  });

  it('wants somebody to decide', () => {
    const cells = [at('street'), at('district')];
    const draft = setCells(catalog(), draftBy(DISTRICT), { cells, mode: 'accept' });
    expect(codes(draft)).toContain('no-decider');
  });

  it('lets a street narrow its communities', () => {
    const draft = set(catalog(), draftBy(STREET), at('community', WENLIN), 'none');
    expect(codes(draft)).toEqual([]);
    expect(rowsOf(catalog(), draft)).toEqual([
      { ...at('community', WENLIN), mode: 'none', decideAt: 'street', offlineAllowed: true },
    ]);
    expect(affectedUnits(catalog(), draft).map(({ code }) => code)).toEqual([WENLIN]);
  });

  it('refuses a street that widens, naming the cell', () => {
    const draft = set(catalog(), draftBy(STREET), at('community', WENLIN), 'accept');
    expect(checkDraft(catalog(), draft, TODAY)).toContainEqual({
      code: 'rule-widens',
      params: { unit: WENLIN, matterId: 'M1', tier: 'community' },
    });
  });
});

describe('the conditions of a draft', () => {
  const RESIDENCE: RuleCondition = { text: '户籍在本辖区', en: 'Registered here', residence: true };
  const GROUP: RuleCondition = { text: '10 人起转后台', maxHeadCount: 10 };
  const all = [at('community'), at('street'), at('district')];
  const published = catalog(
    rows(['guide', 'decide', 'decide'], 'street').map((row) => ({ ...row, condition: RESIDENCE })),
  );

  it('are one change for all tiers in which the same becomes the same', () => {
    const draft = setConditions(published, draftBy(DISTRICT), { cells: all, condition: GROUP });
    expect(summaryOf(published, draft)).toEqual({
      changes: [],
      flags: [],
      conditions: [
        { matterId: 'M1', columns: all.map(({ tier }) => ({ tier })), from: RESIDENCE, to: GROUP },
      ],
      widened: 0,
      narrowed: 0,
    });
    expect(rowsOf(published, draft).map(({ tier, mode, condition }) => [tier, mode, condition])).toEqual([
      ['community', 'guide', GROUP],
      ['street', 'decide', GROUP],
      ['district', 'decide', GROUP],
    ]);
    expect(affectedUnits(published, draft)).toHaveLength(4);
  });

  it('may be taken away, for one tier alone', () => {
    const draft = setConditions(published, draftBy(DISTRICT), {
      cells: [at('street')],
      condition: undefined,
    });
    expect(rowsOf(published, draft)).toEqual([
      { matterId: 'M1', tier: 'street', mode: 'decide', decideAt: 'street', offlineAllowed: true },
    ]);
    expect(checkDraft(published, draft, TODAY)).toEqual([]);
  });

  it('are no change any more when they are set back or undone', () => {
    const draft = setConditions(published, draftBy(DISTRICT), { cells: all, condition: GROUP });
    expect(setConditions(published, draft, { cells: all, condition: { ...RESIDENCE } }).conditions).toEqual(
      {},
    );
    expect(undo(draft).conditions).toEqual({});
  });

  it('go with a change of mode, and come back from the rows they were saved as', () => {
    const moved = set(published, draftBy(DISTRICT), at('community'), 'accept');
    expect(rowsOf(published, moved)).toMatchObject([{ tier: 'community', condition: RESIDENCE }]);
    const draft = setConditions(published, moved, { cells: [at('community')], condition: GROUP });
    const again = draftOfRows(published, draftBy(DISTRICT), rowsOf(published, draft));
    expect(again).toMatchObject({ cells: draft.cells, conditions: draft.conditions });
  });

  it('of a street are added to those of the district, which its rows do not repeat', () => {
    const cell = at('community', WENLIN);
    const draft = setConditions(published, draftBy(STREET), { cells: [cell], condition: GROUP });
    expect(ownConditionAt(published, draft, cell)).toEqual(GROUP);
    expect(conditionAt(published, draft, cell)).toEqual({
      text: '户籍在本辖区；10 人起转后台',
      en: 'Registered here; 10 人起转后台',
      residence: true,
      maxHeadCount: 10,
    });
    expect(rowsOf(published, draft)).toMatchObject([{ ...cell, mode: 'guide', condition: GROUP }]);
    const narrowed = set(published, draftBy(STREET), cell, 'none');
    expect(rowsOf(published, narrowed)[0]?.condition).toBeUndefined();
  });
});

describe('how a cell is handled', () => {
  const published = catalog(rows(['accept', 'decide', 'decide'], 'street'));
  const street = at('street');
  const flags = { offlineAllowed: true, autoForward: false, resultOffline: true };
  const draft = setConditions(published, draftBy(DISTRICT), { cells: [street], condition: undefined, flags });

  it('is a change of its own, in one step with the condition', () => {
    expect(summaryOf(published, draft)).toMatchObject({
      changes: [],
      conditions: [],
      flags: [{ columns: [{ tier: 'street' }], flag: 'resultOffline', to: true }],
    });
    expect(rowsOf(published, draft)).toEqual([
      {
        matterId: 'M1',
        tier: 'street',
        mode: 'decide',
        decideAt: 'street',
        offlineAllowed: true,
        resultOffline: true,
      },
    ]);
    expect(checkDraft(published, draft, TODAY)).toEqual([]);
    expect(undo(draft).flags).toEqual({});
  });

  it('goes with a change of mode, is left as in force, and comes back from the rows it was saved as', () => {
    const moved = set(published, draft, street, 'accept');
    expect(rowsOf(published, moved)).toContainEqual(
      expect.objectContaining({ tier: 'street', resultOffline: true }),
    );
    expect(draftOfRows(published, draftBy(DISTRICT), rowsOf(published, draft)).flags).toEqual(draft.flags);
    expect(revertFlag(published, draft, { cells: [street], flag: 'resultOffline' }).flags).toEqual({});
  });

  it('can be narrowed by a street and not widened', () => {
    const cell = at('street', STREET);
    const by = (wanted: typeof flags) =>
      checkDraft(
        published,
        setConditions(published, draftBy(STREET), { cells: [cell], condition: undefined, flags: wanted }),
        TODAY,
      ).map(({ code }) => code);
    expect(by({ ...flags, offlineAllowed: false, resultOffline: false })).toEqual([]);
    expect(by(flags)).toEqual(['rule-widens']);
  });
});
