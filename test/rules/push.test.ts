import { expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { problem, refused } from '@sanji/sync/domain/problem';
import { recoverChain } from '@sanji/sync/replication/append';
import { cheapSign } from '@sanji/sync/testing/cheap-signer';
import { CUIHU, STREET, WENLIN } from '../simulation/district.ts';
import { CASE, OTHER, Rig, THIRD, bent } from './rig.ts';

test('rule 1: all unruled actions of a case go together, oldest first', async () => {
  const rig = new Rig();
  const pushed: string[][] = [];
  const station = rig.station(
    'wenlin1',
    bent({
      push: ({ cases }) => {
        pushed.push(...cases.map(({ actions }) => actions.map(({ body }) => body.kind)));
        return undefined;
      },
    }),
  );
  await station.receive(CASE);
  await station.act(CASE, { kind: 'note', payload: { text: 'later' } });
  await rig.settle(station);
  expect(pushed).toEqual([['draft', 'receive', 'accept', 'note']]);
  expect(rig.masterOf(CASE).n).toBe(4);
});

test('rule 2: an answer is a delta, the canonical case, or gone', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  const cuihu = rig.station('cuihu1');
  await wenlin.receive(CASE);
  const doc = wenlin.find(CASE);
  if (doc === undefined) throw new Error('not saved');
  expect((await rig.push(WENLIN, doc)).results[0]).toMatchObject({ kind: 'delta', n: 3 });
  expect((await rig.push(CUIHU, doc)).results[0]).toMatchObject({ kind: 'gone', n: 3 });
  await cuihu.receive(CASE);
  const alien = cuihu.find(CASE);
  if (alien === undefined) throw new Error('not saved');
  const answer = await rig.push(CUIHU, alien);
  expect(answer.results[0]).toMatchObject({ kind: 'gone' });
  expect(Object.keys(answer.results[0]?.kind === 'gone' ? answer.results[0].rulings : {})).toEqual(
    Object.keys(alien.actions),
  );
  const note = { ...doc, rulings: {} };
  expect((await rig.push(WENLIN, note)).results[0]).toMatchObject({ kind: 'canonical' });
});

test('rule 3: the same push twice changes nothing', async () => {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  await station.receive(CASE);
  await rig.settle(station);
  const before = structuredClone(rig.masterOf(CASE));
  await rig.push(WENLIN, { ...before, n: 0, rulings: {} });
  expect(rig.masterOf(CASE)).toEqual(before);
  expect([rig.quarantine.entries.size, rig.quarantine.marks.size]).toEqual([0, 0]);
});

test('rule 4: the verdict is stored, and fold applies it without deciding again', async () => {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  await station.receive(CASE);
  await rig.settle(station);
  rig.docs = rig.docs.filter(({ entry }) => entry.kind !== 'rules' && entry.kind !== 'staff');
  expect(fold(rig.masterOf(CASE)).status).toBe('accepted');
});

test('rule 5: rulings are dense, and a late older state never takes n back, not even over a tombstone', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin);
  expect(Object.values(rig.masterOf(CASE).rulings).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  const street = rig.station('street1');
  await rig.settle(street);
  const older = structuredClone(rig.masterOf(CASE));
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  await rig.settle(street);
  expect(street.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone', goneN: 5 });
  const { head: _head, ...late } = older;
  const late2 = rig.station(
    'street1',
    bent({
      pull: async () => ({
        ok: true,
        value: {
          v: 1,
          hubNow: 0,
          epoch: rig.memory.epoch,
          checkpoint: '9',
          more: false,
          items: [{ kind: 'case', caseId: CASE, n: late.n, doc: late }],
        },
      }),
    }),
    { local: street.local },
  );
  await late2.loop.poke();
  expect(street.local.rows.get(CASE)).toMatchObject({ kind: 'tombstone', goneN: 5 });
});

test('rule 6: the key of the maker counts, whoever carries', async () => {
  const rig = new Rig();
  const maker = rig.station('wenlin1');
  await maker.receive(CASE);
  await maker.receive(OTHER);
  const [carried, forged] = [maker.find(CASE), maker.find(OTHER)];
  if (carried === undefined || forged === undefined) throw new Error('not saved');
  await rig.push(STREET, carried);
  expect(rig.masterOf(CASE).n).toBe(3);
  const signedByAnother = Object.fromEntries(
    Object.entries(forged.actions).map(([id, action]) => [
      id,
      { ...action, sig: cheapSign({ ...action.body, id: 'street1.1' }).sig },
    ]),
  );
  const answer = await rig.push(STREET, { ...forged, actions: signedByAnother });
  expect(answer.results[0]).toMatchObject({ kind: 'refused', problem: { code: 'signature-invalid' } });
  expect(rig.master.docs.has(OTHER)).toBe(false);
});

test('rule 7: a poison case is halved out of its batch, parked with its problem, and the others go on', async () => {
  const rig = new Rig();
  const station = rig.station(
    'wenlin1',
    bent({
      push: ({ cases }) =>
        cases.some(({ caseId }) => caseId === OTHER)
          ? Promise.resolve(refused('malformed', { where: 'case' }))
          : undefined,
    }),
  );
  for (const id of [CASE, OTHER, THIRD]) await station.receive(id);
  await rig.settle(station);
  expect(station.local.parked(OTHER)).toEqual(problem('malformed', { where: 'case' }));
  expect([...rig.master.docs.keys()].sort()).toEqual([CASE, THIRD]);
  expect(station.loop.status).toMatchObject({ state: 'idle', parked: 1, pending: 3 });
});

test('rule 7: a relay that does not serve the unit any more takes none of its cases, and none is parked for it', async () => {
  const rig = new Rig();
  let isElsewhere = true;
  const station = rig.station(
    'wenlin1',
    bent({
      push: () => (isElsewhere ? Promise.resolve(refused('out-of-scope', { unit: WENLIN })) : undefined),
    }),
  );
  for (const id of [CASE, OTHER]) await station.receive(id);
  await station.loop.poke();
  expect(station.loop.status).toMatchObject({ state: 'blocked', problem: { code: 'out-of-scope' } });
  expect(station.local.counts('wenlin1')).toMatchObject({ pending: 6, parked: 0 });
  isElsewhere = false;
  await station.loop.poke();
  expect([...rig.master.docs.keys()].sort()).toEqual([CASE, OTHER]);
});

test('rule 7: a case on which the hub itself fails does not hold up the others, and is tried again', async () => {
  const rig = new Rig();
  let isIll = true;
  const station = rig.station(
    'wenlin1',
    bent({
      push: ({ cases }) =>
        isIll && cases.some(({ caseId }) => caseId === CASE)
          ? Promise.resolve(refused('internal', { reference: 'x' }))
          : undefined,
    }),
  );
  for (const id of [CASE, OTHER, THIRD]) await station.receive(id);
  await station.loop.poke();
  expect([...rig.master.docs.keys()].sort()).toEqual([OTHER, THIRD]);
  expect(station.local.parked(CASE)).toBeUndefined();
  isIll = false;
  await station.loop.poke();
  expect(rig.master.docs.has(CASE)).toBe(true);
});

test('rule 20: the counter is raised before the write, so a number is never used twice and the chain holds after a crash', async () => {
  const rig = new Rig();
  let fails = true;
  const station = rig.station('wenlin1', undefined, {
    wrap: (local) =>
      new Proxy(local, {
        get: (target, name) => {
          if (name === 'write' && fails) return () => Promise.reject(new Error('power cut'));
          const found: unknown = Reflect.get(target, name);
          return typeof found === 'function' ? found.bind(target) : found;
        },
      }),
  });
  await expect(station.receive(CASE)).rejects.toThrow('power cut');
  expect(station.deviceStore.state).toMatchObject({ counter: 3, numbers: { 'caseNo:261123': 1 } });
  fails = false;
  await recoverChain({ device: station.deviceStore, local: station.local });
  await station.receive(CASE);
  const actions = Object.values(station.find(CASE)?.actions ?? {});
  expect(actions.map(({ body }) => body.id)).toEqual(['wenlin1.4', 'wenlin1.5', 'wenlin1.6']);
  expect(actions.map(({ body }) => body.prev)).toEqual([null, actions[0]?.hash, actions[1]?.hash]);
  await rig.settle(station);
  expect(fold(rig.masterOf(CASE)).caseNo).toMatch(/-0002$/);
});
