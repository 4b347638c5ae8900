import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ActionKind, ActionPayloads } from '@sanji/sync/domain/action';
import { fold } from '@sanji/sync/domain/fold';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const DAY_MS = 86_400_000;

let hub: TestHub;
let community: TestStation;
let street: TestStation;
let district: TestStation;
beforeAll(async () => {
  hub = await startTestHub();
  community = await TestStation.join(hub, 'yangxm');
  street = await TestStation.join(hub, 'puyl');
  district = await TestStation.join(hub, 'zhaom');
});
afterAll(() => hub.end());

const container = () => hub.hub.container;

async function stateOf(caseId: string) {
  const [master] = await container().stores.master.getMany([caseId]);
  if (master === undefined) throw new Error('the hub has no such case');
  return fold(master);
}

async function act<K extends ActionKind>(
  station: TestStation,
  by: string,
  action: { caseId: string; kind: K; payload: ActionPayloads[K] },
): Promise<void> {
  const { caseId, ...draft } = action;
  const signed = await station.sign(caseId, by, draft);
  const { answer } = await station.push({ caseId, n: 0, actions: [signed] });
  const [result] = answer.results;
  const ruling = result !== undefined && 'rulings' in result ? result.rulings[signed.body.id] : undefined;
  const canonical = result?.kind === 'canonical' ? result.doc.rulings[signed.body.id] : undefined;
  expect(ruling ?? canonical).toMatchObject({ verdict: 'accepted' });
}

/** The matter goes up by itself from now on. */
async function forwardsItself(matterId: string): Promise<void> {
  const catalog = container().catalog.current();
  const [first] = catalog.publications;
  if (first === undefined) throw new Error('nothing is published');
  const rows = first.rows.filter((row) => row.matterId === matterId);
  await container().catalog.put([
    {
      kind: 'rules',
      publication: { ...first, seq: 2, rows: rows.map((row) => ({ ...row, autoForward: true })) },
    },
  ]);
}

test('a case goes up by rule, is concluded when decided, and archived when its time has come; each act is in the audit log', async () => {
  const matterId = community.forwardedMatter(street);
  await forwardsItself(matterId);
  const pushed = await community.received('yangxm', matterId);
  const { caseId } = pushed;
  await community.push(pushed);
  await expect.poll(async () => (await stateOf(caseId)).holder).toBe(district.unit);
  await expect.poll(async () => (await district.pull()).has(caseId)).toBe(true);
  expect((await stateOf(caseId)).path).toEqual([community.unit, street.unit, district.unit]);

  await act(district, 'zhaom', { caseId, kind: 'approve', payload: {} });
  await expect.poll(async () => (await stateOf(caseId)).status).toBe('concluded');
  await act(community, 'yangxm', {
    caseId,
    kind: 'deliver',
    payload: { method: 'window', recipient: '张三' },
  });
  await container().agenda.tick();
  expect((await stateOf(caseId)).status).toBe('delivered');

  const { archive } = container().catalog.current().settings;
  hub.clock.moveBy(((archive?.afterDays ?? 0) + 1) * DAY_MS);
  // What waits for its date survives a restart.
  await hub.restart();
  await expect
    .poll(async () => {
      await container().agenda.tick();
      return (await stateOf(caseId)).status;
    })
    .toBe('archived');

  const headers = await login(hub.url, 'wug');
  for (const kind of ['hub-forward', 'hub-conclude', 'hub-archive']) {
    const audit = await ask(hub.url, `GET /api/audit?kind=${kind}`, { headers });
    const entries = audit.body['entries'] as { object: string; staffId: string }[];
    expect(entries.length).toBe(kind === 'hub-forward' ? 2 : 1);
    expect(new Set(entries.map(({ object, staffId }) => `${staffId} ${object}`))).toEqual(
      new Set([`hub case:${caseId}`]),
    );
  }
});
