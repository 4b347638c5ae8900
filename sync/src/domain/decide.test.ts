import { describe, expect, it } from 'vitest';
import {
  COMMUNITY,
  DISTRICT,
  HUB,
  NOW,
  OTHER_COMMUNITY,
  PAYLOADS,
  STREET,
  makeAction,
  makeActor,
  makeBody,
  makeCase,
  makeCatalog,
  makeMatter,
  makeRows,
} from '../testing/factories.ts';
import type { BodyOverrides } from '../testing/factories.ts';
import type { ActionKind, SignedAction } from './action.ts';
import type { CatalogEntry } from './catalog.ts';
import { allowedActions } from './allowed-actions.ts';
import { decide } from './decide.ts';
import { fold } from './fold.ts';
import type { Actor, CaseState } from './state.ts';

const DAY = 86_400_000;
const clerk = makeActor();
const district = makeActor({ staffId: 'zhaom', unit: DISTRICT, roles: ['clerk', 'reviewer', 'approver'] });
const leader = makeActor({ staffId: 'qianw', unit: DISTRICT, roles: ['reviewer', 'leader'] });

function log(...steps: [ActionKind, BodyOverrides<ActionKind>?][]): CaseState {
  const actions = steps.map(([kind, overrides], index): SignedAction =>
    makeAction(kind, { id: `device01.${String(index + 1)}`, ...overrides }),
  );
  return fold(makeCase(actions));
}

const received = log(['draft'], ['receive']);
const accepted = log(['draft'], ['receive'], ['accept']);
const atDistrict = (...more: [ActionKind, BodyOverrides<ActionKind>?][]): CaseState =>
  log(['draft'], ['receive'], ['accept'], ['forward', { payload: { to: DISTRICT } }], ...more);

interface Try {
  actor?: Actor;
  now?: number;
  catalog?: ReturnType<typeof makeCatalog>;
  payload?: object;
}

/** The code of the refusal, or 'ok'. */
function attempt(
  state: CaseState,
  kind: ActionKind,
  { actor = clerk, now = NOW, catalog, payload }: Try = {},
) {
  const by = { staffId: actor.staffId, name: actor.staffId, unit: actor.unit };
  const body = makeBody(kind, {
    by,
    at: now,
    ...(payload === undefined ? {} : { payload: { ...PAYLOADS[kind], ...payload } }),
  });
  const verdict = decide(state, body, { actor, now, catalog: catalog ?? makeCatalog() });
  return verdict.ok ? 'ok' : verdict.problem.code;
}

describe('intake', () => {
  const draft = log(['draft']);

  it('takes the number of its own unit and terminal only', () => {
    expect(attempt(draft, 'receive')).toBe('ok');
    for (const caseNo of ['001001-261123-A1-0001', 'x', '001013-261323-A1-0001']) {
      expect(attempt(draft, 'receive', { payload: { caseNo } })).toBe('case-number-invalid');
    }
  });

  it('asks for a known version in force on the day of receipt', () => {
    const pin = { ...PAYLOADS.receive.matter, version: 9 };
    expect(attempt(draft, 'receive', { payload: { matter: pin } })).toBe('matter-unknown');
    const future = makeCatalog({ matters: [makeMatter({ effectiveFrom: '2027-01-01' })] });
    expect(attempt(draft, 'receive', { catalog: future })).toBe('matter-not-in-force');
  });

  it('refuses a pin on rules nobody has published', () => {
    const pin = { ...PAYLOADS.receive.matter, rules: 99 };
    expect(attempt(draft, 'receive', { payload: { matter: pin } })).toBe('matter-unknown');
  });

  it('is not for a unit that may only guide', () => {
    const catalog = makeCatalog({ rows: makeRows({ community: { mode: 'guide' } }) });
    expect(attempt(log(), 'draft', { catalog })).toBe('ok');
    expect(attempt(draft, 'receive', { catalog })).toBe('mode-too-low');
  });
});

describe('acceptance', () => {
  const row = (code: string, need: 'required' | 'deferrable' | 'optional') => ({
    code,
    name: code,
    en: code,
    need,
  });
  const catalog = makeCatalog({
    matters: [
      makeMatter({ materials: [row('id', 'required'), row('photo', 'deferrable'), row('x', 'optional')] }),
    ],
  });
  const entry = (code: string) => ({ code, name: code, state: 'received' as const });
  const withPapers = (...codes: string[]) =>
    log(['draft'], ['receive', { payload: { ...PAYLOADS.receive, materials: codes.map(entry) } }]);

  it('waits for required papers, and for a due date of the deferrable ones', () => {
    const photo = { payload: { deferred: [{ code: 'photo', due: '2026-12-07' }] }, catalog };
    expect(attempt(withPapers('photo'), 'accept', { catalog })).toBe('material-missing');
    expect(attempt(withPapers('id'), 'accept', { catalog })).toBe('material-missing');
    expect(attempt(withPapers('id'), 'accept', photo)).toBe('ok');
    expect(attempt(withPapers('id', 'photo'), 'accept', { catalog })).toBe('ok');
  });

  it('defers nothing else', () => {
    const deferred = (code: string, due: string) => ({ payload: { deferred: [{ code, due }] }, catalog });
    expect(attempt(withPapers('id', 'photo'), 'accept', deferred('x', '2026-12-07'))).toBe('field-invalid');
    expect(attempt(withPapers('id'), 'accept', deferred('photo', '2026-02-30'))).toBe('date-invalid');
    expect(attempt(withPapers('id'), 'accept', deferred('photo', '2026-11-01'))).toBe('date-in-past');
  });

  it('is deemed only after five working days of silence', () => {
    expect(attempt(received, 'deemAccept', { actor: HUB })).toBe('not-due');
    // Monday plus five working days is the next Monday, 17:00.
    const due = Date.parse('2026-11-30T17:00:00+08:00');
    expect(attempt(received, 'deemAccept', { actor: HUB, now: due })).toBe('not-due');
    expect(attempt(received, 'deemAccept', { actor: HUB, now: due + 60_000 })).toBe('ok');
    const noticed = log(['draft'], ['receive'], ['oneTimeNotice'], ['supplement']);
    expect(attempt(noticed, 'deemAccept', { actor: HUB, now: NOW + 30 * DAY })).toBe('not-due');
  });

  it('gives notice once, and in time', () => {
    const noticed = log(['draft'], ['receive'], ['oneTimeNotice'], ['supplement']);
    expect(attempt(received, 'oneTimeNotice')).toBe('ok');
    expect(attempt(noticed, 'oneTimeNotice')).toBe('already-there');
    expect(attempt(received, 'oneTimeNotice', { now: NOW + 30 * DAY })).toBe('too-late');
  });
});

describe('moving between tiers', () => {
  it('forwards upward on the unit’s own path only', () => {
    for (const to of [STREET, DISTRICT]) expect(attempt(accepted, 'forward', { payload: { to } })).toBe('ok');
    for (const to of [COMMUNITY, OTHER_COMMUNITY, '999999999999']) {
      expect(attempt(accepted, 'forward', { payload: { to } })).toBe('bad-target');
    }
  });

  it('forwards by itself only where the rule says so', () => {
    const automatic = makeCatalog({ rows: makeRows({ community: { autoForward: true } }) });
    expect(attempt(accepted, 'forward', { actor: HUB })).toBe('role-missing');
    expect(attempt(accepted, 'forward', { actor: HUB, catalog: automatic })).toBe('ok');
  });

  it('returns to a unit the case came through', () => {
    expect(attempt(atDistrict(), 'returnDown', { actor: district })).toBe('ok');
    expect(attempt(atDistrict(), 'returnDown', { actor: district, payload: { to: STREET } })).toBe(
      'bad-target',
    );
  });

  it('refuses the second of two devices and names the first', () => {
    const first = { actionId: 'device01.3', name: '杨晓梅' };
    const body = makeBody('accept', { id: 'device02.1' });
    const context = { actor: clerk, now: NOW, catalog: makeCatalog() };
    expect(decide(accepted, body, context)).toMatchObject({
      problem: { code: 'wrong-status', params: { byAction: first.actionId, byName: first.name } },
    });
    expect(decide(atDistrict(), makeBody('forward', { id: 'device02.1' }), context)).toMatchObject({
      problem: { code: 'not-holder', params: { holder: DISTRICT, byAction: 'device01.4' } },
    });
  });

  it('lets a stranger neither write nor move, and nobody in another’s name', () => {
    const stranger = makeActor({ unit: OTHER_COMMUNITY });
    expect(attempt(accepted, 'note', { actor: stranger })).toBe('not-a-party');
    expect(attempt(accepted, 'forward', { actor: stranger })).toBe('not-holder');
    const forged = makeBody('note', { by: { staffId: 'other', name: 'x', unit: COMMUNITY } });
    expect(decide(accepted, forged, { actor: clerk, now: NOW, catalog: makeCatalog() })).toMatchObject({
      problem: { code: 'out-of-scope' },
    });
  });
});

describe('decision', () => {
  const both = makeActor({ roles: ['clerk', 'approver'] });
  const local = makeRows({ community: { mode: 'decide', decideAt: 'community' } });

  it('is taken where the pinned rule lets it end', () => {
    expect(attempt(accepted, 'approve', { actor: both })).toBe('mode-too-low');
    expect(attempt(atDistrict(), 'approve', { actor: district })).toBe('ok');
  });

  it('is not the acceptor’s, but for an instant matter decided here', () => {
    const colleague = makeActor({ staffId: 'chensy', roles: ['approver'] });
    const promised = makeCatalog({ rows: local });
    const instant = makeCatalog({ rows: local, matters: [makeMatter({ instant: true })] });
    expect(attempt(accepted, 'approve', { actor: both, catalog: promised })).toBe('acceptor-approves');
    expect(attempt(accepted, 'approve', { actor: both, catalog: instant })).toBe('ok');
    expect(attempt(accepted, 'approve', { actor: colleague, catalog: promised })).toBe('ok');
  });

  it('cannot be concluded while a deferred material is owed', () => {
    const gap = { payload: { deferred: [{ code: 'photo', due: '2026-12-07' }] } };
    const steps: [ActionKind, BodyOverrides<ActionKind>?][] = [['draft'], ['receive'], ['accept', gap]];
    const owed = log(...steps, ['approve']);
    const supplied = log(...steps, ['approve'], ['supplyDeferred']);
    const turnedDown = log(...steps, ['reject']);
    expect(attempt(owed, 'conclude', { actor: HUB })).toBe('deferral-outstanding');
    expect(attempt(owed, 'supplyDeferred')).toBe('ok');
    expect(attempt(supplied, 'supplyDeferred')).toBe('already-there');
    expect(attempt(supplied, 'conclude', { actor: HUB })).toBe('ok');
    expect(attempt(turnedDown, 'conclude', { actor: HUB })).toBe('ok');
  });
});

describe('suspension and extension', () => {
  const asked = atDistrict(['askSuspend', { by: { staffId: 'zhaom', name: '赵敏', unit: DISTRICT } }]);
  const suspended = atDistrict(['askSuspend'], ['suspend']);

  it('is asked by one and granted by another', () => {
    expect(attempt(atDistrict(), 'suspend', { actor: leader })).toBe('no-request');
    expect(attempt(asked, 'suspend', { actor: leader })).toBe('ok');
    const alone = makeActor({ ...leader, staffId: 'zhaom' });
    expect(attempt(asked, 'suspend', { actor: alone })).toBe('same-person');
    expect(attempt(asked, 'askSuspend', { actor: district })).toBe('already-there');
  });

  it('is ended by a reviewer at any time, by the hub on the planned day', () => {
    expect(attempt(suspended, 'resume', { actor: district })).toBe('ok');
    expect(attempt(suspended, 'resume', { actor: HUB })).toBe('not-due');
    const planned = Date.parse('2026-12-01T00:00:00+08:00');
    expect(attempt(suspended, 'resume', { actor: HUB, now: planned })).toBe('ok');
  });

  it('extends once, by whole days', () => {
    expect(attempt(atDistrict(), 'extend', { actor: leader })).toBe('ok');
    expect(attempt(atDistrict(['extend']), 'extend', { actor: leader })).toBe('already-extended');
    expect(attempt(atDistrict(), 'extend', { actor: leader, payload: { days: 0 } })).toBe('field-invalid');
  });

  it('is extended by the leader, who answers whoever asked, and not himself', () => {
    const wanted = atDistrict(['askExtend', { by: { staffId: 'zhaom', name: '赵敏', unit: DISTRICT } }]);
    expect(attempt(atDistrict(), 'askExtend', { actor: district })).toBe('ok');
    expect(attempt(atDistrict(), 'askExtend', { actor: district, payload: { days: 0 } })).toBe(
      'field-invalid',
    );
    expect(attempt(wanted, 'askExtend', { actor: district })).toBe('already-there');
    expect(attempt(atDistrict(['extend']), 'askExtend', { actor: district })).toBe('already-extended');
    for (const kind of ['extend', 'refuseExtend'] as const) {
      expect(attempt(wanted, kind, { actor: leader })).toBe('ok');
      expect(attempt(wanted, kind, { actor: makeActor({ ...leader, staffId: 'zhaom' }) })).toBe(
        'same-person',
      );
    }
    expect(attempt(atDistrict(), 'refuseExtend', { actor: leader })).toBe('no-request');
    expect(attempt(atDistrict(['askExtend'], ['refuseExtend']), 'askExtend', { actor: district })).toBe('ok');
    expect(atDistrict(['askExtend'], ['extend'])).toMatchObject({ extendedDays: 10 });
    expect(atDistrict(['askExtend'], ['extend']).extensionAsked).toBeUndefined();
    expect(atDistrict(['askExtend'], ['returnDown']).extensionAsked).toBeUndefined();
  });
});

describe('whose desk it lies on', () => {
  const colleague = (staffId: string, change: object = {}): CatalogEntry => ({
    kind: 'staff',
    staff: {
      staffId,
      name: staffId,
      unit: COMMUNITY,
      roles: ['clerk'],
      position: { zh: '窗口', en: 'Window' },
      active: true,
      ...change,
    },
  });
  const catalog = makeCatalog({
    entries: [
      colleague('chensy'),
      colleague('gone', { active: false }),
      colleague('elsewhere', { unit: DISTRICT }),
      colleague('audit', { roles: ['auditAdmin'] }),
    ],
  });
  const given = log(['draft'], ['receive'], ['assign']);

  it('is settled within the unit, with a reason, to somebody who works on cases there', () => {
    expect(attempt(received, 'assign', { catalog })).toBe('ok');
    expect(attempt(received, 'assign', { catalog, payload: { reason: ' ' } })).toBe('field-required');
    for (const to of ['gone', 'elsewhere', 'audit', 'nobody'])
      expect(attempt(received, 'assign', { catalog, payload: { to } })).toBe('not-a-colleague');
    expect(attempt(given, 'assign', { catalog })).toBe('not-a-colleague');
    expect(attempt(received, 'assign', { catalog, actor: district })).toBe('not-holder');
  });

  it('stays through what the unit does, and ends when the case goes elsewhere', () => {
    expect(given).toMatchObject({ status: 'received', assignedTo: 'chensy' });
    expect(log(['draft'], ['receive'], ['assign'], ['accept']).assignedTo).toBe('chensy');
    expect(log(['draft'], ['receive'], ['assign'], ['accept'], ['forward']).assignedTo).toBeUndefined();
  });

  it('is no move: it changes no status and bars nobody', () => {
    expect(given.lastMove).toEqual(received.lastMove);
    expect(attempt(given, 'accept', { catalog })).toBe('ok');
  });
});

it('wants words where the table wants them, and not too many', () => {
  expect(attempt(received, 'refuse', { payload: { reason: '  ' } })).toBe('field-required');
  expect(attempt(received, 'oneTimeNotice', { payload: { defects: [] } })).toBe('field-required');
  expect(attempt(received, 'oneTimeNotice', { payload: { defects: ['a', ''] } })).toBe('field-required');
  expect(attempt(received, 'note', { payload: { text: 'x'.repeat(2_001) } })).toBe('field-too-long');
});

describe('what is offered', () => {
  const context = { actor: clerk, now: NOW, catalog: makeCatalog() };

  it('is what would be accepted, with the next step first in mind', () => {
    expect(allowedActions(received, context)).toMatchObject({ primary: 'accept' });
    const offers = allowedActions(accepted, context);
    expect(offers).toMatchObject({ primary: 'forward', forwardTo: [STREET, DISTRICT], returnTo: [] });
    expect(offers.missing).toBeUndefined();
    expect(offers.kinds).toEqual(['forward', 'withdraw', 'note']);
  });

  it('says why the expected step is missing', () => {
    expect(allowedActions(atDistrict(), context)).toMatchObject({
      primary: 'approve',
      missing: { code: 'not-holder', params: { holder: DISTRICT } },
    });
    expect(allowedActions(atDistrict(), { ...context, actor: leader })).toMatchObject({
      missing: { code: 'role-missing', params: { roles: 'approver' } },
    });
  });

  it('is nothing, and expects nothing, once a case is archived', () => {
    const archived = { ...accepted, status: 'archived' as const };
    expect(allowedActions(archived, context)).toEqual({ kinds: [], forwardTo: [], returnTo: [] });
  });
});
