import { describe, expect, it } from 'vitest';
import {
  COMMUNITY,
  DISTRICT,
  NOW,
  PAYLOADS,
  UNITS,
  makeAction,
  makeActor,
  makeBody,
  makeCase,
  makeCatalog,
  makeMatter,
  makeRows,
} from '../testing/factories.ts';
import { choicesOf, makeForm } from '../testing/forms.ts';
import type { ActionPayloads, FormValue } from './action.ts';
import type { RuleCondition, Unit } from './catalog.ts';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import type { MatterForm } from './form.ts';
import { offeredMatters } from './tier-rules.ts';
import type { Actor } from './state.ts';

const FORM = makeForm({
  headCount: { 'x-widget': 'integer' },
  residence: { 'x-widget': 'choice', oneOf: choicesOf('registered', 'resident', 'other') },
});
const drafted = fold(makeCase([makeAction('draft')]));
const reviewer = makeActor({ staffId: 'zhaom', unit: DISTRICT, roles: ['clerk', 'reviewer'] });
const districtClerk = makeActor({ staffId: 'zhangs', unit: DISTRICT, roles: ['clerk'] });

interface Try {
  condition?: RuleCondition;
  form?: Record<string, FormValue>;
  conditionMet?: true;
  payload?: Partial<ActionPayloads['receive']>;
  actor?: Actor;
  units?: Unit[];
  matterForm?: MatterForm;
}

function refusalOf({
  condition,
  form = {},
  conditionMet,
  payload,
  actor = makeActor(),
  units = UNITS,
  matterForm = FORM,
}: Try) {
  const row = condition === undefined ? {} : { condition };
  const catalog = makeCatalog({
    units,
    matters: [makeMatter({ form: matterForm })],
    rows: makeRows({ community: row, street: row, district: row }),
  });
  const caseNo = `${actor.unit.slice(6)}-261123-A1-0001`;
  const by = { staffId: actor.staffId, name: actor.staffId, unit: actor.unit };
  const body = makeBody('receive', {
    id: 'device01.2',
    by,
    payload: {
      ...PAYLOADS.receive,
      caseNo,
      form,
      ...(conditionMet === true && { conditionMet }),
      ...payload,
    },
  });
  const state = { ...drafted, holder: actor.unit, parties: [actor.unit] };
  const decision = decide(state, body, { actor, now: NOW, catalog });
  return decision.ok ? 'ok' : decision.problem;
}

describe('the condition of a rule', () => {
  const residence = { text: '户籍或常住地在本辖区', residence: true };

  it('is confirmed by the clerk, in the receipt that she signs', () => {
    expect(refusalOf({ condition: residence })).toEqual({
      code: 'condition-unmet',
      params: { condition: residence.text, field: 'condition' },
    });
    expect(refusalOf({ condition: residence, conditionMet: true })).toBe('ok');
    expect(refusalOf({})).toBe('ok');
  });

  it('of residence is not met by whoever lives elsewhere, whatever was confirmed', () => {
    const given = { condition: residence, conditionMet: true as const };
    expect(refusalOf({ ...given, form: { residence: 'other' } })).toEqual({
      code: 'condition-unmet',
      params: { condition: residence.text, field: 'form.residence' },
    });
    for (const answer of ['registered', 'resident'])
      expect(refusalOf({ ...given, form: { residence: answer } })).toBe('ok');
  });

  it('is that of the publication the case is pinned to', () => {
    const later = makeCatalog({
      entries: [
        {
          kind: 'rules',
          publication: {
            seq: 2,
            version: '2026.2-1',
            effectiveFrom: '2026-02-01',
            document: 'No. 2',
            issuer: DISTRICT,
            rows: makeRows({ community: { condition: residence } }),
            publishedBy: ['a', 'b'],
            publishedAt: 0,
          },
        },
      ],
    });
    const receiptUnder = (rules: number) =>
      decide(
        drafted,
        makeBody('receive', {
          payload: { ...PAYLOADS.receive, matter: { ...PAYLOADS.receive.matter, rules } },
        }),
        { actor: makeActor(), now: NOW, catalog: later },
      );
    expect(receiptUnder(1)).toEqual({ ok: true });
    expect(receiptUnder(2)).toMatchObject({ ok: false, problem: { code: 'condition-unmet' } });
  });
});

describe('a head-count', () => {
  const condition = { text: '申报人数≥10转后台', maxHeadCount: 10 };
  const given = (headCount: FormValue, actor?: Actor): Try => ({
    condition,
    conditionMet: true,
    form: { headCount },
    ...(actor === undefined ? {} : { actor }),
  });

  it('below the limit is any counter’s', () => {
    expect(refusalOf(given(9))).toBe('ok');
    expect(refusalOf(given(9, districtClerk))).toBe('ok');
  });

  it('from the limit on is the back office’s: a reviewer where the matter ends', () => {
    const sent = { code: 'back-office-needed', params: { count: 10, max: 10, field: 'form.headCount' } };
    expect(refusalOf(given(10))).toEqual(sent);
    expect(refusalOf(given(10, makeActor({ roles: ['clerk', 'reviewer'] })))).toEqual(sent);
    expect(refusalOf(given(10, districtClerk))).toEqual(sent);
    expect(refusalOf(given(10, reviewer))).toBe('ok');
  });

  it('that the form asks for cannot be left out', () => {
    for (const absent of [null, '12'])
      expect(refusalOf(given(absent))).toEqual({
        code: 'field-required',
        params: { field: 'form.headCount' },
      });
  });

  it('that is asked of organisations only is not asked of a person', () => {
    const ofOrganisations = makeForm({
      headCount: { 'x-widget': 'integer', 'x-when': [{ field: 'applicant.kind', is: ['organisation'] }] },
    });
    expect(refusalOf({ condition, conditionMet: true, matterForm: ofOrganisations })).toBe('ok');
  });
});

it('a matter for persons is not received for an organisation', () => {
  const applicant = { kind: 'organisation', name: '某公司', idNumber: '91350100M000100Y43' } as const;
  expect(refusalOf({ payload: { applicant } })).toEqual({
    code: 'field-invalid',
    params: { field: 'applicant.kind', expected: 'subject' },
  });
});

describe('a unit that is off', () => {
  const closed = (activeUntil?: string): Unit[] =>
    UNITS.map((unit) =>
      unit.code === COMMUNITY
        ? { ...unit, active: false, ...(activeUntil === undefined ? {} : { activeUntil }) }
        : unit,
    );

  it('receives nothing', () => {
    const refusal = { code: 'unit-inactive', params: { unit: COMMUNITY } };
    expect(refusalOf({ units: closed() })).toEqual(refusal);
    expect(refusalOf({ units: closed('2026-11-22') })).toEqual(refusal);
  });

  it('what it received on its last day stays good, however late it comes', () => {
    expect(refusalOf({ units: closed('2026-11-23') })).toBe('ok');
  });

  it('offers nothing after its last day', () => {
    const offers = (units: Unit[], day: string) =>
      offeredMatters(makeCatalog({ units }), COMMUNITY, day).length;
    expect(offers(closed('2026-11-23'), '2026-11-23')).toBe(1);
    expect(offers(closed('2026-11-23'), '2026-11-24')).toBe(0);
    expect(offers(closed(), '2026-11-23')).toBe(0);
  });
});
