import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addWorkdays } from '@sanji/sync/domain/calendar';
import { effectiveRule } from '@sanji/sync/domain/tier-rules';
import type { TierRule } from '@sanji/sync/domain/catalog';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let hewj: { cookie: string };
let sunl: { cookie: string };

beforeAll(async () => {
  hub = await startTestHub();
  [hewj, sunl] = await Promise.all([login(hub.url, 'hewj'), login(hub.url, 'sunl')]);
});
afterAll(() => hub.end());

const catalog = () => hub.hub.container.catalog.current();
const post = (path: string, headers: { cookie: string }, body: unknown = {}): Promise<Asked> =>
  ask(hub.url, `POST ${path}`, { body, headers });
const seqs = () => catalog().publications.map(({ seq }) => seq);

/** Opens to communities what the district alone decides, or the other way round: always a change. */
function change(effectiveFrom = '2026-12-01'): {
  version: string;
  effectiveFrom: string;
  document: string;
  rows: TierRule[];
} {
  const unit = [...catalog().staff.values()].find(({ staffId }) => staffId === 'yangxm')?.unit ?? '';
  for (const matterId of catalog().matters.keys()) {
    const rule = effectiveRule(catalog(), { unit, matterId, day: effectiveFrom });
    if (rule.mode !== 'accept') continue;
    const tiers = ['community', 'street', 'district'] as const;
    const rows = tiers.map((tier): TierRule => ({
      matterId,
      tier,
      mode: 'decide',
      decideAt: 'community',
      offlineAllowed: true,
    }));
    return { version: '2026.12-1', effectiveFrom, document: '五政办〔2026〕9号', rows };
  }
  throw new Error('nothing to change');
}

describe('rules', () => {
  test('are published by a second administrator, numbered, audited, and the stations are poked', async () => {
    const station = await TestStation.join(hub, 'yangxm');
    const before = seqs();
    const draft = await post('/api/rule-drafts', hewj, change());
    expect(draft).toMatchObject({ status: 201, body: { status: 'draft', createdBy: 'hewj' } });
    const path = `/api/rule-drafts/${String(draft.body['id'])}`;
    expect((await post(`${path}/publish`, sunl)).body['code']).toBe('wrong-status');
    expect((await post(`${path}/submit`, hewj)).body).toMatchObject({
      status: 'submitted',
      submittedBy: 'hewj',
    });
    expect(await post(`${path}/publish`, hewj)).toMatchObject({
      status: 403,
      body: { code: 'second-person-needed' },
    });
    expect(seqs()).toEqual(before);

    const { poke, close } = await station.nextPoke('catalog');
    const published = await post(`${path}/publish`, sunl);
    expect(published).toMatchObject({
      status: 201,
      body: { seq: before.length + 1, publishedBy: ['hewj', 'sunl'] },
    });
    await poke;
    close();
    expect((await ask(hub.url, 'GET /api/rule-drafts', { headers: hewj })).body).toEqual({ drafts: [] });
    const audit = await ask(hub.url, 'GET /api/audit?kind=rules-published&verify=true', {
      headers: await login(hub.url, 'wug'),
    });
    expect(audit.body).toMatchObject({
      entries: [{ staffId: 'sunl', result: 'ok' }, { staffId: 'hewj', result: 'refused' }, {}],
      broken: [],
    });
  });

  test('two who publish at once publish once', async () => {
    const other = change('2026-12-02');
    const draft = await post('/api/rule-drafts', hewj, {
      ...other,
      rows: other.rows.map((row) => ({ ...row, offlineAllowed: false })),
    });
    const path = `/api/rule-drafts/${String(draft.body['id'])}`;
    await post(`${path}/submit`, hewj);
    const before = seqs().length;
    const answers = await Promise.all([post(`${path}/publish`, sunl), post(`${path}/publish`, sunl)]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(seqs()).toHaveLength(before + 1);
  });

  test('a draft that somebody saved meanwhile is not overwritten', async () => {
    const draft = await post('/api/rule-drafts', hewj, change('2026-12-03'));
    const route = `PUT /api/rule-drafts/${String(draft.body['id'])}`;
    const body = { ...change('2026-12-04'), rev: draft.body['rev'] };
    expect((await ask(hub.url, route, { body, headers: sunl })).status).toBe(200);
    expect(await ask(hub.url, route, { body, headers: hewj })).toMatchObject({
      status: 409,
      body: { code: 'edit-conflict' },
    });
  });

  test('what the checks object to cannot be submitted', async () => {
    const cases = [
      [{ ...change(), effectiveFrom: '2026-01-01' }, 'date-in-past'],
      [{ ...change(), effectiveFrom: 'soon' }, 'date-invalid'],
      [{ ...change(), document: ' ' }, 'document-missing'],
      [{ ...change(), rows: [] }, 'no-change'],
    ] as const;
    for (const [content, code] of cases) {
      const draft = await post('/api/rule-drafts', hewj, content);
      expect((await post(`/api/rule-drafts/${String(draft.body['id'])}/submit`, hewj)).body['code']).toBe(
        code,
      );
    }
    expect((await post('/api/rule-drafts', hewj, { ...change(), issuer: '530102001000' })).body['code']).toBe(
      'out-of-scope',
    );
  });
});

test('the effect of a draft names units, open cases and terminals, and a case that would be stranded stops it', async () => {
  const station = await TestStation.join(hub, 'chensy');
  const matterId = station.forwardedMatter(await TestStation.join(hub, 'puyl'));
  const { caseId, actions } = await station.received('chensy', matterId);
  const { caseId: waiting, actions: begun } = await station.received('chensy', matterId);
  // Of the second the draft alone: it waits to be received.
  await station.push({ caseId, n: 0, actions }, { caseId: waiting, n: 0, actions: begun.slice(0, 1) });
  await station.pull();

  const draft = await post('/api/rule-drafts', hewj, {
    version: '2027.1-1',
    effectiveFrom: '2027-01-04',
    document: '五政办〔2026〕10号',
    rows: [{ matterId, tier: 'community', mode: 'guide', decideAt: 'district', offlineAllowed: true }],
  });
  const path = `/api/rule-drafts/${String(draft.body['id'])}`;
  const effect = await ask(hub.url, `GET ${path}/effect`, { headers: sunl });
  const communities = [...catalog().units.values()].filter(
    ({ tier, active }) => active && tier === 'community',
  );
  expect(effect).toMatchObject({
    status: 200,
    body: {
      units: communities.map(({ code }) => code),
      cases: {
        total: 2,
        staying: 1,
        byTier: { community: 2, street: 0, district: 0 },
        listed: [
          { caseId: waiting, stays: false, unit: station.unit },
          { caseId, stays: true, status: 'accepted' },
        ],
      },
      newestSeq: seqs().at(-1),
      problem: { code: 'case-stranded', params: { caseNo: waiting, matterId, unit: station.unit } },
    },
  });
  expect(effect.body['stations']).toContainEqual({ unit: station.unit, terminal: station.terminal });
  expect((await post(`${path}/submit`, hewj)).body['code']).toBe('case-stranded');

  // Received, it ends under the rules it was received by.
  await station.push({ caseId: waiting, n: 0, actions: begun.slice(1) });
  expect((await post(`${path}/submit`, hewj)).status).toBe(200);
  expect((await post(`${path}/publish`, sunl)).status).toBe(201);
});

describe('a file of matters', () => {
  const upload = (body: string): Promise<Asked> =>
    ask(hub.url, 'POST /api/matter-drafts', { body, headers: { ...hewj, 'content-type': 'text/plain' } });
  const file = () => {
    const known = [...catalog().matters.values()].flat().slice(0, 2);
    return known.map((matter, i) => ({
      ...matter,
      version: matter.version + 1,
      effectiveFrom: `2027-01-0${String(i + 1)}`,
    }));
  };
  const count = () => [...catalog().matters.values()].flat().length;

  test('with one wrong row changes nothing, and names line and reason', async () => {
    const before = count();
    const [first, second] = file();
    const source = JSON.stringify([first, { ...second, legalDays: 'many' }], undefined, 1);
    const answer = await upload(source);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'file-invalid', params: { field: '[1].legalDays' } },
    });
    const line = source.split('\n').findIndex((text) => text.includes('"many"')) + 1;
    expect((answer.body['params'] as { line: number }).line).toBe(line);
    expect((await upload('[{')).body['code']).toBe('file-invalid');
    expect(count()).toBe(before);
  });

  test('is published whole by a second administrator, and a second time changes nothing', async () => {
    const before = count();
    const source = JSON.stringify(file());
    const draft = await upload(source);
    expect(draft.status).toBe(201);
    const id = String(draft.body['id']);
    expect(count()).toBe(before);
    const publish = (headers: { cookie: string }) => post(`/api/matter-drafts/${id}/publish`, headers);
    expect((await publish(hewj)).body['code']).toBe('second-person-needed');
    expect((await publish(sunl)).body).toEqual({ published: 2 });
    expect(count()).toBe(before + 2);
    expect((await publish(sunl)).body['code']).toBe('not-found');
    expect((await upload(source)).body['code']).toBe('no-change');
  });

  test('that waits can be thrown away', async () => {
    const [first] = file();
    const draft = await upload(JSON.stringify([{ ...first, version: 9 }]));
    const path = `/api/matter-drafts/${String(draft.body['id'])}`;
    expect((await ask(hub.url, `DELETE ${path}`, { headers: sunl })).status).toBe(204);
    const left = await ask(hub.url, 'GET /api/matter-drafts', { headers: hewj });
    expect(left.body).toEqual({ drafts: [] });
  });

  test('cannot begin in the past, nor be put before a version that is published', async () => {
    const [first] = file();
    const past = await upload(JSON.stringify([{ ...first, version: 9, effectiveFrom: '2026-01-02' }]));
    expect(past.body).toMatchObject({ code: 'file-invalid', params: { reason: 'date-in-past' } });
  });

  test('does not change a version that is published', async () => {
    const [published] = [...catalog().matters.values()].flat();
    const answer = await upload(JSON.stringify([{ ...published, result: 'something else' }]));
    expect(answer.body).toMatchObject({ code: 'file-invalid', params: { reason: 'version-published' } });
  });
});

test('a reveal is written down with person, case, group and reason', async () => {
  const headers = await login(hub.url, 'yangxm');
  const body = { caseId: '01kb0000000000000000000001', group: 'applicant', reason: 'call-applicant' };
  expect((await ask(hub.url, 'POST /api/reveals', { body, headers })).status).toBe(204);
  const audit = await ask(hub.url, 'GET /api/audit?kind=reveal', { headers: await login(hub.url, 'wug') });
  expect(audit.body).toMatchObject({
    entries: [
      {
        staffId: 'yangxm',
        object: `case:${body.caseId}`,
        details: { group: 'applicant', reason: 'call-applicant' },
      },
    ],
  });
});

test('a print is written down with person, case, paper, copy and terminal', async () => {
  const headers = await login(hub.url, 'yangxm');
  const caseId = '01kb0000000000000000000001';
  const body = { caseId, paper: 'receipt', copy: 2, language: 'zh-CN', at: 7, deviceId: 'd7k2m9q4' };
  expect((await ask(hub.url, 'POST /api/prints', { body, headers })).status).toBe(204);
  const unknown = { ...body, paper: 'banknote' };
  expect((await ask(hub.url, 'POST /api/prints', { body: unknown, headers })).status).toBe(400);
  const audit = await ask(hub.url, 'GET /api/audit?kind=print', { headers: await login(hub.url, 'wug') });
  expect(audit.body).toMatchObject({
    entries: [
      {
        staffId: 'yangxm',
        object: `case:${caseId}`,
        details: { paper: 'receipt', copy: 2, language: 'zh-CN', device: 'd7k2m9q4' },
      },
    ],
  });
});

test('logins, good and bad, are in the audit log without what was typed', async () => {
  await ask(hub.url, 'POST /api/session', { body: { staffId: 'my-secret-password', password: 'hidden' } });
  const audit = await ask(hub.url, 'GET /api/audit', { headers: await login(hub.url, 'wug') });
  const text = JSON.stringify(audit.body);
  expect(text).toContain('"kind":"login-failed","staffId":"-"');
  expect(text).not.toMatch(/my-secret-password|hidden/);
});

describe('the working days of a year', () => {
  const year = {
    year: 2027,
    issuer: '国办发明电〔2026〕9号',
    holidays: ['2027-01-01'],
    makeUpDays: ['2027-01-02'],
  };

  test('are published by a second administrator, and firm up what was provisional; earlier versions are kept', async () => {
    const isFirm = () => !addWorkdays(catalog().calendars, '2026-12-30', 3).provisional;
    expect(isFirm()).toBe(false);
    const draft = await post('/api/calendar-drafts', hewj, year);
    expect(draft).toMatchObject({ status: 201, body: { ...year, submittedBy: 'hewj' } });
    const publish = `/api/calendar-drafts/${String(draft.body['id'])}/publish`;
    expect(await post(publish, hewj)).toMatchObject({ status: 403, body: { code: 'second-person-needed' } });
    expect(isFirm()).toBe(false);
    expect(await post(publish, sunl)).toMatchObject({ status: 201, body: { version: 1 } });
    expect(isFirm()).toBe(true);
    // The first of January is off, the second is worked.
    expect(addWorkdays(catalog().calendars, '2026-12-31', 1).day).toBe('2027-01-02');
    expect((await post(publish, sunl)).status).toBe(404);

    expect((await post('/api/calendar-drafts', hewj, year)).body['code']).toBe('no-change');
    const second = await post('/api/calendar-drafts', sunl, { ...year, makeUpDays: [] });
    await post(`/api/calendar-drafts/${String(second.body['id'])}/publish`, hewj);
    const listed = await ask(hub.url, 'GET /api/calendar-drafts', { headers: hewj });
    expect(listed.body).toMatchObject({
      drafts: [],
      history: [
        { version: 2, publishedBy: ['sunl', 'hewj'], makeUpDays: [] },
        { version: 1, publishedBy: ['hewj', 'sunl'], makeUpDays: ['2027-01-02'] },
      ],
    });
  });

  test('are refused with the day that is wrong, and can be withdrawn before they are published', async () => {
    const refusal = await post('/api/calendar-drafts', hewj, { ...year, holidays: ['2027-01-02'] });
    expect(refusal.body).toMatchObject({ code: 'field-invalid', params: { field: '2027-01-02' } });
    const draft = await post('/api/calendar-drafts', hewj, {
      ...year,
      year: 2028,
      holidays: [],
      makeUpDays: [],
    });
    const path = `/api/calendar-drafts/${String(draft.body['id'])}`;
    expect((await ask(hub.url, `DELETE ${path}`, { headers: sunl })).status).toBe(204);
    expect(catalog().calendars.has(2028)).toBe(false);
  });
});
