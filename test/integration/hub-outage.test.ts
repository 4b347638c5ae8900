/** The store stops answering at the worst moment, right after a push was taken: what the hub does by itself must go on when it is back. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { startFaultyNode } from '../couchdb-compatible/faulty-node.ts';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';
import { ask, startTestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

test('what was pushed before an outage is routed and attended to after it, with no other push; meanwhile the hub says what fails', async () => {
  const server = await startCompatibleServer();
  let armed = false;
  let isDown = false;
  const node = await startFaultyNode(server.url, (_method, path) => {
    const isCases = path.includes('_cases/');
    if (isDown && isCases && path.includes('_all_docs')) return 'refuse';
    if (armed && isCases && path.includes('_bulk_docs')) isDown = true;
    return 'pass';
  });
  const prefix = `o${randomBytes(5).toString('hex')}_`;
  const hub = await startTestHub({ COUCHDB_URL: node.url, COUCHDB_PREFIX: prefix });
  const health = async () => (await ask(hub.url, 'GET /healthz')).body;
  const station = await TestStation.join(hub, 'yangxm');
  const street = await TestStation.join(hub, 'puyl');
  const pushed = await station.received('yangxm', station.forwardedMatter(street));
  const { feeds } = hub.hub.container.stores;
  const routed = async () =>
    (await feeds.read(feedOf(station.unit), null, 10)).entries.map(({ caseId }) => caseId);

  armed = true;
  expect((await station.push(pushed)).status).toBe(200);
  expect(isDown).toBe(true);
  await expect.poll(health).toEqual({ status: 'impaired', store: 'couchdb', failing: ['agenda', 'router'] });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('work_failing{work="agenda"} 1');
  expect(await routed()).toEqual([]);

  armed = false;
  isDown = false;
  await expect.poll(routed).toEqual([pushed.caseId]);
  await expect.poll(health).toEqual({ status: 'ok', store: 'couchdb', failing: [] });
  await hub.end();
  node.close();
  await server.kill();
});
