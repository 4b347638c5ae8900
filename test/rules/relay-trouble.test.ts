/** The street relay when things go wrong: crashes, cases that leave, clones, terminals out of service, poison, restores, lost disks. */
import { expect, test } from 'vitest';
import type { CatalogEntry } from '@sanji/sync/domain/catalog';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import { RelayDisk } from '@sanji/sync/testing/memory-relay';
import { CUIHU, deviceNamed, DISTRICT, OTHER_STREET, STREET, WENLIN } from '../simulation/district.ts';
import { RelayRig, type Movable } from './relay-rig.ts';
import { CASE, OTHER } from './rig.ts';

/** The district publishes a later state of an entry: it comes last in the catalog’s feed. */
function publish(rig: RelayRig, entry: CatalogEntry): void {
  const _id = catalogIdOf(entry);
  const n = (rig.docs.findLast((doc) => doc._id === _id)?.n ?? 0) + 1;
  rig.docs = [...rig.docs, { _id, n, entry, sig: 'signed by the hub' }];
}

async function sync(...stations: Movable[]): Promise<void> {
  for (const station of stations) await station.loop.poke();
}

test('a crash between keeping a case and routing it forgets neither', async () => {
  const rig = await RelayRig.open();
  rig.isCut = true;
  const wenlin = rig.at('wenlin1');
  const street = rig.at('street1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(wenlin);
  rig.disk.feeds.feeds.clear();
  rig.disk.checkpoint.value = null;
  await rig.startRelay();
  await sync(street);
  expect(street.find(CASE)?.relayed).toHaveLength(4);
  expect(rig.relay.store.counts().pending).toBe(4);
  rig.isCut = false;
  await rig.drain();
  expect(rig.masterOf(CASE).n).toBe(4);
  expect(rig.disk.outbox.ids.size).toBe(0);
});

test('a marker without its case, as a crash between the two leaves it, is taken out', async () => {
  const rig = await RelayRig.open();
  await rig.disk.outbox.add([CASE]);
  await rig.startRelay();
  expect(rig.relay.store.counts().pending).toBe(0);
  expect(rig.disk.outbox.ids.size).toBe(0);
});

test('of two clerks who act on one case while the line is cut, the second is told why, through the relay', async () => {
  const rig = await RelayRig.open();
  const [first, second, street] = [rig.at('wenlin1'), rig.at('wenlin2'), rig.at('street1')];
  await first.receive(CASE, false);
  await sync(first);
  await rig.drain();
  await sync(second, first, street);
  rig.isCut = true;
  await first.act(CASE, { kind: 'accept', payload: { deferred: [] } });
  await second.act(CASE, { kind: 'refuse', payload: { reason: '不属于本区' } });
  await sync(first, second);
  rig.isCut = false;
  await rig.drain();
  await sync(second, first);
  expect(rig.masterOf(CASE).n).toBe(4);
  expect(second.find(CASE)?.rulings).toEqual(rig.masterOf(CASE).rulings);
  expect(second.loop.status).toMatchObject({ relayed: 0, rejected: 1 });
});

test('a case that has left the whole street is gone from the relay, content and all; what was unsent is answered', async () => {
  const rig = await RelayRig.open();
  const [cuihu, street, colleague] = [rig.at('cuihu1'), rig.at('street1'), rig.at('street2')];
  await cuihu.receive(CASE);
  await cuihu.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(cuihu);
  await rig.drain();
  await sync(street, colleague);
  rig.isCut = true;
  await colleague.act(CASE, { kind: 'note', payload: { text: 'still on my desk' } });
  await sync(colleague);
  // Meanwhile the community has gone to another street, and gets its case back.
  moveUnit(rig, CUIHU, OTHER_STREET);
  street.toHub();
  await street.act(CASE, { kind: 'returnDown', payload: { to: CUIHU, reason: '材料不清' } });
  await sync(street);
  await rig.router.poke();
  expect(rig.relayed(CASE)?.actions).not.toEqual({});
  rig.isCut = false;
  await rig.drain();
  await sync(colleague);
  const kept = rig.relayed(CASE);
  expect(kept).toMatchObject({ actions: {}, rulings: {}, head: { parties: [] } });
  expect(JSON.stringify(kept)).not.toMatch(/张三|11010519491231002X|still on my desk/);
  expect(colleague.find(CASE)).toBeUndefined();
  expect(Object.values(rig.masterOf(CASE).actions).map(({ body }) => body.kind)).toContain('note');
  expect([...colleague.local.strays.values()].map(({ problem }) => problem?.code)).toEqual(['not-a-party']);
  await sync(colleague);
  expect(colleague.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 0 });
});

function moveUnit(rig: RelayRig, code: string, parent: string): void {
  const unit = rig.judge.catalog().units.get(code);
  if (unit === undefined) throw new Error(`no unit ${code}`);
  publish(rig, { kind: 'unit', unit: { ...unit, parent } });
}

test('while one unit of the street is a party, the relay keeps the case, and who leaves is shown out by the ruling', async () => {
  const rig = await RelayRig.open();
  const [wenlin, street] = [rig.at('wenlin1'), rig.at('street1')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(wenlin);
  await rig.drain();
  await sync(street, wenlin);
  rig.isCut = true;
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: '材料不清' } });
  await sync(street);
  await rig.relay.router.poke();
  await sync(wenlin, street);
  expect(wenlin.find(CASE)?.relayed).toHaveLength(1);
  // Nobody is shown out by what the district has not ruled on.
  expect(street.find(CASE)?.relayed).toHaveLength(1);
  rig.isCut = false;
  await rig.drain();
  await sync(wenlin, street);
  expect(street.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone', goneN: 4 });
  expect(wenlin.find(CASE)).toMatchObject({ n: 5, rulings: rig.masterOf(CASE).rulings });
});

test('what does not concern the street is handed up, shown to nobody, and then gone from the relay', async () => {
  const rig = await RelayRig.open();
  const west = rig.station('westgate1');
  await west.receive(CASE);
  const actions = Object.values(west.find(CASE)?.actions ?? {});
  rig.isCut = true;
  const push = () => rig.atRelay(WENLIN).push({ v: 1, cases: [{ caseId: CASE, n: 0, actions }] });
  expect(await push()).toMatchObject({ ok: true, value: { results: [{ kind: 'delta', n: 0 }] } });
  await rig.relay.router.poke();
  for (const unit of [WENLIN, CUIHU, STREET]) {
    const page = await rig.atRelay(unit).pull({ feed: `unit_${unit}`, since: null, limit: 9 });
    expect(page).toMatchObject({ ok: true, value: { items: [] } });
  }
  rig.isCut = false;
  await rig.drain();
  expect(rig.masterOf(CASE).n).toBe(3);
  expect(rig.relayed(CASE)).toMatchObject({ actions: {}, rulings: {} });
  expect(await push()).toMatchObject({ ok: true, value: { results: [{ kind: 'gone', n: 3 }] } });
  expect((await rig.atRelay(WENLIN).pull({ feed: `unit_${OTHER_STREET}`, since: null, limit: 9 })).ok).toBe(
    false,
  );
});

test('two contents under one id: the relay keeps the first, and the district says which counts', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  await wenlin.receive(CASE);
  await sync(wenlin);
  await rig.drain();
  await sync(wenlin);
  const copy = rig.at('wenlin1');
  for (const [caseId, row] of wenlin.local.rows) copy.local.rows.set(caseId, row);
  copy.local.knownEpoch = wenlin.local.knownEpoch;
  copy.local.knownRelay = wenlin.local.knownRelay;
  copy.deviceStore.state = wenlin.deviceStore.state;
  rig.isCut = true;
  await wenlin.act(CASE, { kind: 'note', payload: { text: 'the first' } });
  await copy.act(CASE, { kind: 'note', payload: { text: 'the second' } });
  await sync(wenlin, copy);
  // The second is nowhere but at its station, which knows it.
  expect(copy.loop.status).toMatchObject({ pending: 1, relayed: 0 });
  expect(wenlin.loop.status).toMatchObject({ pending: 0, relayed: 1 });
  rig.isCut = false;
  await rig.drain();
  await sync(copy, wenlin);
  expect(rig.masterOf(CASE).n).toBe(4);
  expect(rig.quarantine.entries.size).toBe(1);
  expect(rig.quarantine.marks.has('wenlin1')).toBe(true);
  expect(copy.find(CASE)?.actions).toEqual(rig.masterOf(CASE).actions);
  expect(copy.loop.status).toMatchObject({ pending: 0, relayed: 0, rejected: 1 });
});

test('what a terminal did that is out of service is set aside, and what others did in the case goes on', async () => {
  const rig = await RelayRig.open();
  const [wenlin, street] = [rig.at('wenlin1'), rig.at('street1')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(wenlin);
  await rig.drain();
  await sync(street, wenlin);
  rig.isCut = true;
  await wenlin.act(CASE, { kind: 'note', payload: { text: 'lost' } });
  await sync(wenlin);
  await rig.relay.router.poke();
  await sync(street);
  await street.act(CASE, { kind: 'note', payload: { text: 'kept' } });
  await sync(street);
  publish(rig, { kind: 'device', device: { ...deviceNamed('wenlin1'), status: 'revoked' } });
  rig.isCut = false;
  await rig.drain();
  await sync(street);
  const texts = Object.values(rig.masterOf(CASE).actions).map(({ body }) => JSON.stringify(body.payload));
  expect(texts.join()).toContain('kept');
  expect(texts.join()).not.toContain('lost');
  expect(rig.quarantine.entries.size).toBe(1);
  await sync(street);
  expect(street.find(CASE)?.actions).toEqual(rig.masterOf(CASE).actions);
  expect(street.loop.status).toMatchObject({ pending: 0, relayed: 0, parked: 0 });
});

test('a case the district cannot take blocks no other, and its station is told', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  rig.isCut = true;
  await wenlin.receive(CASE);
  await wenlin.receive(OTHER);
  await sync(wenlin);
  const poisoned = rig.relayed(CASE);
  if (poisoned === undefined) throw new Error('the relay has not taken it');
  const broken = Object.entries(poisoned.actions).map(([id, action]) => [id, { ...action, sig: 'forged' }]);
  const rev = String(rig.disk.master.docs.get(CASE)?.rev);
  await rig.disk.master.putMany([
    { ...poisoned, actions: Object.fromEntries(broken) as typeof poisoned.actions, rev },
  ]);
  rig.isCut = false;
  await rig.drain();
  await sync(wenlin);
  expect(rig.masterOf(OTHER).n).toBe(3);
  expect(rig.relay.store.counts()).toMatchObject({ parked: 1 });
  expect(wenlin.loop.status).toMatchObject({ parked: 1 });
  expect(wenlin.local.parked(CASE)).toMatchObject({ code: 'signature-invalid' });
});

test('a terminal the relay has not heard of waits until the line is back', async () => {
  const rig = await RelayRig.open();
  const [wenlin, other] = [rig.at('wenlin1'), rig.at('wenlin2')];
  const isNew = ({ _id }: { _id: string }) => _id === 'device:wenlin2';
  const [late, early] = [rig.docs.filter(isNew), rig.docs.filter((doc) => !isNew(doc))];
  rig.docs = early;
  rig.disk = new RelayDisk();
  await rig.startRelay();
  await rig.relay.loop.poke();
  rig.isCut = true;
  rig.docs = [...early, ...late];
  await other.receive(CASE);
  await sync(other, wenlin);
  expect(other.loop.status).toMatchObject({ pending: 3, parked: 0 });
  rig.isCut = false;
  await rig.drain();
  await sync(other);
  await rig.drain();
  expect(rig.masterOf(CASE).n).toBe(3);
});

test('a relay that lost its disk before it handed up: its stations hand in again what it had', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  await sync(wenlin);
  rig.isCut = true;
  await wenlin.receive(CASE);
  await sync(wenlin);
  rig.isCut = false;
  rig.disk = new RelayDisk();
  rig.name = 'relay2.b';
  await rig.startRelay();
  await rig.relay.loop.poke();
  await sync(wenlin);
  await rig.drain();
  await sync(wenlin);
  expect(rig.masterOf(CASE).n).toBe(3);
  expect(wenlin.loop.status).toMatchObject({ pending: 0, relayed: 0 });
});

test('the hub is put back and restored while the street is cut off: everything comes back, in order', async () => {
  const rig = await RelayRig.open();
  const [wenlin, street] = [rig.at('wenlin1'), rig.at('street1')];
  await wenlin.receive(CASE);
  await sync(wenlin);
  await rig.drain();
  const putBack = rig.backup();
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(wenlin);
  await rig.drain();
  await sync(wenlin, street);
  rig.isCut = true;
  await street.act(CASE, { kind: 'forward', payload: { to: DISTRICT } });
  await sync(street);
  putBack();
  rig.finishRestore();
  rig.isCut = false;
  await rig.drain();
  await sync(wenlin, street);
  await rig.drain();
  await sync(wenlin, street);
  expect(rig.masterOf(CASE).n).toBe(5);
  expect(Object.values(rig.masterOf(CASE).rulings).map(({ verdict }) => verdict)).not.toContain('rejected');
  for (const station of [wenlin, street]) {
    expect(station.find(CASE)).toMatchObject({ epoch: 2, n: 5, rulings: rig.masterOf(CASE).rulings });
    expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 0 });
  }
});

test('a community that goes to another street takes its cases with it', async () => {
  const rig = await RelayRig.open();
  const [wenlin, cuihu] = [rig.at('wenlin1'), rig.at('cuihu1')];
  await wenlin.receive(CASE);
  await cuihu.receive(OTHER);
  await sync(wenlin, cuihu);
  await rig.drain();
  moveUnit(rig, CUIHU, OTHER_STREET);
  await rig.drain();
  expect(rig.relayed(OTHER)).toMatchObject({ actions: {}, rulings: {} });
  expect(rig.relayed(CASE)?.n).toBe(3);
});

test('who holds the pending work of a community that has gone to another street is told of it once', async () => {
  const rig = await RelayRig.open();
  const [cuihu, street] = [rig.at('cuihu1'), rig.at('street1')];
  rig.isCut = true;
  await cuihu.receive(CASE);
  await cuihu.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await sync(cuihu);
  await rig.relay.router.poke();
  await sync(street);
  expect(street.find(CASE)?.relayed).toHaveLength(4);
  // The way to the old street is no way any more: the case stays with the community.
  moveUnit(rig, CUIHU, OTHER_STREET);
  rig.isCut = false;
  await rig.drain();
  await sync(street);
  await rig.drain();
  expect(rig.relayed(CASE)).toMatchObject({ actions: {}, rulings: {} });
  expect(street.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone' });
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 0 });
});

test('a relay that does not know yet whom it serves no more cannot take a case from them for good', async () => {
  const rig = await RelayRig.open();
  const cuihu = rig.at('cuihu1');
  rig.isCut = true;
  await cuihu.receive(CASE);
  await sync(cuihu);
  rig.isCut = false;
  // The district moves the community while the relay’s round is under way: after the catalog, before the push.
  const { master } = rig.disk;
  const getMany = master.getMany.bind(master);
  let isMoved = false;
  master.getMany = (ids) => {
    if (!isMoved) moveUnit(rig, CUIHU, OTHER_STREET);
    isMoved = true;
    return getMany(ids);
  };
  await rig.relay.loop.poke();
  await rig.relay.router.poke();
  await sync(cuihu);
  cuihu.toHub();
  await rig.router.poke();
  await sync(cuihu);
  expect(cuihu.find(CASE)).toMatchObject({ n: 3, rulings: rig.masterOf(CASE).rulings });
});

test('of a case that a terminal out of service began, who holds it pending keeps the words, and goes on with the rest', async () => {
  const rig = await RelayRig.open();
  const [wenlin, street] = [rig.at('wenlin1'), rig.at('street1')];
  rig.isCut = true;
  for (const caseId of [CASE, OTHER]) {
    await wenlin.receive(caseId);
    await wenlin.act(caseId, { kind: 'forward', payload: { to: STREET } });
  }
  await sync(wenlin);
  await rig.relay.router.poke();
  await sync(street);
  await street.act(OTHER, { kind: 'note', payload: { text: 'of the street' } });
  await sync(street);
  // The relay’s disk is lost, and the terminal’s with it.
  publish(rig, { kind: 'device', device: { ...deviceNamed('wenlin1'), status: 'revoked' } });
  rig.isCut = false;
  rig.disk = new RelayDisk();
  rig.name = 'relay2.b';
  await rig.startRelay();
  await rig.drain();
  await sync(street);
  await rig.drain();
  await sync(street);
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 0, parked: 0 });
  expect(street.find(CASE)).toBeUndefined();
  expect(Object.keys(rig.masterOf(OTHER).actions)).toEqual(['street1.1']);
  const kept = [...street.local.strays.values()].filter(({ problem }) => problem?.code === 'device-revoked');
  expect(kept.map(({ caseId }) => caseId).sort()).toEqual([...Array(4).fill(CASE), ...Array(4).fill(OTHER)]);
});
