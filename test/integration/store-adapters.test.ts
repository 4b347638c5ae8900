/** The ports of the replication on the store, on every kind of store there is. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAuditStore } from '@sanji/server/store/audit-store';
import { openHubStores, type HubStores } from '@sanji/server/store/open-store';
import type { MasterCase } from '@sanji/sync/replication/ports';
import {
  feedStoreSuite,
  masterStoreSuite,
  quarantineSuite,
  registerSuite,
} from '@sanji/sync/testing/hub-store-suites';
import { startCompatibleServer, type CompatibleServer } from '../couchdb-compatible/server.ts';

const feed = 'unit_530102001013';
const caseOf = (n: number): MasterCase => ({
  _id: '01hzzzzzzzzzzzzzzzzzzzzzzz',
  n,
  actions: {},
  rulings: {},
  head: { status: 'new', ever: [], parties: [] },
});
const unit = (n: number, name: string) => ({
  _id: 'unit:1',
  n,
  entry: {
    kind: 'unit' as const,
    unit: { code: '1', name, display: name, tier: 'district' as const, parent: null, active: true },
  },
});

const kinds = ['embedded', 'compatible', ...(process.env['COUCHDB_URL'] ? ['real'] : [])];

describe.each(kinds)('on the %s store', (kind) => {
  let hub: HubStores;
  let prefixNow = '';
  let server: CompatibleServer | undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'adapters-'));

  beforeAll(async () => {
    if (kind === 'compatible') server = await startCompatibleServer();
  });
  beforeEach(async () => {
    const couchdbUrl = kind === 'real' ? process.env['COUCHDB_URL'] : server?.url;
    const prefix = `t${randomBytes(6).toString('hex')}_`;
    prefixNow = prefix;
    hub = await openHubStores({ dataDir, prefix, ...(couchdbUrl === undefined ? {} : { couchdbUrl }) });
  });
  afterEach(async () => {
    for (const name of await hub.store.list()) await hub.store.destroy(name);
    await hub.store.close();
  });
  afterAll(async () => {
    await server?.kill();
    rmSync(dataDir, { recursive: true });
  });

  masterStoreSuite(async () => hub.master);
  feedStoreSuite(async () => hub.feeds);
  registerSuite(async () => hub.register);
  quarantineSuite(async () => hub.quarantine);

  test('the master copy is written by compare-and-set and followed by id', async () => {
    const doc = caseOf(0);
    expect(await hub.master.putMany([doc])).toEqual(['written']);
    expect(await hub.master.putMany([caseOf(1)])).toEqual(['conflict']);
    const [read] = await hub.master.getMany([doc._id]);
    expect(read).toMatchObject(doc);
    expect(
      await hub.master.putMany([{ ...caseOf(1), ...(read?.rev === undefined ? {} : { rev: read.rev }) }]),
    ).toEqual(['written']);
    await expect.poll(async () => (await hub.master.changes(null, 10)).ids).toEqual([doc._id]);
  });

  test('rule 18: a copy kept in memory counts for whoever has seen its revision, and for nobody once another process has written', async () => {
    const doc = caseOf(0);
    await hub.master.putMany([doc]);
    const seen = async (rev: string | undefined) => {
      await expect.poll(async () => (await hub.master.changes(null, 10)).seen?.get(doc._id)).toBe(rev);
      return (await hub.master.changes(null, 10)).seen;
    };
    const [first] = await hub.master.getMany([doc._id]);
    const [kept] = await hub.master.getMany([doc._id], await seen(first?.rev));
    expect(kept).toEqual(first);
    if (kind === 'embedded') return;
    // Two stores that know nothing of each other, as two processes.
    const couchdbUrl = (kind === 'real' ? process.env['COUCHDB_URL'] : server?.url) ?? '';
    const other = await openHubStores({ dataDir: '', prefix: prefixNow, couchdbUrl });
    await other.master.putMany([{ ...caseOf(1), ...(first?.rev === undefined ? {} : { rev: first.rev }) }]);
    const [theirs] = await other.master.getMany([doc._id]);
    const [read] = await hub.master.getMany([doc._id], await seen(theirs?.rev));
    expect(read).toMatchObject({ n: 1 });
    await other.store.close();
  });

  test('rule 16: a feed entry is put only when its n is greater, or the unit has left', async () => {
    const entry = { caseId: 'c1', n: 3, gone: false };
    expect(await hub.feeds.raise(feed, [{ ...entry, n: 2 }, entry])).toBe(true);
    expect(await hub.feeds.raise(feed, [entry])).toBe(false);
    expect(await hub.feeds.raise(feed, [{ ...entry, n: 2, gone: true }])).toBe(false);
    await expect.poll(async () => (await hub.feeds.read(feed, null, 10)).entries).toEqual([entry]);
    expect(await hub.feeds.raise(feed, [{ ...entry, gone: true }])).toBe(true);
    await expect
      .poll(async () => (await hub.feeds.read(feed, null, 10)).entries)
      .toEqual([{ ...entry, gone: true }]);
  });

  test('rule 19: several routers at once are harmless', async () => {
    await Promise.all([1, 5, 3, 4, 2].map((n) => hub.feeds.raise(feed, [{ caseId: 'c1', n, gone: false }])));
    await expect
      .poll(async () => (await hub.feeds.read(feed, null, 10)).entries)
      .toEqual([{ caseId: 'c1', n: 5, gone: false }]);
  });

  test('the catalog takes a document only under a greater n, and its own again', async () => {
    expect(await hub.catalog.put([unit(1, 'a')])).toEqual(['written']);
    expect(await hub.catalog.put([unit(1, 'a')])).toEqual(['written']);
    expect(await hub.catalog.put([unit(1, 'b')])).toEqual(['conflict']);
    expect(await hub.catalog.put([unit(2, 'b')])).toEqual(['written']);
    await expect.poll(() => hub.catalog.all()).toEqual([unit(2, 'b')]);
    await expect.poll(async () => (await hub.catalog.changes(null, 10)).docs).toEqual([unit(2, 'b')]);
  });

  test('an enrolment code is taken by one caller only, and not after its time', async () => {
    const code = { codeHash: 'abc', unit: '1', createdBy: 'sunl', createdAt: 0, expiresAt: 1_000 };
    expect(await hub.directory.putEnrolmentCode(code)).toBe('written');
    expect(await hub.directory.takeEnrolmentCode('abc', 1_000)).toBeUndefined();
    const taken = await Promise.all([1, 2, 3].map((now) => hub.directory.takeEnrolmentCode('abc', now)));
    expect(taken.filter((found) => found !== undefined)).toEqual([code]);
  });

  const login = { kind: 'login', staffId: 'yangxm', object: 'session', result: 'ok' as const };

  test('the audit is chained, searched newest first, and shows where it was changed', async () => {
    await Promise.all([1, 2, 3].map((at) => hub.audit.append({ ...login, at })));
    await hub.audit.append({ ...login, at: 4, staffId: 'puyl' });
    await expect.poll(async () => (await hub.audit.search({ limit: 2 })).map(({ at }) => at)).toEqual([4, 3]);
    await expect
      .poll(async () =>
        (await hub.audit.search({ staffId: 'yangxm', from: 2, to: 2, limit: 9 })).map(({ at }) => at),
      )
      .toEqual([2]);
    await expect.poll(() => hub.audit.search({ limit: 9 })).toHaveLength(4);
    await expect.poll(() => hub.audit.verify()).toEqual([]);
    const raw = await hub.store.open<{ _id: string; entries: object[] }>('audit');
    const stored = await raw.get('000000000002');
    if (stored !== undefined)
      await raw.put({ ...stored, entries: stored.entries.map((entry) => ({ ...entry, staffId: 'pu' })) });
    await expect.poll(() => hub.audit.verify()).toMatchObject([{ seq: 2, fault: 'altered' }, { seq: 3 }]);
    const rev = (await raw.get('000000000002'))?._rev ?? '';
    await raw.remove('000000000002', rev);
    await expect.poll(() => hub.audit.verify()).toMatchObject([{ seq: 2, fault: 'missing' }]);
  });

  test('the audit is one chain, however many processes append to it', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openAuditStore(hub.store)));
    const all = [hub.audit, ...others];
    await Promise.all(Array.from({ length: 40 }, (_, at) => all[at % all.length]?.append({ ...login, at })));
    let log: { seq: number; at: number }[] = [];
    await expect
      .poll(async () => (log = await hub.audit.search({ limit: 99 })).map(({ seq }) => seq))
      .toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
    expect(new Set(log.map(({ at }) => at)).size).toBe(40);
    await expect.poll(() => hub.audit.verify()).toEqual([]);
  });

  test('the audit is searched by time over pages of entries', async () => {
    const day = 86_400_000;
    for (let at = 0; at < 30; at++) await hub.audit.append({ ...login, at: at * day });
    const days = async (query: { from?: number; to?: number; limit: number }) =>
      (await hub.audit.search(query)).map(({ at }) => at / day);
    await expect.poll(() => days({ limit: 99 })).toHaveLength(30);
    // Each question may be answered by a node that has just come back and is behind the one before.
    const found = (query: Parameters<typeof days>[0], at: number[]) =>
      expect.poll(() => days(query)).toEqual(at);
    await found({ from: 10 * day, to: 13 * day, limit: 99 }, [13, 12, 11, 10]);
    await found({ to: 2 * day, limit: 2 }, [2, 1]);
    await found({ from: 28 * day, limit: 99 }, [29, 28]);
    await found({ from: 40 * day, limit: 99 }, []);
  });

  test('quarantine files an entry once, and keeps every reason of a marked device', async () => {
    await Promise.all(['a', 'b', 'a'].map((reason) => hub.quarantine.markDevice('d1', reason)));
    await expect
      .poll(async () => (await hub.quarantine.markedDevices()).map(({ reasons }) => [...reasons].sort()))
      .toEqual([['a', 'b']]);
  });
});
