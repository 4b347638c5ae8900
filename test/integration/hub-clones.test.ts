import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.end());

test('a copied terminal is noticed in another case; its words are in quarantine, and the administrator sees device and chain', async () => {
  const [first, street] = [await TestStation.join(hub, 'yangxm'), await TestStation.join(hub, 'sunl')];
  const matterId = first.forwardedMatter(street);
  await first.push(await first.received('yangxm', matterId));
  const copy = await first.clone();
  const [kept, second] = [await first.received('yangxm', matterId), await copy.received('yangxm', matterId)];
  expect((await first.push(kept)).answer.results).toMatchObject([{ kind: 'delta', n: 3 }]);
  const ids = second.actions.map(({ body }) => body.id);
  const { answer } = await copy.push(second);
  expect(answer.results).toMatchObject([
    {
      kind: 'gone',
      n: 0,
      aside: ids.map((actionId) => ({
        actionId,
        problem: { code: 'action-id-reused', params: { actionId } },
      })),
    },
  ]);
  expect(await hub.hub.container.stores.master.getMany([second.caseId])).toEqual([undefined]);

  await auditChains(hub.hub.container.judge);
  const headers = await login(hub.url, 'zhouj');
  const quarantine = await ask(hub.url, 'GET /api/quarantine', { headers });
  expect(quarantine.body['entries']).toMatchObject(
    second.actions.map(({ body, hash }) => ({
      id: `${body.id}~${hash}`,
      caseId: second.caseId,
      deviceId: first.deviceId,
      kind: body.kind,
      ruling: { verdict: 'rejected', receivedAt: hub.clock.now() },
    })),
  );
  expect(quarantine.body['chains']).toMatchObject([
    { deviceId: first.deviceId, faults: ids.map((actionId) => ({ actionId, fault: 'forked' })) },
  ]);
  expect(JSON.stringify(quarantine.body)).not.toContain('张三');
  await hub.restart();
  const devices = await ask(hub.url, 'GET /api/devices', { headers: await login(hub.url, 'zhouj') });
  const listed = devices.body as unknown as { device: { deviceId: string }; marks: string[] }[];
  const marked = listed.find(({ device }) => device.deviceId === first.deviceId);
  expect(marked?.marks.sort()).toEqual(['action-id-reused', 'chain-forked']);
});
