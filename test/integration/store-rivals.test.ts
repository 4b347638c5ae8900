/** Trap (h): two units editing one case leave a hidden `_conflicts` branch that no client ever sees. Here it is seen and united. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CouchCluster, parseCouchUrls } from '@sanji/server/store/couchdb-cluster';
import { openHubStores } from '@sanji/server/store/open-store';
import type { SignedAction } from '@sanji/sync/domain/action';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { startCompatibleServer, type CompatibleServer } from '../couchdb-compatible/server.ts';

const caseId = '01hzzzzzzzzzzzzzzzzzzzzzzz';
const by = { staffId: 'yangxm', name: '杨晓梅', unit: '530102001013' };

function note(id: string): SignedAction {
  const common = { v: 1 as const, id, caseId, by, at: 1, offsetMs: 0, after: [], prev: null };
  return { body: { ...common, kind: 'note', payload: { text: id } }, hash: id, sig: id };
}
function caseWith(...ids: string[]): MasterCase {
  return {
    _id: caseId,
    n: ids.length,
    actions: Object.fromEntries(ids.map((id) => [id, note(id)])),
    rulings: Object.fromEntries(
      ids.map((id, i) => [id, { seq: i + 1, verdict: 'accepted' as const, receivedAt: 1 }]),
    ),
    head: { status: 'new', ever: [], parties: [] },
  };
}

const real = process.env['COUCHDB_URL'] ?? '';
const kinds = ['compatible', ...(real === '' ? [] : ['real'])];

describe.each(kinds)('trap (h) on the %s server', (kind) => {
  let server: CompatibleServer | undefined;
  beforeAll(async () => {
    if (kind === 'compatible') server = await startCompatibleServer();
  });
  afterAll(() => server?.kill());

  test('a hidden branch of a case is united with the visible one on reading, and the losers are deleted', async () => {
    const couchdbUrl = server?.url ?? real;
    const prefix = `t${randomBytes(6).toString('hex')}_`;
    const hub = await openHubStores({ dataDir: '', couchdbUrl, prefix });
    const raw = rawAccess(couchdbUrl);
    await hub.master.putMany([caseWith('common.1')]);
    const [common] = await hub.master.getMany([caseId]);
    const parent = common?.rev?.slice(2) ?? '';
    for (const [index, id] of ['left.1', 'right.1', 'third.1'].entries()) {
      const { rev: _, ...doc } = caseWith('common.1', id);
      const hash = String(index).repeat(32);
      const branch = { ...doc, _rev: `2-${hash}`, _revisions: { start: 2, ids: [hash, parent] } };
      await raw(`/${prefix}cases/_bulk_docs`, { new_edits: false, docs: [branch] });
    }
    // Not even whoever has just seen the winner in the changes takes it for all there is.
    await expect.poll(async () => (await hub.master.changes(null, 10)).ids).toEqual([caseId]);
    expect((await hub.master.changes(null, 10)).seen?.has(caseId)).toBe(false);
    const read = () => raw(`/${prefix}cases/${caseId}?conflicts=true`);
    expect(await read()).toHaveProperty('_conflicts.1');

    const readers = await Promise.all([1, 2, 3].map(() => hub.master.getMany([caseId])));

    for (const [doc] of readers) {
      expect(Object.keys(doc?.actions ?? {}).sort()).toEqual(['common.1', 'left.1', 'right.1', 'third.1']);
      expect(Object.keys(doc?.rulings ?? {})).toHaveLength(4);
      expect(doc?.n).toBe(4);
    }
    // A copy of the cluster that was not needed for the quorum may be behind by a moment.
    await expect.poll(read).not.toHaveProperty('_conflicts');
    await expect.poll(async () => (await hub.master.changes(null, 10)).ids).toEqual([caseId]);
    for (const name of await hub.store.list()) await hub.store.destroy(name);
    await hub.store.close();
  });
});

/** Past the store, at a node that answers. */
function rawAccess(couchdbUrl: string): (path: string, body?: object) => Promise<unknown> {
  const cluster = new CouchCluster(parseCouchUrls(couchdbUrl));
  return async (path, body) => {
    const answer = await cluster.fetch(path, body && { method: 'POST', body: JSON.stringify(body) });
    return answer.json();
  };
}
