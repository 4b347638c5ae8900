/** A backup is put back and the restore finished: what the hub has forgotten comes back from the stations, once, in its old order. */
import { expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { STREET, WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { CASE, OTHER, Rig, bent } from './rig.ts';

const note = (text: string) => ({ kind: 'note' as const, payload: { text } });
const forwardTo = (to: string) => ({ kind: 'forward' as const, payload: { to } });

function verdictsOf(rig: Rig, caseId = CASE): string[] {
  return Object.entries(rig.masterOf(caseId).rulings)
    .sort(([, a], [, b]) => a.seq - b.seq)
    .map(([id, { verdict }]) => `${id} ${verdict}`);
}

/** The log as everybody at rest must have it. */
function expectEqual(rig: Rig, caseId: string, ...stations: Station[]): void {
  const { n, actions, rulings } = rig.masterOf(caseId);
  expect(
    Object.values(rulings)
      .map(({ seq }) => seq)
      .sort((a, b) => a - b),
  ).toEqual(Array.from({ length: n }, (_, i) => i + 1));
  for (const station of stations) {
    const doc = station.find(caseId);
    expect(doc).toMatchObject({ n, actions, rulings });
    expect(doc?.former).toBeUndefined();
    expect(fold(doc ?? rig.masterOf(caseId))).toEqual(fold(rig.masterOf(caseId)));
  }
}

/** Received at the community and backed up; then forwarded, and noted at the street. */
async function worked(rig: Rig) {
  const [wenlin, street] = [rig.station('wenlin1'), rig.station('street1')];
  await wenlin.receive(CASE);
  await rig.settle(wenlin, street);
  const backup = rig.backup();
  await wenlin.act(CASE, forwardTo(STREET));
  await rig.settle(wenlin, street);
  await street.act(CASE, note('read at the street'));
  await wenlin.receive(OTHER);
  await rig.settle(wenlin, street);
  const before = verdictsOf(rig);
  return { wenlin, street, backup, before };
}

test('any holder returns every action the hub has forgotten, others’ too, and each is ruled once', async () => {
  const rig = new Rig();
  const { wenlin, street, backup, before } = await worked(rig);
  backup();
  rig.finishRestore();
  expect(rig.masterOf(CASE).n).toBe(3);
  // The community’s own terminal stays off: the street’s brings its work back.
  await rig.settle(street);
  expect(verdictsOf(rig)).toEqual(before);
  expect(rig.masterOf(CASE).head).toMatchObject({ holder: STREET, status: 'reviewing' });
  await rig.settle(wenlin, street);
  expect(verdictsOf(rig)).toEqual(before);
  expectEqual(rig, CASE, wenlin, street);
  expectEqual(rig, OTHER, wenlin);
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 0, rejected: 0, parked: 0 });
});

test('what came back is noted case by case, with what its ruling was before', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  backup();
  rig.finishRestore();
  await rig.settle(wenlin, street);
  expect([...rig.restores.returned].sort()).toEqual([CASE, OTHER]);
  const { rulings } = rig.masterOf(CASE);
  expect(rulings['wenlin1.3']?.former).toBeUndefined();
  expect(rulings['street1.1']?.former).toEqual({ epoch: 1, seq: 5, verdict: 'accepted' });
});

test('a case and its number that the hub never heard of come back under that very number', async () => {
  const rig = new Rig();
  const { wenlin, backup } = await worked(rig);
  const { caseNo } = rig.masterOf(OTHER).head;
  backup();
  rig.finishRestore();
  expect(rig.master.docs.has(OTHER)).toBe(false);
  await rig.settle(wenlin);
  expect(rig.masterOf(OTHER).head).toMatchObject({ status: 'accepted', caseNo });
});

test('rivals keep their verdicts: what came second before is ruled second again, whoever brings it', async () => {
  const rig = new Rig();
  const [one, two] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await one.receive(CASE, false);
  await rig.settle(one, two);
  const backup = rig.backup();
  await two.act(CASE, { kind: 'accept', payload: { deferred: [] } });
  await one.act(CASE, { kind: 'refuse', payload: { reason: 'not ours' } });
  await rig.settle(two, one, two);
  const before = verdictsOf(rig);
  expect(before.slice(2)).toEqual(['wenlin2.1 accepted', 'wenlin1.3 rejected']);
  backup();
  rig.finishRestore();
  await rig.settle(one, two);
  expect(verdictsOf(rig)).toEqual(before);
  expectEqual(rig, CASE, one, two);
});

test('new work that rests on what the hub has forgotten waits for it', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  backup();
  rig.finishRestore();
  const doc = street.find(CASE);
  if (doc === undefined) throw new Error('not there');
  // As an old program would: the new action alone, over rulings the hub does not know.
  const unsent = Object.values(doc.actions).filter(({ body }) => doc.rulings[body.id] === undefined);
  const alone = { caseId: CASE, n: doc.n, actions: unsent };
  expect(await rig.hub(STREET).push({ v: 1, cases: [alone] })).toMatchObject({
    value: { results: [{ kind: 'refused', problem: { code: 'epoch-changed' } }] },
  });
  expect(rig.masterOf(CASE).n).toBe(3);
  await rig.settle(street, wenlin);
  expect(verdictsOf(rig).every((line) => line.endsWith('accepted'))).toBe(true);
  expect(rig.masterOf(CASE).head).toMatchObject({ holder: WENLIN, status: 'accepted' });
  expectEqual(rig, CASE, wenlin);
});

test('a checkpoint of another epoch means everything again: nothing the restored hub does later is missed', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  backup();
  rig.finishRestore();
  await rig.settle(wenlin);
  // The feed has passed the place where the street’s old checkpoint stood.
  for (let i = 0; i < 5; i++) await wenlin.act(CASE, note(String(i)));
  await rig.settle(wenlin, street);
  expectEqual(rig, CASE, wenlin, street);
});

test('the word of an earlier epoch is not applied, however late it comes', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  const { feed, epoch } = { feed: `unit_${STREET}`, epoch: rig.memory.epoch };
  const late = await rig.hub(STREET).pull({ feed, since: null, limit: 10 });
  backup();
  rig.finishRestore();
  await rig.settle(wenlin, street);
  const before = structuredClone(street.local.rows);
  const again = rig.station('street1', bent({ pull: () => Promise.resolve(late) }), {
    local: street.local,
    deviceStore: street.deviceStore,
  });
  await again.loop.poke();
  expect(late).toMatchObject({ value: { epoch } });
  expect(again.loop.status).toMatchObject({ state: 'blocked', problem: { code: 'hub-behind' } });
  expect(street.local.rows).toEqual(before);
});

test('a tombstone gives way to the restored hub’s older state, and comes back with what the others return', async () => {
  const rig = new Rig();
  const [wenlin, street, other] = [rig.station('wenlin1'), rig.station('street1'), rig.station('street2')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, forwardTo(STREET));
  await rig.settle(wenlin, street, other);
  const backup = rig.backup();
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  await rig.settle(street, wenlin, other);
  // A terminal that did nothing in the case keeps nothing of it.
  expect(other.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone', goneN: 5, goneEpoch: 1 });
  backup();
  rig.finishRestore();
  await other.loop.poke();
  expect(other.find(CASE)).toMatchObject({ epoch: 2, n: 4 });
  await rig.settle(wenlin, other);
  expect(other.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone', goneN: 5, goneEpoch: 2 });
  expectEqual(rig, CASE, wenlin);
});

test('a marker of the restored hub does not take a case the unit holds again: what was forgotten is offered first', async () => {
  const rig = new Rig();
  const [wenlin, street] = [rig.station('wenlin1'), rig.station('street1')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, forwardTo(STREET));
  await rig.settle(wenlin, street);
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  await rig.settle(street, wenlin);
  const backup = rig.backup();
  await wenlin.act(CASE, forwardTo(STREET));
  await rig.settle(wenlin, street);
  await street.act(CASE, note('it is here again'));
  await rig.settle(street, wenlin);
  const before = verdictsOf(rig);
  backup();
  rig.finishRestore();
  await rig.settle(street);
  expect(verdictsOf(rig)).toEqual(before);
  await rig.settle(wenlin, street);
  expectEqual(rig, CASE, wenlin, street);
});

test('a renewal that is cut off is begun again, and until it is whole nothing is pushed', async () => {
  const rig = new Rig();
  const { street, backup, before } = await worked(rig);
  backup();
  rig.finishRestore();
  let writes = 0;
  const wrapped = rig.station('street1', undefined, {
    local: street.local,
    deviceStore: street.deviceStore,
    wrap: (local) =>
      new Proxy(local, {
        get: (target, name) => {
          if (name === 'write' || name === 'writeMany' || name === 'saveEpoch') {
            writes += 1;
            if (writes === 1) return () => Promise.reject(new Error('power cut'));
          }
          const found: unknown = Reflect.get(target, name);
          return typeof found === 'function' ? found.bind(target) : found;
        },
      }),
  });
  await wrapped.loop.poke();
  expect(wrapped.loop.status.state).toBe('faulty');
  expect([rig.masterOf(CASE).n, street.local.knownEpoch?.count]).toEqual([3, 1]);
  await wrapped.loop.poke();
  await rig.settle(wrapped);
  expect(street.local.knownEpoch?.count).toBe(2);
  expect(verdictsOf(rig)).toEqual(before);
});

test('a second restore, of the same backup, and everything is back again', async () => {
  const rig = new Rig();
  const { wenlin, street, backup, before } = await worked(rig);
  backup();
  rig.finishRestore();
  await rig.settle(wenlin, street);
  await wenlin.act(CASE, note('in the second epoch'));
  await rig.settle(wenlin, street);
  const lost = rig.memory.epoch;
  backup();
  rig.memory = { ...rig.memory, epoch: { count: lost.count + 1, id: 'again' } };
  await rig.settle(wenlin, street);
  expect(verdictsOf(rig)).toEqual([...before, 'wenlin1.8 accepted']);
  expectEqual(rig, CASE, wenlin, street);
  expect(rig.masterOf(CASE).rulings['street1.1']?.former).toEqual({ epoch: 2, seq: 5, verdict: 'accepted' });
});

test('a station that was away during the whole epoch brings its work into the next', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  const away = rig.station('wenlin2');
  await away.loop.poke();
  await away.act(CASE, note('made offline'));
  for (let i = 0; i < 2; i++) {
    backup();
    const count = rig.memory.epoch.count + i + 1;
    rig.memory = { ...rig.memory, epoch: { count, id: `life${String(count)}` } };
    await rig.settle(wenlin, street);
  }
  await rig.settle(away, wenlin, street);
  expect(Object.keys(rig.masterOf(CASE).actions)).toContain('wenlin2.1');
  expectEqual(rig, CASE, wenlin, street, away);
});

test('an id whose owner is not back yet is not lost to a copy: both contents reach the hub, one in the case', async () => {
  const rig = new Rig();
  const first = rig.station('wenlin1');
  await first.receive(CASE);
  await rig.settle(first);
  const state = await first.deviceStore.read();
  const backup = rig.backup();
  await first.act(CASE, note('the first'));
  await rig.settle(first);
  backup();
  rig.finishRestore();
  const clone = rig.station('wenlin1');
  await clone.deviceStore.save(state);
  await clone.loop.poke();
  await clone.act(CASE, note('the second'));
  await rig.settle(clone);
  expect(rig.masterOf(CASE).actions['wenlin1.4']?.body.payload).toEqual({ text: 'the second' });
  await rig.settle(first);
  expect([...rig.quarantine.entries.values()].map(({ action }) => action.body.payload)).toEqual([
    { text: 'the first' },
  ]);
  expect([...first.local.strays.values()].map(({ action }) => action.body.payload)).toEqual([
    { text: 'the first' },
  ]);
  expectEqual(rig, CASE, first, clone);
});

test('a feed that ran ahead of the restored cases is overtaken by the new epoch', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await rig.settle(wenlin);
  const backup = rig.backup();
  const colleague = rig.station('wenlin2');
  await colleague.loop.poke();
  await wenlin.act(CASE, forwardTo(STREET), note('one'), note('two'));
  await rig.settle(wenlin);
  // Only the cases were put back, as an operator of several databases might do: the street’s feed stands at n = 6.
  const ahead = rig.feeds.backup();
  backup();
  ahead();
  rig.checkpoint.value = null;
  rig.finishRestore();
  const street = rig.station('street1');
  await rig.settle(street);
  expect(street.find(CASE)).toBeUndefined();
  // The restored hub counts on from three, and the street must hear of four.
  await colleague.act(CASE, forwardTo(STREET));
  await rig.settle(colleague, street);
  expect(rig.masterOf(CASE).n).toBe(4);
  expectEqual(rig, CASE, colleague, street);
});

test('a first load belongs to its epoch: a station that joins after the restore knows nothing else', async () => {
  const rig = new Rig();
  const { wenlin, street, backup } = await worked(rig);
  backup();
  rig.finishRestore();
  await rig.settle(wenlin, street);
  const local = new MemoryLocalStore();
  const fresh = rig.station('wenlin2', undefined, { local });
  await fresh.loop.poke();
  expect(local.knownEpoch).toEqual(rig.memory.epoch);
  expect(fresh.find(CASE)?.epoch).toBe(2);
  expectEqual(rig, CASE, fresh);
});
