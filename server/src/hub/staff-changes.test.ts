import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Staff } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { staffProblem } from '@sanji/sync/domain/staff-rules';
import type { CatalogStore } from '../store/catalog-store.ts';
import { openHubStores, type HubStores } from '../store/open-store.ts';
import { CatalogService } from './catalog-service.ts';
import { StaffChanges } from './staff-changes.ts';

let serial = 0;
/** No two signatures are alike. */
const signer = {
  signDocument: () => Promise.resolve(`signed ${String(serial++)}`),
  hasSigned: () => Promise.resolve(true),
};
const auditor = (staffId: string): Staff => ({
  staffId,
  name: staffId,
  unit: '530102000000',
  position: { zh: '审计', en: 'Auditor' },
  roles: ['auditAdmin'],
  active: true,
});

let folder: string;
let stores: HubStores;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-staff-'));
  stores = await openHubStores({ dataDir: folder });
  const { catalog } = await hubProcess();
  await catalog.put(['wug', 'zhaom'].map((staffId) => ({ kind: 'staff', staff: auditor(staffId) })));
});
afterEach(async () => {
  await stores.store.close();
  rmSync(folder, { recursive: true });
});

/** One of several on one store, which hears nothing of the others by itself. */
async function hubProcess(put: CatalogStore['put'] = (docs) => stores.catalog.put(docs)) {
  const store: CatalogStore = {
    all: () => stores.catalog.all(),
    find: (id) => stores.catalog.find(id),
    findMany: (ids) => stores.catalog.findMany(ids),
    put,
    changes: (since, limit) => stores.catalog.changes(since, limit),
    follow: (since, signal) => stores.catalog.follow(since, signal),
  };
  const { directory } = stores;
  const catalog = await CatalogService.open({ store, directory, signer, epoch: () => 1 });
  const changes = await StaffChanges.open({ catalog, directory });
  const demote = (staffId: string): Promise<Result<{ staff: Staff }>> =>
    changes.make(staffId, () => {
      const known = catalog.current().staff.get(staffId);
      if (known === undefined) return Promise.resolve(refused('not-found'));
      const staff: Staff = { ...known, roles: [] };
      const bad = staffProblem(catalog.current(), staff);
      return Promise.resolve(
        bad === undefined ? { ok: true, value: { staff } } : { ok: false, problem: bad },
      );
    });
  return { catalog, demote };
}

async function auditorsLeft(): Promise<string[]> {
  const { catalog } = await hubProcess();
  return [...catalog.current().staff.values()]
    .filter(({ roles }) => roles.includes('auditAdmin'))
    .map(({ staffId }) => staffId);
}

test('of two processes that each take the role from one of the last two, one is refused', async () => {
  const [one, two] = await Promise.all([hubProcess(), hubProcess()]);
  const verdicts = await Promise.all([one.demote('wug'), two.demote('zhaom')]);
  expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
  expect(verdicts.find(({ ok }) => !ok)).toMatchObject({ problem: { code: 'last-admin' } });
  expect(await auditorsLeft()).toHaveLength(1);
});

test('a process that is held up before it publishes has its change published by the next', async () => {
  const goOn = Promise.withResolvers<undefined>();
  const reached = Promise.withResolvers<undefined>();
  const slow = await hubProcess(async (docs) => {
    reached.resolve(undefined);
    await goOn.promise;
    return stores.catalog.put(docs);
  });
  const held = slow.demote('wug');
  await reached.promise;
  const { demote } = await hubProcess();
  expect(await demote('zhaom')).toMatchObject({ ok: false, problem: { code: 'last-admin' } });
  goOn.resolve(undefined);
  expect(await held).toMatchObject({ ok: true });
  expect(await auditorsLeft()).toEqual(['zhaom']);
});

test('a change that a crash cut short is finished by the next start, and not again over a later one', async () => {
  const crashed = await hubProcess(() => Promise.reject(new Error('the machine is gone')));
  await expect(crashed.demote('wug')).rejects.toThrow('the machine is gone');
  expect(await auditorsLeft()).toEqual(['zhaom']);
  const { catalog } = await hubProcess();
  await catalog.put([{ kind: 'staff', staff: auditor('wug') }]);
  expect(await auditorsLeft()).toHaveLength(2);
});
