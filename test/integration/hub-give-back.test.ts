/** What a terminal hands in as «the hub’s own» is believed only when the hub signed it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { signValue } from '@sanji/sync/domain/signing';
import { ask, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let station: TestStation;
beforeAll(async () => {
  hub = await startTestHub();
  station = await TestStation.join(hub, 'yangxm');
});
afterAll(() => hub.end());

const giveBack = (body: unknown, headers = station.headers) =>
  ask(hub.url, 'POST /sync/catalog', { body, headers });

async function published(kind: string): Promise<CatalogDocument> {
  const all = await hub.hub.container.stores.catalog.all();
  const found = all.find(({ entry }) => entry.kind === kind);
  if (found === undefined) throw new Error(`nothing of kind ${kind}`);
  return found;
}

test('everything the hub publishes is signed', async () => {
  const all = await hub.hub.container.stores.catalog.all();
  const signed = await Promise.all(all.map((doc) => hub.hub.container.hubDevice.hasSigned(doc)));
  expect(signed.every(Boolean)).toBe(true);
});

test('what the hub knows is taken and changes nothing', async () => {
  const doc = await published('staff');
  const before = await hub.hub.container.stores.catalog.all();
  expect(await giveBack({ v: 1, docs: [doc, doc] })).toMatchObject({ status: 200, body: { taken: 0 } });
  expect(await hub.hub.container.stores.catalog.all()).toEqual(before);
});

test('nobody becomes an administrator by a document of his own', async () => {
  const doc = await published('staff');
  if (doc.entry.kind !== 'staff') throw new Error('not staff');
  const { sig = '', ...body } = doc;
  const mine = {
    ...body,
    n: doc.n + 1,
    entry: { kind: 'staff', staff: { ...doc.entry.staff, roles: ['systemAdmin', 'securityAdmin'] } },
  };
  const forged = [
    { ...mine, sig },
    { ...mine, sig: await signValue(mine, station.keys.privateKey) },
    { ...mine, sig: 'x' },
    // A genuine signature under another id.
    { ...doc, _id: `${doc._id}2` },
  ];
  const before = await hub.hub.container.stores.catalog.all();
  for (const each of forged)
    expect(await giveBack({ v: 1, docs: [each] })).toMatchObject({ status: 200, body: { taken: 0 } });
  expect(await hub.hub.container.stores.catalog.all()).toEqual(before);
});

test('nonsense is refused or left, and never breaks anything', async () => {
  const deep = `{"v":1,"docs":[{"_id":"x","n":1,"sig":"x","entry":{"kind":"staff","a":${'['.repeat(60_000)}${']'.repeat(60_000)}}}]}`;
  const bodies: [unknown, number][] = [
    [{ v: 2, docs: [] }, 400],
    [{ v: 1 }, 400],
    [{ v: 1, docs: [{ _id: 'x' }] }, 400],
    ['{"v":1,"docs":[{"_id":"x","n":1,"sig":"x","entry":{"kind":"staff","__proto__":{"x":1}}}]}', 200],
    [deep, 400],
    [`{"v":1,"docs":["${'x'.repeat(8_100_000)}"]}`, 413],
  ];
  for (const [body, status] of bodies) expect((await giveBack(body)).status).toBe(status);
  expect((await giveBack({ v: 1, docs: [] }, {})).status).toBe(401);
});
