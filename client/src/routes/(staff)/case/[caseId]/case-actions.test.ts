import { describe, expect, it } from 'vitest';
import type { Catalog, Mode, Unit } from '@sanji/sync/domain/catalog';
import { NO_FORM } from '@sanji/sync/domain/form';
import { newCase } from '@sanji/sync/domain/fold';
import type { CaseState } from '@sanji/sync/domain/state';
import { planOf } from './case-actions.ts';

const DISTRICT = '530102000000';
const STREET = '530102001000';
const WENLIN = '530102001013';
const NOW = Date.parse('2026-11-23T02:00:00Z');

function unit(code: string, tier: Unit['tier'], parent: string | null): [string, Unit] {
  return [code, { code, name: code, display: code, tier, parent, active: true }];
}

function catalog(community: Mode, decideAt: Unit['tier']): Catalog {
  const row = { matterId: 'M1', decideAt, offlineAllowed: true };
  return {
    units: new Map([
      unit(DISTRICT, 'district', null),
      unit(STREET, 'street', DISTRICT),
      unit(WENLIN, 'community', STREET),
    ]),
    matters: new Map([
      [
        'M1',
        [
          {
            matterId: 'M1',
            version: 1,
            effectiveFrom: '2026-01-01',
            basicCode: 'M1',
            name: { zh: '事', en: 'matter' },
            dept: 'hrss',
            category: { zh: '类', en: 'Category' },
            subject: ['person'],
            instant: false,
            legalDays: 20,
            promiseDays: 10,
            dayUnit: 'workday',
            materials: [],
            form: NO_FORM,
            serviceStandard: [],
            discretionRule: [],
            processStandard: [],
            defects: [],
            result: '',
            optional: false,
          },
        ],
      ],
    ]),
    publications: [
      {
        seq: 1,
        version: '1',
        effectiveFrom: '2026-01-01',
        document: 'd',
        issuer: DISTRICT,
        rows: [
          { ...row, tier: 'community', mode: community },
          { ...row, tier: 'street', mode: 'accept' },
          { ...row, tier: 'district', mode: 'decide' },
        ],
        publishedBy: [],
        publishedAt: 0,
      },
    ],
    calendars: new Map([[2026, { year: 2026, version: 1, issuer: '', holidays: [], makeUpDays: [] }]]),
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

function at(status: CaseState['status'], holder: string, change: Partial<CaseState> = {}): CaseState {
  const path = [WENLIN, holder].filter((code, index, all) => all.indexOf(code) === index);
  return {
    ...newCase('01'),
    status,
    holder,
    origin: WENLIN,
    path,
    parties: path,
    ever: path,
    matter: { matterId: 'M1', version: 1, rules: 1 },
    receivedAt: NOW - 3_600_000,
    ...change,
  };
}

function actor(unitCode: string, roles: string[], staffId = 's1') {
  const tier =
    unitCode === DISTRICT
      ? ('district' as const)
      : unitCode === STREET
        ? ('street' as const)
        : ('community' as const);
  return { staffId, unit: unitCode, tier, roles };
}

const plan = (state: CaseState, who: ReturnType<typeof actor>, known = catalog('accept', 'district')) =>
  planOf(state, { actor: who, now: NOW, catalog: known });

describe('the action card', () => {
  it('expects a clerk to accept what was received, and offers notice and refusal beside it', () => {
    const found = plan(at('received', WENLIN), actor(WENLIN, ['clerk', 'issuer']));
    expect(found.expected).toBe('accept');
    expect(found.others).toEqual(expect.arrayContaining(['oneTimeNotice', 'refuse', 'note', 'withdraw']));
    expect(found.missing).toBeUndefined();
  });

  it('expects forwarding where the matter is decided above, and says why approving is missing', () => {
    const found = plan(at('accepted', WENLIN, { acceptedBy: 's1' }), actor(WENLIN, ['clerk', 'approver']));
    expect(found.expected).toBe('forward');
    expect(found.missing).toMatchObject({ kind: 'approve', problem: { code: 'mode-too-low' } });
  });

  it('expects the decision at the tier that decides, but not of who accepted', () => {
    const decider = catalog('decide', 'community');
    const own = at('accepted', WENLIN, { acceptedBy: 's1' });
    expect(plan(own, actor(WENLIN, ['clerk', 'approver'], 's2'), decider).expected).toBe('approve');
    const found = plan(own, actor(WENLIN, ['clerk', 'approver'], 's1'), decider);
    expect(found.expected).toBeUndefined();
    expect(found.others).toContain('forward');
    expect(found.missing).toMatchObject({ kind: 'approve', problem: { code: 'acceptor-approves' } });
  });

  it('lets the community deliver what the district concluded', () => {
    const found = plan(at('certified', DISTRICT), actor(WENLIN, ['clerk']));
    expect(found.expected).toBe('deliver');
  });

  it('lets no other unit move a case, only note', () => {
    const found = plan(at('reviewing', STREET), actor(WENLIN, ['clerk']));
    expect(found).toMatchObject({ others: ['note'], missing: { problem: { code: 'not-holder' } } });
  });

  it('has a leader answer a request to suspend first', () => {
    const asked = { by: 's1', kind: 'expertReview', reason: 'r', plannedEnd: '2026-12-01' };
    const state = at('reviewing', STREET, { suspensionAsked: asked });
    expect(plan(state, actor(STREET, ['leader', 'reviewer'], 's2')).expected).toBe('suspend');
    expect(plan(state, actor(STREET, ['leader', 'reviewer'], 's1')).others).not.toContain('suspend');
  });

  it('has a leader answer a request to extend first, and offers to refuse it', () => {
    const asked = { by: 's1', days: 10, reason: 'r' };
    const state = at('reviewing', STREET, { extensionAsked: asked });
    const found = plan(state, actor(STREET, ['leader', 'reviewer'], 's2'));
    expect(found.expected).toBe('extend');
    expect(found.others).toContain('refuseExtend');
    const own = plan(state, actor(STREET, ['leader', 'reviewer'], 's1'));
    expect([own.expected, ...own.others]).not.toContain('extend');
  });

  it('offers nothing on a case that has ended', () => {
    expect(plan(at('terminated', WENLIN), actor(WENLIN, ['clerk', 'leader', 'approver']))).toEqual({
      others: [],
    });
  });
});
