import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CatalogEntry } from '@sanji/sync/domain/catalog';
import type { CatalogStore } from '../store/catalog-store.ts';
import { openHubStores, type HubStores } from '../store/open-store.ts';
import { CatalogService } from './catalog-service.ts';

const DISTRICT = '530102000000';
const settings: CatalogEntry = {
  kind: 'settings',
  settings: {
    district: DISTRICT,
    officeHours: { opensAt: 540, closesAt: 1020 },
    deferralDays: 10,
    noticeDays: 5,
    yellowShare: 0.2,
    hotline: '12345',
  },
};
const unit = (name: string): CatalogEntry => ({
  kind: 'unit',
  unit: { code: DISTRICT, name, display: name, tier: 'district', parent: null, active: true },
});
const signer = { signDocument: () => Promise.resolve('signed'), hasSigned: () => Promise.resolve(true) };

let folder: string;
let stores: HubStores;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-catalog-'));
  stores = await openHubStores({ dataDir: folder });
});
afterEach(async () => {
  await stores.store.close();
  rmSync(folder, { recursive: true });
});

const open = (store: CatalogStore) =>
  CatalogService.open({ store, directory: stores.directory, signer, epoch: () => 1 });

/** As a cluster reads by range from a node that has just come back without its data. */
function blank(store: CatalogStore): CatalogStore {
  return {
    all: () => Promise.resolve([]),
    find: (id) => store.find(id),
    findMany: (ids) => store.findMany(ids),
    put: (docs) => store.put(docs),
    changes: (since, limit) => store.changes(since, limit),
    follow: (since, signal) => store.follow(since, signal),
  };
}

test('is empty only where the settings cannot be got, whatever a range says', async () => {
  expect((await open(stores.catalog)).isEmpty()).toBe(true);
  await (await open(stores.catalog)).put([settings, unit('五华区')]);
  const catalog = await open(blank(stores.catalog));
  expect(catalog.isEmpty()).toBe(false);
  expect(catalog.current().settings.district).toBe(DISTRICT);
});

test('writes on what is stored, though a range does not show it', async () => {
  const first = await open(stores.catalog);
  await first.put([unit('五华区')]);
  await first.put([unit('五华区政务服务中心')]);
  const catalog = await open(blank(stores.catalog));
  await catalog.put([unit('五华区政务服务局')]);
  expect(await stores.catalog.find(`unit:${DISTRICT}`)).toMatchObject({
    n: 3,
    entry: { unit: { name: '五华区政务服务局' } },
  });
  expect(await catalog.insert(unit('another'))).toBe('conflict');
});
