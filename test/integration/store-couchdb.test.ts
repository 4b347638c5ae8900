/** The store's acceptance suite over HTTP: on the stand-in server always, on a real CouchDB, one node or a cluster, when COUCHDB_URL is set. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCouchStore } from '@sanji/server/store/couchdb-store';
import type { Store, StoredDocument } from '@sanji/server/store/store';
import { describeStore } from '@sanji/server/store/store-suite';
import { startFaultyNode } from '../couchdb-compatible/faulty-node.ts';
import { startCompatibleServer, type CompatibleServer } from '../couchdb-compatible/server.ts';

const newPrefix = () => `t${randomBytes(6).toString('hex')}_`;

let compatible: CompatibleServer;
beforeAll(async () => {
  compatible = await startCompatibleServer();
});
afterAll(() => compatible.kill());

describeStore('couchdb on a compatible server', () =>
  openCouchStore({ url: compatible.url, prefix: newPrefix() }),
);

const real = process.env['COUCHDB_URL'];
if (real !== undefined && real !== '') {
  describeStore('couchdb on COUCHDB_URL', () => openCouchStore({ url: real, prefix: newPrefix() }));
}

describe('the start on CouchDB', () => {
  test.each([
    ['', 'url-invalid'],
    ['localhost:5984', 'url-invalid'],
    ['http://a:b@ok:5984,ftp://x', 'url-invalid'],
    ['http://admin:secret-word@127.0.0.1:9', 'unreachable'],
  ])('names what is wrong with «%s» without showing a password', async (url, code) => {
    const refusal: unknown = await openCouchStore({ url }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, whatToDo: expect.any(String) as string });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-word');
  });

  test('refuses another version than 3.x', async () => {
    const old = await startCompatibleServer({ version: '2.3.1' });
    await expect(openCouchStore({ url: old.url })).rejects.toMatchObject({ code: 'version-unsupported' });
    await old.kill();
  });

  test('refuses a wrong password, and a missing one', async () => {
    const server = await startCompatibleServer({ login: 'hub:right' });
    const store = await openCouchStore({ url: server.url, prefix: newPrefix() });
    await store.close();
    for (const url of [server.url.replace('right', 'wrong'), server.url.replace('hub:right@', '')]) {
      await expect(openCouchStore({ url })).rejects.toMatchObject({ code: 'login-refused' });
    }
    await server.kill();
  });

  test('refuses what answers and is no CouchDB', async () => {
    const server = createServer((_request, response) => response.end('{"hello":"world"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    await expect(openCouchStore({ url })).rejects.toMatchObject({ code: 'not-couchdb' });
    server.close();
  });

  test('starts on a cluster with a dead node', async () => {
    const store = await openCouchStore({ url: `http://127.0.0.1:9,${compatible.url}`, prefix: newPrefix() });
    await store.ping();
    await store.close();
  });
});

interface Note extends StoredDocument {
  text: string;
}

describe('failover', () => {
  const startNode = (behave: Parameters<typeof startFaultyNode>[1]) =>
    startFaultyNode(compatible.url, behave);

  async function finish(store: Store): Promise<void> {
    for (const name of await store.list()) await store.destroy(name);
    await store.close();
  }

  test('goes on with the next node when one answers 503', async () => {
    let down = false;
    const node = await startNode(() => (down ? 'refuse' : 'pass'));
    const store = await openCouchStore({ url: `${node.url},${compatible.url}`, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    await notes.put({ _id: 'a', text: '1' });
    down = true;
    expect((await notes.put({ _id: 'b', text: '2' })).kind).toBe('written');
    expect((await notes.getMany(['a', 'b'])).map((doc) => doc?.text)).toEqual(['1', '2']);
    await finish(store);
    node.close();
  });

  test('goes on with the next node when one waits for a third that is only coming back', async () => {
    const asked: string[] = [];
    const node = await startNode((_method, path) => {
      if (!path.includes('_changes')) return 'pass';
      asked.push(path);
      return 'nodedown';
    });
    const store = await openCouchStore({ url: `${node.url},${compatible.url}`, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    await notes.put({ _id: 'a', text: '1' });
    expect((await notes.changes(null, 10)).rows).toMatchObject([{ id: 'a' }]);
    expect(asked).toHaveLength(1);
    await finish(store);
    node.close();
  });

  test('a database counts as there because CouchDB says so, not because a node is down', async () => {
    const node = await startNode((method) => (method === 'PUT' ? 'nodedown' : 'pass'));
    const store = await openCouchStore({ url: node.url, prefix: newPrefix() });
    await expect(store.open('notes')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.list()).toEqual([]);
    const other = await openCouchStore({ url: `${node.url},${compatible.url}`, prefix: newPrefix() });
    expect((await (await other.open<Note>('notes')).put({ _id: 'a', text: '1' })).kind).toBe('written');
    await finish(other);
    await store.close();
    node.close();
  });

  test('a database that two make at once is there for both, though a node that does not know it yet says 409', async () => {
    let refusals = 0;
    const node = await startNode((method, path) =>
      method === 'PUT' && path.endsWith('_notes') && refusals++ < 1 ? 'conflict' : 'pass',
    );
    const store = await openCouchStore({ url: node.url, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    expect((await notes.put({ _id: 'a', text: '1' })).kind).toBe('written');
    expect(refusals).toBe(2);
    await finish(store);
    node.close();
  });

  test('a write whose answer was lost counts as written, when it was', async () => {
    let swallow = false;
    const node = await startNode((_method, path) =>
      swallow && path.includes('_bulk_docs') ? 'swallow' : 'pass',
    );
    const store = await openCouchStore({ url: `${node.url},${compatible.url}`, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    await notes.put({ _id: 'b', text: 'a stranger was here' });
    swallow = true;
    const verdicts = await notes.putMany([
      { _id: 'a', text: 'mine' },
      { _id: 'b', text: 'mine' },
    ]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['written', 'conflict']);
    const [a] = verdicts;
    expect(a?.kind === 'written' ? a.rev : '').toBe((await notes.get('a'))?._rev);
    await finish(store);
    node.close();
  });

  test('trap (b): a follower outlives answers other than 200', async () => {
    let failures = 0;
    const node = await startNode((_method, path) =>
      path.includes('feed=longpoll') && failures++ < 5 ? 'refuse' : 'pass',
    );
    const store = await openCouchStore({ url: node.url, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    const stop = new AbortController();
    const first = notes.follow(null, stop.signal)[Symbol.asyncIterator]().next();
    await expect.poll(() => failures).toBeGreaterThan(3);
    await notes.put({ _id: 'a', text: '1' });
    expect((await first).value).toMatchObject({ rows: [{ id: 'a' }] });
    stop.abort();
    await finish(store);
    node.close();
  });

  test('a database is made although nodes give no answer for a while, and the waiting is said', async () => {
    let unanswered = 0;
    const node = await startNode((method, path) =>
      method === 'PUT' && /_notes$/.test(path) && unanswered++ < 3 ? 'hang' : 'pass',
    );
    const waits: string[] = [];
    const store = await openCouchStore({
      url: node.url,
      prefix: newPrefix(),
      patience: { tryMs: 500, totalMs: 60_000 },
      onWait: (what) => waits.push(what),
    });
    const notes = await store.open<Note>('notes');
    expect((await notes.put({ _id: 'a', text: '1' })).kind).toBe('written');
    expect(waits).toHaveLength(3);
    expect(waits[0]).toMatch(/^making t\w+_notes: .* gives no answer/);
    await finish(store);
    node.close();
  });

  test('a database that cannot be made is named when patience ends', async () => {
    const node = await startNode((method) => (method === 'PUT' ? 'hang' : 'pass'));
    const store = await openCouchStore({
      url: node.url,
      prefix: newPrefix(),
      patience: { tryMs: 200, totalMs: 300 },
    });
    const refusal: unknown = await store.open('notes').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'unavailable' });
    expect(String(refusal)).toMatch(/making t\w+_notes: http:\S+: no answer within/);
    await store.close();
    node.close();
  });

  test('a conflict is told although a node hangs and does not show its copy', async () => {
    const asked: string[] = [];
    const node = await startNode((_method, path) => {
      if (path === '/_membership') return { say: { cluster_nodes: ['one', 'two', 'three'] } };
      const [, copies] = /open_revs=all&r=(\d)/.exec(path) ?? [];
      if (copies === undefined) return 'pass';
      asked.push(copies);
      // Of three copies CouchDB waits for the third for a minute, and fails then.
      return copies === '3' ? 'hang' : 'pass';
    });
    const store = await openCouchStore({ url: node.url, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    await notes.put({ _id: 'a', text: '1' });
    expect(await notes.put({ _id: 'a', text: '2' })).toEqual({ kind: 'conflict' });
    expect(asked).toEqual(['3', '2']);
    await finish(store);
    node.close();
  });

  test('a node that hung at the start is asked last, and costs the start a moment only', async () => {
    const [hung, second] = await Promise.all([startNode(() => 'hang'), startNode(() => 'pass')]);
    const waits: string[] = [];
    const store = await openCouchStore({
      url: `${hung.url},${second.url}`,
      prefix: newPrefix(),
      onWait: (what) => waits.push(what),
    });
    const notes = await store.open<Note>('notes');
    expect((await notes.put({ _id: 'a', text: '1' })).kind).toBe('written');
    expect(waits).toEqual([]);
    await finish(store);
    hung.close();
    second.close();
  });

  test('says «unavailable» when every node is gone', async () => {
    const node = await startCompatibleServer();
    const store = await openCouchStore({ url: node.url, prefix: newPrefix() });
    const notes = await store.open<Note>('notes');
    await node.kill();
    await expect(notes.put({ _id: 'a', text: '1' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await store.close();
  });
});
