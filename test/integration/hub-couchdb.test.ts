/** Several hub processes on one CouchDB: the stand-in server always, a real one when COUCHDB_URL is set. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { startCompatibleServer, type CompatibleServer } from '../couchdb-compatible/server.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let compatible: CompatibleServer;
beforeAll(async () => {
  compatible = await startCompatibleServer();
});
afterAll(() => compatible.kill());

const real = process.env['COUCHDB_URL'] ?? '';
describe.each([
  ['a compatible server', () => compatible.url],
  ...(real === '' ? [] : [['COUCHDB_URL', () => real] as const]),
] as const)('two hub processes on %s', (_name, urlOf) => {
  let one: TestHub;
  let two: TestHub;
  beforeAll(async () => {
    const env = { COUCHDB_URL: urlOf(), COUCHDB_PREFIX: `h${randomBytes(5).toString('hex')}_` };
    one = await startTestHub(env);
    two = await startTestHub(env);
  });
  afterAll(async () => {
    for (const name of await two.hub.container.stores.store.list())
      await two.hub.container.stores.store.destroy(name);
    await Promise.all([one.end(), two.end()]);
  });

  test('share sessions, devices, cases, pokes, and the hub’s own acts', async () => {
    const headers = await login(one.url, 'puyl');
    expect((await ask(two.url, 'GET /api/session', { headers })).status).toBe(200);

    const community = await TestStation.join(one, 'yangxm');
    const street = await TestStation.join(one, 'puyl');
    const district = await TestStation.join(one, 'zhaom');
    await expect.poll(() => two.hub.container.catalog.current().devices.has(district.deviceId)).toBe(true);
    community.hub = two;
    const { poke, close } = await community.nextPoke(feedOf(community.unit));
    community.hub = one;
    const pushed = await community.received('yangxm', community.forwardedMatter(street));
    await community.push(pushed);
    await poke;
    close();

    const { caseId } = pushed;
    const up = await community.sign(caseId, 'yangxm', { kind: 'forward', payload: { to: district.unit } });
    await community.push({ caseId, n: 3, actions: [up] });
    district.hub = two;
    const yes = await district.sign(caseId, 'zhaom', { kind: 'approve', payload: {} });
    await district.push({ caseId, n: 4, actions: [yes] });
    await expect
      .poll(
        async () => {
          const doc = (await community.pull()).get(caseId);
          return doc === undefined || doc === 'gone' ? 'absent' : fold(doc).status;
        },
        { timeout: 30_000 },
      )
      .toBe('concluded');
    const [master] = await one.hub.container.stores.master.getMany([caseId]);
    const acts = Object.values(master?.actions ?? {}).filter(({ body }) => body.by.staffId === 'hub');
    expect(acts).toHaveLength(1);
  });

  test('leave one administrator of a kind, though each is asked at once to take the role from another', async () => {
    const headers = await login(one.url, 'zhouj');
    const setRole = (hub: TestHub, staffId: string, role: string) =>
      ask(hub.url, `PUT /api/staff/${staffId}/roles`, { headers, body: { roles: [role] } });
    expect((await setRole(one, 'zhaom', 'auditAdmin')).status).toBe(200);
    const answers = await Promise.all([setRole(one, 'wug', 'clerk'), setRole(two, 'zhaom', 'clerk')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    const { catalog } = one.hub.container.stores;
    const entries = (await catalog.findMany(['staff:wug', 'staff:zhaom'])).map(({ entry }) => entry);
    expect(
      entries.filter((entry) => entry.kind === 'staff' && entry.staff.roles.includes('auditAdmin')),
    ).toHaveLength(1);
  });
});
