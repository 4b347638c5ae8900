import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effectiveRule } from '@sanji/sync/domain/tier-rules';
import { readConfig } from '@sanji/server/config';
import { startHub } from '@sanji/server/hub';
import { startFaultyNode } from '../couchdb-compatible/faulty-node.ts';
import { startCompatibleServer } from '../couchdb-compatible/server.ts';
import { runMain } from './run-main.ts';
import { startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-start-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function matterFor(hub: TestHub, unit: string): string {
  const catalog = hub.hub.container.catalog.current();
  const found = [...catalog.matters.keys()].find((matterId) => {
    const rule = effectiveRule(catalog, { unit, matterId, day: '2026-11-23' });
    return rule.mode === 'accept' && !rule.autoForward;
  });
  if (found === undefined) throw new Error('the sample has no such matter');
  return found;
}

test('the command prints address, windows with codes and accounts, and ends well when told to', async () => {
  const { code, said } = await runMain({ DATA_DIR: join(folder, 'print') }, 'auditAdmin');
  expect(code).toBe(0);
  expect(said).toMatch(/http:\/\/community\.localhost:\d+\s.*code \w{5}-\w{5}/);
  expect(said).toContain('yangxm');
});

test('a second process on the same embedded store is refused, in words, with an exit code', async () => {
  const hub = await startTestHub();
  const { code, said } = await runMain({ DATA_DIR: hub.dataDir });
  expect(code).not.toBe(0);
  expect(said).toMatch(/The hub cannot start: .*\n.+/);
  await hub.end();
});

test('a wrong address of CouchDB is named at the start', async () => {
  const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const address = stranger.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const wrong = [`http://127.0.0.1:${String(port)}`, 'http://admin:s3cret@127.0.0.1:9', 'not a url'];
  for (const COUCHDB_URL of wrong) {
    const { code, said } = await runMain({ COUCHDB_URL, DATA_DIR: join(folder, 'couch') });
    expect(code).not.toBe(0);
    expect(said).toMatch(/The hub cannot start: .*\n.+/);
    expect(said).not.toContain('s3cret');
  }
  stranger.close();
});

test('a CouchDB that greets and does not serve is named at the start, with what to do', async () => {
  const server = await startCompatibleServer();
  const node = await startFaultyNode(server.url, (method) => (method === 'PUT' ? 'refuse' : 'pass'));
  const COUCHDB_URL = node.url.replace('http://', 'http://admin:s3cret@');
  const { code, said } = await runMain({ COUCHDB_URL });
  expect(code).toBe(69);
  expect(said).toMatch(/The hub cannot start: .*making cases: .*\n.+/);
  expect(said).not.toContain('s3cret');
  node.close();
  await server.kill();
});

test('a wrong setting is named, without its value', async () => {
  const { code, said } = await runMain({ PORT: 'eighty', SEED: 'everything' });
  expect(code).toBe(78);
  expect(said).toMatch(/PORT: .*\n\s+SEED: /);
  expect(said).not.toContain('everything');
});

test('a stop during pushes loses nothing that was acknowledged', async () => {
  const hub = await startTestHub();
  const station = await TestStation.join(hub, 'yangxm');
  const matterId = matterFor(hub, station.unit);
  const cases = [];
  for (let i = 0; i < 30; i++) cases.push(await station.received('yangxm', matterId));
  const pushes = cases.map((pushed) =>
    station.push(pushed).then(
      ({ status }) => (status === 200 ? pushed.caseId : undefined),
      () => undefined,
    ),
  );
  await pushes[0];
  const stopped = hub.hub.stop();
  const acknowledged = (await Promise.all(pushes)).filter((caseId) => caseId !== undefined);
  await stopped;
  expect(acknowledged.length).toBeGreaterThan(0);
  await hub.restart();
  const there = await station.pull();
  expect([...there.keys()]).toEqual(expect.arrayContaining(acknowledged));
  await hub.end();
});

test('a stop ends open event streams and may be asked for twice', async () => {
  const hub = await startTestHub();
  const station = await TestStation.join(hub, 'yangxm');
  const { poke } = await station.nextPoke('nothing');
  const ended = expect(poke).rejects.toThrow('the stream ended');
  await Promise.all([hub.hub.stop(), hub.hub.stop()]);
  await ended;
  await hub.end();
});

test('a first start that was cut short is finished by the next', async () => {
  const dataDir = join(folder, 'cut');
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', SEED: 'none' });
  const empty = await startHub({ config });
  const { stores } = empty.container;
  const entry = {
    kind: 'unit',
    unit: { code: '530102000000', name: 'x', display: 'x', tier: 'district', parent: null, active: true },
  };
  await stores.directory.documents('catalog-journal').put('cut', { entries: [entry] });
  await empty.stop();
  const next = await startHub({ config });
  expect(next.container.catalog.current().units.has('530102000000')).toBe(true);
  expect(await next.container.stores.directory.documents('catalog-journal').list()).toEqual([]);
  await next.stop();
});
