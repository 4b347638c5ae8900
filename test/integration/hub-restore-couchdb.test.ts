/** The databases of a CouchDB are put back by the operator's own means, all but the feeds; then the restore is finished by the command. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { readConfig } from '@sanji/server/config';
import { restoreBackup, RestoreRefused } from '@sanji/server/restore-backup';
import { openStore } from '@sanji/server/store/open-store';
import type { Store, StoredDocument } from '@sanji/server/store/store';
import { startCompatibleServer, type CompatibleServer } from '../couchdb-compatible/server.ts';
import { LoopStation } from './loop-station.ts';
import { startTestHub, type TestHub } from './running-hub.ts';

const HOUR_MS = 3_600_000;

let compatible: CompatibleServer;
beforeAll(async () => {
  compatible = await startCompatibleServer();
});
afterAll(() => compatible.kill());

type Dump = Map<string, StoredDocument[]>;

async function dump(store: Store): Promise<Dump> {
  const found: Dump = new Map();
  for (const name of await store.list()) {
    const database = await store.open(name);
    const docs: StoredDocument[] = [];
    for (let since: string | null = null, more = true; more;) {
      const page = await database.changes(since, 500);
      docs.push(...page.rows.flatMap(({ doc }) => doc ?? []));
      [since, more] = [page.last, page.more];
    }
    found.set(name, docs);
  }
  return found;
}

/** Made anew, so that every position in a change feed means something else. */
async function load(store: Store, backup: Dump): Promise<void> {
  for (const name of await store.list()) if (!name.startsWith('unit_')) await store.destroy(name);
  for (const [name, docs] of backup) {
    if (name.startsWith('unit_')) continue;
    const database = await store.open(name);
    await database.putMany(docs.map(({ _rev: _old, ...doc }) => doc));
  }
}

const real = process.env['COUCHDB_URL'] ?? '';
describe.each([
  ['a compatible server', () => compatible.url],
  ...(real === '' ? [] : [['COUCHDB_URL', () => real] as const]),
] as const)('a restore on %s', (_name, urlOf) => {
  const prefix = `r${randomBytes(5).toString('hex')}_`;
  let env: Record<string, string>;
  let hub: TestHub;
  beforeAll(async () => {
    env = { COUCHDB_URL: urlOf(), COUCHDB_PREFIX: prefix };
    hub = await startTestHub(env);
  });
  afterAll(async () => {
    const { store } = hub.hub.container.stores;
    for (const name of await store.list()) await store.destroy(name);
    await hub.end();
  });

  test(
    'brings everything back, though the feeds ran ahead and every database is new',
    { timeout: 240_000 },
    async () => {
      const community = await LoopStation.join(hub, 'yangxm');
      const street = await LoopStation.join(hub, 'puyl');
      const matterId = community.terminal.forwardedMatter(street.terminal);
      const caseId = await community.receive(matterId);
      await community.loop.poke();
      const masterOf = async (id: string) => (await hub.hub.container.stores.master.getMany([id]))[0];
      const everywhere = (id: string) =>
        expect
          .poll(
            async () => {
              await community.loop.poke();
              await street.loop.poke();
              const master = await masterOf(id);
              return [community, street].every((station) => station.find(id)?.n === master?.n);
            },
            { timeout: 60_000 },
          )
          .toBe(true);
      const backup = await dump(hub.hub.container.stores.store);
      await community.act(caseId, { kind: 'forward', payload: { to: street.terminal.unit } });
      await community.loop.poke();
      await everywhere(caseId);
      await street.act(caseId, { kind: 'note', payload: { text: 'read at the street' } });
      await everywhere(caseId);
      const before = Object.entries((await masterOf(caseId))?.rulings ?? {}).map(([id, { seq, verdict }]) => [
        id,
        seq,
        verdict,
      ]);

      const config = readConfig({ ...env, DATA_DIR: hub.dataDir });
      await hub.hub.stop();
      const tooSoon = await restoreBackup({ config, clock: hub.clock }).catch((error: unknown) => error);
      expect(tooSoon).toBeInstanceOf(RestoreRefused);
      const store = await openStore({ dataDir: hub.dataDir, couchdbUrl: urlOf(), prefix });
      await load(store, backup);
      await store.close();
      hub.clock.moveBy(HOUR_MS);
      const { before: first, after } = await restoreBackup({ config, clock: hub.clock });
      expect(after.count).toBeGreaterThan(first.count);

      await hub.restart();
      expect((await masterOf(caseId))?.n).toBe(3);
      // The street alone: its copy holds the community's work too.
      await street.loop.poke();
      const master = await masterOf(caseId);
      expect(
        Object.entries(master?.rulings ?? {}).map(([id, { seq, verdict }]) => [id, seq, verdict]),
      ).toEqual(before);
      await everywhere(caseId);
      await community.act(caseId, { kind: 'note', payload: { text: 'after the restore' } });
      await everywhere(caseId);
      for (const station of [community, street]) {
        const found = await masterOf(caseId);
        const doc = station.find(caseId);
        if (found === undefined || doc === undefined) throw new Error('not there');
        expect(doc).toMatchObject({ n: 6, actions: found.actions, rulings: found.rulings });
        expect(fold(doc)).toEqual(fold(found));
        expect(station.faults).toEqual([]);
      }
    },
  );
});
