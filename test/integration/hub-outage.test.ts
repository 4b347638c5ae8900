/** The store stops answering at the worst moment, right after a push was taken: what the hub does by itself must go on when it is back. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openHubStores, type HubStores } from '@sanji/server/store/open-store';
import type { MasterCase } from '@sanji/sync/replication/ports';
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
    if (isDown && (path.includes('_unit_') || (isCases && path.includes('_all_docs')))) return 'refuse';
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
  // What the hub wrote itself it has in memory. Another process, whose line is well, writes the case again.
  const other = await openHubStores({ dataDir: '', couchdbUrl: server.url, prefix });
  expect(await other.master.putMany(await known(other, pushed.caseId))).toEqual(['written']);
  await other.store.close();
  await expect.poll(health).toEqual({ status: 'impaired', store: 'couchdb', failing: ['agenda', 'router'] });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('work_failing{work="agenda"} 1');

  armed = false;
  isDown = false;
  await expect.poll(routed).toEqual([pushed.caseId]);
  await expect.poll(health).toEqual({ status: 'ok', store: 'couchdb', failing: [] });
  await hub.end();
  node.close();
  await server.kill();
});

async function known({ master }: HubStores, caseId: string): Promise<MasterCase[]> {
  return (await master.getMany([caseId])).filter((found) => found !== undefined);
}
