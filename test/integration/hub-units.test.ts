/** Units change on a day: open work follows a merger, and nothing is closed that would leave a case without a holder. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const WENLIN = '530102001013';
const STREET = '530102001000';

let hub: TestHub;
let system: { cookie: string };

beforeAll(async () => {
  hub = await startTestHub();
  system = await login(hub.url, 'sunl');
});
afterAll(() => hub.end());

const as = (route: string, body?: unknown): Promise<Asked> =>
  ask(hub.url, route, { headers: system, ...(body !== undefined && { body }) });
const plan = (body: object) => as('POST /api/unit-plans', body);
const unit = (code: string) => hub.hub.container.catalog.current().units.get(code);
const staff = (staffId: string) => hub.hub.container.catalog.current().staff.get(staffId);
const logOf = async (kind: string) =>
  (await ask(hub.url, `GET /api/audit?kind=${kind}`, { headers: await login(hub.url, 'wug') })).body[
    'entries'
  ];
/** Another community in service, of the same street. */
function neighbour(): string {
  const found = [...hub.hub.container.catalog.current().units.values()].find(
    ({ parent, active, code }) => parent === STREET && active && code !== WENLIN,
  );
  return found?.code ?? '';
}
const headOf = async (caseId: string) => (await hub.hub.container.stores.master.getMany([caseId]))[0]?.head;

test('a unit is renamed at once today, and on its day otherwise; a planned change can be dropped', async () => {
  const rename = { kind: 'rename', unit: WENLIN, name: '文林新社区居民委员会', display: '文林新' };
  expect((await plan({ ...rename, date: '2026-11-22' })).body['code']).toBe('date-in-past');
  expect((await plan({ ...rename, date: '2026-11-23' })).body).toEqual({ applied: true });
  expect(unit(WENLIN)?.display).toBe('文林新');

  const later = { ...rename, display: '文林', date: '2026-11-25' };
  expect((await plan(later)).body).toEqual({ applied: false });
  expect((await plan(later)).body['code']).toBe('edit-conflict');
  const listed = async () =>
    (await as('GET /api/unit-plans')).body['plans'] as { id: string; change: object }[];
  expect(await listed()).toMatchObject([{ change: later, by: 'sunl' }]);
  expect((await as(`DELETE /api/unit-plans/${(await listed())[0]?.id ?? ''}`)).status).toBe(204);
  expect(await listed()).toEqual([]);

  await plan(later);
  hub.clock.moveBy(2 * 86_400_000);
  system = await login(hub.url, 'sunl');
  await hub.hub.container.unitChanges.tick();
  expect(unit(WENLIN)?.display).toBe('文林');
  expect(await listed()).toEqual([]);
  expect(await logOf('unit-renamed')).toMatchObject([
    { object: `unit:${WENLIN}`, details: { date: '2026-11-25', display: '文林' } },
    { details: { display: '文林新' } },
  ]);
});

test('a community is added under a street, with a code that its case numbers can carry', async () => {
  const body = { code: '530102001099', name: '新社区居民委员会', display: '新社区', parent: STREET };
  expect((await as('POST /api/units', { ...body, code: '530103001099' })).body['code']).toBe('field-invalid');
  expect((await as('POST /api/units', { ...body, parent: WENLIN })).body['code']).toBe('bad-target');
  expect((await as('POST /api/units', { ...body, code: WENLIN })).body['code']).toBe('unit-known');
  expect((await as('POST /api/units', body)).status).toBe(201);
  expect(unit('530102001099')).toMatchObject({ tier: 'community', active: true, parent: STREET });
  expect((await as('POST /api/units', { ...body, code: '530102001098' })).body).toMatchObject({
    code: 'unit-known',
    params: { unit: '530102001099' },
  });
});

test('open cases follow a merger, with what a terminal had not sent yet; closing is refused while they are there', async () => {
  const station = await TestStation.join(hub, 'yangxm');
  const street = await TestStation.join(hub, 'lijy');
  const matterId = station.forwardedMatter(street);
  const sent = await station.received('yangxm', matterId);
  const offline = await station.received('yangxm', matterId);
  expect((await station.push(sent)).status).toBe(200);
  await hub.hub.container.router.poke();

  const close = { kind: 'close', unit: WENLIN, date: '2026-11-25' };
  expect((await plan(close)).body).toMatchObject({ code: 'unit-busy', params: { unit: WENLIN, count: 1 } });
  expect(unit(WENLIN)?.active).toBe(true);

  const into = neighbour();
  expect((await plan({ kind: 'merge', unit: WENLIN, date: '2026-11-25', into })).body).toEqual({
    applied: true,
  });
  expect(unit(WENLIN)).toMatchObject({ active: false, activeUntil: '2026-11-25', mergedInto: into });
  expect(staff('yangxm')?.unit).toBe(into);
  await expect.poll(() => headOf(sent.caseId)).toMatchObject({ holder: into, parties: [into] });

  expect((await station.push(offline)).status).toBe(200);
  await expect.poll(() => headOf(offline.caseId)).toMatchObject({ holder: into });
  expect(await logOf('unit-merged')).toMatchObject([{ object: `unit:${WENLIN}`, details: { into } }]);
  expect(await logOf('hub-mergeUnit')).toHaveLength(2);
});

test('what is no longer possible on its day waits, and says why', async () => {
  const into = neighbour();
  const code = '530102001099';
  await plan({ kind: 'merge', unit: code, date: '2026-11-27', into });
  const { catalog, unitChanges } = hub.hub.container;
  const heir = unit(into);
  if (heir !== undefined) await catalog.put([{ kind: 'unit', unit: { ...heir, active: false } }]);
  hub.clock.moveBy(2 * 86_400_000);
  system = await login(hub.url, 'sunl');
  await unitChanges.tick();
  await unitChanges.tick();
  expect((await as('GET /api/unit-plans')).body['plans']).toMatchObject([
    { problem: { code: 'bad-target', params: { to: into } } },
  ]);
  if (heir !== undefined) await catalog.put([{ kind: 'unit', unit: heir }]);
  await unitChanges.tick();
  expect(unit(code)?.mergedInto).toBe(into);
  expect(await logOf('unit-merged')).toMatchObject([{ result: 'ok' }, { result: 'refused' }, {}]);
});
