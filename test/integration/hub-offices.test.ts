/** Office hours at the hub: two administrators, whose unit it is, what is refused, and who holds what was published. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hoursOn, officeOn } from '@sanji/sync/domain/office';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const DISTRICT = '530102000000';
const STREET = '530102001000';
const COMMUNITY = '530102001013';
const MORNING = { opensAt: 540, closesAt: 720 };
const AFTERNOON = { opensAt: 780, closesAt: 1080 };
const WEEK = [...Array.from({ length: 5 }, () => [MORNING, AFTERNOON]), [MORNING], []];

type Cookie = Awaited<ReturnType<typeof login>>;
let hub: TestHub;
let hewj: Cookie;
let sunl: Cookie;
let lijy: Cookie;
let mayj: Cookie;
beforeAll(async () => {
  hub = await startTestHub();
  [hewj, sunl, lijy, mayj] = await Promise.all([
    login(hub.url, 'hewj'),
    login(hub.url, 'sunl'),
    login(hub.url, 'lijy'),
    login(hub.url, 'mayj'),
  ]);
});
afterAll(() => hub.end());

const catalog = () => hub.hub.container.catalog.current();
const post = (path: string, headers: Cookie, body: unknown = {}): Promise<Asked> =>
  ask(hub.url, `POST ${path}`, { body, headers });
const listed = async (headers: Cookie) => (await ask(hub.url, 'GET /api/office-drafts', { headers })).body;
const content = (change: object = {}) => ({
  unit: COMMUNITY,
  effectiveFrom: '2026-12-01',
  week: WEEK,
  document: '五政服〔2026〕20号',
  ...change,
});
async function submit(headers: Cookie, change: object = {}): Promise<string> {
  const draft = await post('/api/office-drafts', headers, content(change));
  expect(draft.status).toBe(201);
  return `/api/office-drafts/${String(draft.body['id'])}`;
}

test('are in force from their day once a second administrator has published them, with who did it, and audited', async () => {
  const draft = await submit(hewj);
  expect(await listed(sunl)).toMatchObject({
    drafts: [{ unit: COMMUNITY, submittedBy: 'hewj', week: WEEK }],
  });
  expect(await post(`${draft}/publish`, hewj)).toMatchObject({
    status: 403,
    body: { code: 'second-person-needed' },
  });
  expect(officeOn(catalog(), COMMUNITY, '2026-12-01')?.week).not.toEqual(WEEK);
  const seqBefore = Math.max(...[...catalog().offices.values()].flat().map(({ seq }) => seq));
  expect(await post(`${draft}/publish`, sunl)).toMatchObject({
    status: 201,
    body: { seq: seqBefore + 1, publishedBy: ['hewj', 'sunl'] },
  });
  expect(hoursOn(catalog(), COMMUNITY, '2026-11-30')).not.toContainEqual(AFTERNOON);
  expect(hoursOn(catalog(), COMMUNITY, '2026-12-01')).toEqual([MORNING, AFTERNOON]);
  expect((await listed(sunl))['drafts']).toEqual([]);
  expect((await post(`${draft}/publish`, sunl)).status).toBe(404);
  expect((await post('/api/office-drafts', hewj, content())).body['code']).toBe('no-change');

  const audit = await ask(hub.url, 'GET /api/audit?kind=office-published', {
    headers: await login(hub.url, 'wug'),
  });
  expect(audit.body).toMatchObject({
    entries: [
      { staffId: 'sunl', result: 'ok', details: { unit: COMMUNITY, submittedBy: 'hewj' } },
      { staffId: 'hewj', result: 'refused', details: { code: 'second-person-needed' } },
    ],
  });
});

test.each([
  ['overlapping spans', { week: [[AFTERNOON, MORNING], ...WEEK.slice(1)] }, 'hours-overlap', 422],
  [
    'an end before the start',
    { week: [[{ opensAt: 720, closesAt: 540 }], ...WEEK.slice(1)] },
    'hours-backwards',
    422,
  ],
  ['a day that has passed', { effectiveFrom: '2026-01-01' }, 'date-in-past', 422],
  ['what is no day', { effectiveFrom: '2026-13-01' }, 'date-invalid', 422],
  ['an end before the first day', { effectiveTo: '2026-11-30' }, 'date-invalid', 422],
  ['no document', { document: '' }, 'field-required', 400],
  ['six days', { week: WEEK.slice(1) }, 'malformed', 400],
  ['the district closed on a Monday', { unit: DISTRICT, week: [[], ...WEEK.slice(1)] }, 'hours-needed', 422],
])('%s are refused before anybody else sees them', async (_what, change, code, status) => {
  const refusal = await post('/api/office-drafts', hewj, content(change));
  expect([refusal.status, refusal.body['code']]).toEqual([status, code]);
  expect((await listed(hewj))['drafts']).toEqual([]);
});

test('a street speaks for itself and its communities, and its two administrators need nobody else', async () => {
  expect((await post('/api/office-drafts', lijy, content({ unit: DISTRICT }))).body['code']).toBe(
    'out-of-scope',
  );
  const own = await submit(lijy, { unit: STREET });
  const district = await submit(hewj, { unit: DISTRICT });
  expect((await listed(mayj))['drafts']).toMatchObject([{ unit: STREET }]);
  expect((await post(`${district}/publish`, mayj)).body['code']).toBe('out-of-scope');
  expect((await ask(hub.url, `DELETE ${district}`, { headers: mayj })).body['code']).toBe('out-of-scope');
  expect((await post(`${own}/publish`, mayj)).status).toBe(201);
  expect((await ask(hub.url, `DELETE ${district}`, { headers: sunl })).status).toBe(204);
  expect((await listed(hewj))['drafts']).toEqual([]);
});

test('what was published meanwhile is seen when the draft is published', async () => {
  const first = await submit(hewj, { effectiveFrom: '2027-02-01', week: WEEK.map(() => [MORNING]) });
  const second = await submit(hewj, { effectiveFrom: '2027-02-01', week: WEEK.map(() => [MORNING]) });
  expect((await post(`${first}/publish`, sunl)).status).toBe(201);
  expect((await post(`${second}/publish`, sunl)).body['code']).toBe('no-change');
  expect((await ask(hub.url, `DELETE ${second}`, { headers: sunl })).status).toBe(204);
});

test('the effect names the units that are told, and says that limits move with the district’s hours alone', async () => {
  const district = await submit(hewj, { unit: DISTRICT });
  const { body } = await ask(hub.url, `GET ${district}/effect`, { headers: sunl });
  const active = [...catalog().units.values()].filter(({ active: isActive }) => isActive);
  // The street and the community keep hours of their own.
  expect(body).toMatchObject({ movesLimits: true, openCases: 0 });
  expect(body['units']).toHaveLength(active.length - 2);
  await ask(hub.url, `DELETE ${district}`, { headers: sunl });
  const own = await submit(hewj, { effectiveFrom: '2027-03-01' });
  expect((await ask(hub.url, `GET ${own}/effect`, { headers: sunl })).body).toMatchObject({
    movesLimits: false,
    units: [COMMUNITY],
  });
  await ask(hub.url, `DELETE ${own}`, { headers: sunl });
});

test('it is seen which terminals hold the newest version', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  const mine = async () => {
    await hub.hub.container.presence.settled();
    const { stations } = (await listed(hewj)) as unknown as {
      stations: { unit: string; officeSeq?: number }[];
    };
    return stations.find(({ unit, officeSeq }) => unit === COMMUNITY && officeSeq !== undefined)?.officeSeq;
  };
  const pull = async () => {
    for (let since = '', more = true; more;) {
      const query = new URLSearchParams({ feed: 'catalog', since });
      const headers = { authorization: `Bearer ${station.token}` };
      const { body } = await ask(hub.url, `GET /sync/pull?${query.toString()}`, { headers });
      since = String(body['checkpoint']);
      more = body['more'] === true;
    }
  };
  await pull();
  const before = await mine();
  const draft = await submit(hewj, { effectiveFrom: '2027-05-01', phone: '0871-12345' });
  const { body } = await post(`${draft}/publish`, sunl);
  expect(await mine()).toBe(before);
  await pull();
  expect(await mine()).toBe(body['seq']);
});
