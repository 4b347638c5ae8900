import { describe, expect, it } from 'vitest';
import {
  COMMUNITY,
  HUB,
  NOW,
  PAYLOADS,
  PIN,
  OTHER_COMMUNITY,
  STREET,
  UNITS,
  makeActor,
  makeBody,
  makeCatalog,
  makeRows,
} from '../testing/factories.ts';
import { ROLES, STATUSES } from './action.ts';
import type { ActionKind, CaseStatus, Role } from './action.ts';
import { decide } from './decide.ts';
import { newCase } from './fold.ts';
import { ACTION_KINDS } from './lifecycle.ts';
import type { CaseState } from './state.ts';

const OPEN =
  'draft submitted preReviewed returnedToApplicant received correction accepted reviewing suspended external approved rejected concluded certified';

/** Written by hand from the specification's table, not from `lifecycle.ts`: kind → statuses, roles. */
const EXPECTED: Record<ActionKind, [statuses: string, roles: string]> = {
  draft: ['new', 'applicant clerk'],
  submit: ['draft', 'applicant'],
  preReviewPass: ['submitted', 'preReviewer approver'],
  preReviewReturn: ['submitted', 'preReviewer approver'],
  receive: ['draft preReviewed', 'clerk'],
  oneTimeNotice: ['received', 'clerk'],
  supplement: ['correction', 'clerk'],
  accept: ['received', 'clerk'],
  refuse: ['received', 'clerk'],
  deemAccept: ['received', 'hub'],
  forward: ['accepted reviewing', 'clerk reviewer hub'],
  returnDown: ['reviewing', 'reviewer'],
  askSuspend: ['reviewing', 'reviewer'],
  suspend: ['reviewing', 'leader'],
  resume: ['suspended', 'reviewer hub'],
  askExtend: ['reviewing', 'clerk reviewer'],
  extend: ['reviewing', 'leader'],
  refuseExtend: ['reviewing', 'leader'],
  handOff: ['reviewing', 'hub'],
  externalResult: ['external', 'hub reviewer'],
  approve: ['accepted reviewing', 'approver'],
  reject: ['accepted reviewing', 'approver'],
  conclude: ['approved rejected', 'hub approver'],
  certify: ['concluded', 'issuer'],
  deliver: ['concluded certified', 'issuer clerk'],
  rate: ['delivered', 'applicant'],
  archive: ['refused delivered rated withdrawn terminated', 'hub'],
  withdraw: [
    'draft submitted preReviewed returnedToApplicant received correction accepted reviewing suspended external',
    'clerk',
  ],
  terminate: [OPEN, 'leader'],
  // Anyone of a party unit; the hub is no unit, and the district is no party of this case.
  note: [OPEN, ROLES.filter((role) => role !== 'hub').join(' ')],
  // Whoever works at the holding unit.
  assign: [OPEN, ROLES.filter((role) => role !== 'hub').join(' ')],
  supplyDeferred: ['accepted reviewing approved', 'clerk'],
  mergeUnit: [OPEN, 'hub'],
};

/** A street that may decide, and forwards by itself. */
const catalog = makeCatalog({
  rows: makeRows({ street: { mode: 'decide', decideAt: 'street', autoForward: true } }),
  entries: [
    {
      kind: 'staff',
      staff: {
        staffId: PAYLOADS.assign.to,
        name: '陈思远',
        unit: STREET,
        roles: ['clerk'],
        position: { zh: '综合窗口', en: 'Window' },
        active: true,
      },
    },
  ],
});

/** The community has been merged into its neighbour: the hub takes its cases there. */
const merged = makeCatalog({
  units: UNITS.map((unit) => (unit.code === COMMUNITY ? { ...unit, mergedInto: OTHER_COMMUNITY } : unit)),
});

/** The case as it would have to be if only status and role mattered. */
function caseIn(status: CaseStatus, kind: ActionKind): CaseState {
  return {
    ...newCase('01kb0000000000000000000001'),
    status,
    holder: STREET,
    origin: COMMUNITY,
    path: [COMMUNITY, STREET],
    parties: [COMMUNITY, STREET],
    ever: [COMMUNITY, STREET],
    matter: PIN,
    receivedAt: kind === 'deemAccept' ? Date.parse('2026-11-02T10:00:00+08:00') : NOW,
    acceptedBy: 'somebody-else',
    correlationId: 'c-1',
    suspensions: [{ from: NOW - 1, kind: 'hearing', plannedEnd: '2026-11-20' }],
    outstanding: kind === 'supplyDeferred' ? [{ code: 'photo', due: '2026-12-01' }] : [],
    ...(kind === 'refuseExtend'
      ? { extensionAsked: { by: 'somebody-else', days: 10, reason: '案情复杂' } }
      : {}),
    ...(kind === 'suspend'
      ? {
          suspensionAsked: { by: 'somebody-else', kind: 'hearing', reason: '听证', plannedEnd: '2026-12-01' },
        }
      : {}),
    lastMove: { actionId: 'device02.7', staffId: 'puyl', name: '普玉兰' },
  };
}

function bodyOf(kind: ActionKind, actor: { staffId: string; unit: string }) {
  const by = { staffId: actor.staffId, name: actor.staffId, unit: actor.unit };
  if (kind === 'receive') {
    return makeBody(kind, { by, payload: { ...PAYLOADS.receive, caseNo: '001000-261123-A1-0001' } });
  }
  return kind === 'forward'
    ? makeBody(kind, { by, payload: { to: '530102000000' } })
    : makeBody(kind, { by });
}

function ruling(status: CaseStatus, kind: ActionKind, role: Role) {
  const actor = role === 'hub' ? HUB : makeActor({ unit: STREET, roles: [role] });
  return decide(caseIn(status, kind), bodyOf(kind, actor), {
    actor,
    now: NOW,
    catalog: kind === 'mergeUnit' ? merged : catalog,
  });
}

describe.each(ACTION_KINDS)('%s', (kind) => {
  const [statuses, roles] = EXPECTED[kind].map((list) => list.split(' '));

  it.each(STATUSES)('from %s is allowed to exactly the roles of the table', (status) => {
    for (const role of ROLES) {
      const expected = statuses?.includes(status) === true && roles?.includes(role) === true;
      const verdict = ruling(status, kind, role);
      expect([role, verdict.ok, verdict]).toEqual([role, expected, expect.anything()]);
    }
  });

  it('in a status it does not start from names who moved the case before', () => {
    const status = STATUSES.find((one) => statuses?.includes(one) !== true) ?? 'archived';
    expect(ruling(status, kind, 'clerk')).toEqual({
      ok: false,
      problem: { code: 'wrong-status', params: { status, kind, byAction: 'device02.7', byName: '普玉兰' } },
    });
  });
});

it('the expectation covers every kind of action', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...ACTION_KINDS].sort());
});
