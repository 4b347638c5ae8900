import { expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { targetsOf } from '@sanji/sync/replication/router';
import { MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { DISTRICT, STREET, WENLIN } from '../simulation/district.ts';
import { CASE, OTHER, Rig, THIRD, bent, offline } from './rig.ts';

async function forwarded(rig: Rig, caseId = CASE, wenlin = rig.station('wenlin1')) {
  await wenlin.receive(caseId);
  await wenlin.act(caseId, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin);
  return wenlin;
}

test('rule 8: the checkpoint is saved only after every write of the page is in', async () => {
  const rig = new Rig();
  await forwarded(rig);
  const local = new MemoryLocalStore();
  local.checkpoints.set(feedOf(STREET), '0');
  local.write = () => Promise.reject(new Error('disk full'));
  const broken = rig.station('street1', undefined, { local });
  await broken.loop.poke();
  expect(broken.loop.status.state).toBe('faulty');
  expect(local.checkpoints.get(feedOf(STREET))).toBe('0');
});

test('rule 8: a write that meets another revision reads again and loses nothing', async () => {
  const rig = new Rig();
  const wenlin = await forwarded(rig);
  const street = rig.station('street1');
  await rig.settle(street, wenlin);
  await street.act(CASE, { kind: 'note', payload: { text: 'from the street' } });
  await rig.settle(street);
  const local = wenlin.local;
  const write = local.write.bind(local);
  let hasRaced = false;
  local.write = async (doc, revision) => {
    if (!hasRaced) {
      hasRaced = true;
      await wenlin.act(CASE, { kind: 'note', payload: { text: 'from the community' } });
    }
    return write(doc, revision);
  };
  await wenlin.loop.poke();
  expect(Object.keys(wenlin.find(CASE)?.actions ?? {})).toHaveLength(6);
  await wenlin.loop.poke();
  expect(Object.keys(rig.masterOf(CASE).actions)).toHaveLength(6);
});

test('rule 9: a page is full or the feed has ended', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  for (const id of [CASE, OTHER, THIRD]) await forwarded(rig, id, wenlin);
  const first = await rig.hub(STREET).pull({ feed: feedOf(STREET), since: null, limit: 2 });
  if (!first.ok) throw new Error('refused');
  expect([first.value.items.length, first.value.more]).toEqual([2, true]);
  const second = await rig
    .hub(STREET)
    .pull({ feed: feedOf(STREET), since: first.value.checkpoint, limit: 2 });
  if (!second.ok) throw new Error('refused');
  expect([second.value.items.length, second.value.more]).toEqual([1, false]);
});

test('rule 10: the echo of the own actions changes nothing', async () => {
  const rig = new Rig();
  const wenlin = await forwarded(rig);
  const before = structuredClone(wenlin.local.rows.get(CASE));
  wenlin.local.checkpoints.clear();
  await wenlin.loop.poke();
  expect(wenlin.local.rows.get(CASE)).toEqual(before);
});

test('rule 11: a poke carries no data, and makes the station push and pull', async () => {
  const rig = new Rig();
  const street = rig.station('street1');
  await street.loop.poke();
  await forwarded(rig);
  expect(rig.pokes).toContain(feedOf(STREET));
  await street.receive(OTHER);
  await street.loop.poke();
  expect(street.find(CASE)?.n).toBe(4);
  expect(rig.master.docs.has(OTHER)).toBe(true);
});

async function left(rig: Rig) {
  const wenlin = await forwarded(rig);
  const street = rig.station('street1');
  const colleague = rig.station('street2');
  await rig.settle(street, colleague);
  await colleague.act(CASE, { kind: 'note', payload: { text: 'written while offline' } });
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  await rig.settle(street);
  return { wenlin, street, colleague };
}

test('rule 12: what is unsent goes to the hub before gone is applied', async () => {
  const rig = new Rig();
  const { colleague } = await left(rig);
  await colleague.loop.poke();
  expect(colleague.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone' });
  expect(Object.values(rig.masterOf(CASE).actions).some(({ body }) => body.id.startsWith('street2.'))).toBe(
    true,
  );
});

test('rule 12: with the push cut, gone waits and the checkpoint with it', async () => {
  const rig = new Rig();
  const { colleague } = await left(rig);
  const again = rig.station('street2', bent({ push: () => Promise.resolve(offline) }), {
    local: colleague.local,
  });
  await again.loop.poke();
  expect(again.find(CASE)).toBeDefined();
  expect(again.loop.status.state).toBe('offline');
});

test('rule 13: unruled and rejected actions of the station are in the tray before its copy goes; the tombstone holds goneN and its epoch only', async () => {
  const rig = new Rig();
  const { colleague } = await left(rig);
  await colleague.loop.poke();
  expect(
    [...colleague.local.strays.values()].map(({ action, problem }) => [action.body.kind, problem?.code]),
  ).toEqual([['note', 'not-a-party']]);
  expect(Object.keys(colleague.local.rows.get(CASE) ?? {}).sort()).toEqual([
    'goneEpoch',
    'goneN',
    'kind',
    'revision',
  ]);
});

test('rule 14: acting on a case that has left throws and does not bring it back', async () => {
  const rig = new Rig();
  const { street } = await left(rig);
  await expect(street.act(CASE, { kind: 'note', payload: { text: 'too late' } })).rejects.toThrow('has left');
  expect(street.find(CASE)).toBeUndefined();
});

test('rule 15: a feed entry is thin', async () => {
  const rig = new Rig();
  await forwarded(rig);
  const { entries } = await rig.feeds.read(feedOf(STREET), null, 10);
  expect(entries).toEqual([{ caseId: CASE, n: 4, gone: false }]);
});

test('rule 16: a feed entry rises and never falls; who left gets a live marker', async () => {
  const rig = new Rig();
  await left(rig);
  const marker = { caseId: CASE, n: 5, gone: true };
  expect(await rig.feeds.raise(feedOf(STREET), [{ caseId: CASE, n: 4, gone: false }])).toBe(false);
  expect((await rig.feeds.read(feedOf(STREET), null, 10)).entries).toEqual([marker]);
});

test('rule 17: targets are all units that ever were a party, and the checkpoint is saved after the fan-out', async () => {
  const rig = new Rig();
  const { wenlin } = await left(rig);
  const targets = targetsOf([rig.masterOf(CASE)], 1);
  expect([...targets.keys()].sort()).toEqual([STREET, WENLIN].map(feedOf).sort());
  const checkpoint = rig.checkpoint.value;
  const raise = rig.feeds.raise.bind(rig.feeds);
  rig.feeds.raise = () => Promise.reject(new Error('no store'));
  await forwarded(rig, OTHER, wenlin);
  expect(rig.checkpoint.value).toBe(checkpoint);
  rig.feeds.raise = raise;
  await rig.router.poke();
  expect((await rig.feeds.read(feedOf(STREET), null, 10)).entries.map(({ caseId }) => caseId)).toContain(
    OTHER,
  );
});

test('rule 18: the router routes by the master as it is after the change row, never by an older head', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await wenlin.loop.poke();
  const changes = rig.master.changes.bind(rig.master);
  let isFirst = true;
  rig.master.changes = async (since, limit) => {
    const page = await changes(since, limit);
    if (isFirst) {
      isFirst = false;
      await wenlin.act(CASE, { kind: 'forward', payload: { to: DISTRICT } });
      await wenlin.loop.poke();
    }
    return page;
  };
  await rig.router.poke();
  expect((await rig.feeds.read(feedOf(DISTRICT), null, 10)).entries).toEqual([
    { caseId: CASE, n: 4, gone: false },
  ]);
});

test('rule 19: several routers at once leave the same feeds', async () => {
  const rig = new Rig();
  await left(rig);
  const before = await rig.feeds.read(feedOf(STREET), null, 10);
  rig.checkpoint.value = null;
  await Promise.all([rig.router.poke(), rig.router.poke()]);
  expect(await rig.feeds.read(feedOf(STREET), null, 10)).toEqual(before);
  expect(fold(rig.masterOf(CASE)).status).toBe('accepted');
});
