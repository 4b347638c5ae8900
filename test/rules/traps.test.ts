/** The situations in which the stock replication plugin was proven to lose work, run against our loop. */
import { expect, test } from 'vitest';
import { merge } from '@sanji/sync/domain/merge';
import { fold } from '@sanji/sync/domain/fold';
import { refused } from '@sanji/sync/domain/problem';
import { STREET, WENLIN } from '../simulation/district.ts';
import { CASE, OTHER, Rig, bent, offline } from './rig.ts';

test('trap (a): a change between the first pull and the first poke is not lost', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  const street = rig.station('street1');
  await street.loop.poke();
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin);
  // The event stream connects only now, and every connect pulls from the checkpoint, never from «now».
  await street.loop.poke();
  expect(street.find(CASE)).toBeDefined();
});

test('trap (a): a poke in the middle of a pull makes another pull follow', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  let hasPoked = false;
  const street = rig.station('street1', (hub) => ({
    ...hub,
    pull: async (request) => {
      const answer = await hub.pull(request);
      if (!hasPoked && request.feed !== 'catalog') {
        hasPoked = true;
        await rig.settle(wenlin);
        void street.loop.poke();
      }
      return answer;
    },
  }));
  await street.loop.poke();
  expect(street.find(CASE)).toBeDefined();
});

test('trap (b): after a refused pull the loop tries again by itself and says that it is offline meanwhile', async () => {
  const rig = new Rig();
  let isDown = true;
  const down = () => (isDown ? Promise.resolve(refused('unavailable')) : undefined);
  const street = rig.station('street1', bent({ pull: down, snapshot: down }));
  await street.loop.poke();
  expect(street.loop.status).toMatchObject({ state: 'offline', problem: { code: 'unavailable' } });
  isDown = false;
  rig.clock.advance(2_000);
  // Nobody poked: the timer did. Stopping waits for the round it began.
  await street.loop.stop();
  expect(street.loop.status.state).toBe('idle');
});

test('trap (c): one forbidden case does not block the queue', async () => {
  const rig = new Rig();
  const station = rig.station(
    'wenlin1',
    bent({
      push: ({ cases }) =>
        cases.some(({ caseId }) => caseId === CASE) ? Promise.resolve(refused('out-of-scope')) : undefined,
    }),
  );
  await station.receive(CASE);
  await station.receive(OTHER);
  await station.loop.poke();
  expect(rig.master.docs.has(OTHER)).toBe(true);
  expect(station.local.parked(CASE)?.code).toBe('out-of-scope');
});

test('trap (d): a case that left while it was edited here is not brought back, and the edit is kept', async () => {
  const rig = new Rig();
  const [wenlin, street, colleague] = [
    rig.station('wenlin1'),
    rig.station('street1'),
    rig.station('street2'),
  ];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin, street, colleague);
  await colleague.act(CASE, { kind: 'note', payload: { text: 'kept' } });
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers' } });
  await rig.settle(street, colleague);
  expect(colleague.find(CASE)).toBeUndefined();
  expect(colleague.local.strays.size).toBe(1);
  expect(rig.masterOf(CASE).head.parties).toEqual([WENLIN]);
});

test('trap (e): a local edit survives an incoming one', async () => {
  const rig = new Rig();
  const [one, two] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await one.receive(CASE);
  await rig.settle(one, two);
  await one.act(CASE, { kind: 'note', payload: { text: 'first' } });
  await two.act(CASE, { kind: 'note', payload: { text: 'second' } });
  await rig.settle(one, two);
  for (const station of [one, two]) {
    const texts = Object.values(station.find(CASE)?.actions ?? {}).flatMap(({ body }) =>
      body.kind === 'note' ? [body.payload.text] : [],
    );
    expect(texts.sort()).toEqual(['first', 'second']);
  }
});

test('trap (f): an edit strips nothing: what other stations entered is still there after it', async () => {
  const rig = new Rig();
  const [one, two] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await one.receive(CASE);
  await rig.settle(one, two);
  const before = Object.entries(rig.masterOf(CASE).actions);
  await two.act(CASE, { kind: 'note', payload: { text: 'an edit' } });
  await rig.settle(two, one);
  for (const [id, action] of before) expect(one.find(CASE)?.actions[id]).toEqual(action);
});

test('trap (g): a lost answer doubles nothing', async () => {
  const rig = new Rig();
  let isLost = true;
  const station = rig.station('wenlin1', (hub) => ({
    ...hub,
    push: async (request) => {
      const answer = await hub.push(request);
      return isLost ? offline : answer;
    },
  }));
  await station.receive(CASE);
  await station.loop.poke();
  expect(station.loop.status.pending).toBe(3);
  isLost = false;
  await station.loop.poke();
  expect(rig.masterOf(CASE).n).toBe(3);
  expect(station.find(CASE)?.n).toBe(3);
  const doc = station.find(CASE);
  if (doc !== undefined) expect(merge(doc, doc)).toEqual(doc);
});

test('trap (h): two devices that move one case leave one outcome, and both see it', async () => {
  const rig = new Rig();
  const [one, two] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await one.receive(CASE, false);
  await rig.settle(one, two);
  await one.act(CASE, { kind: 'accept', payload: { deferred: [] } });
  await two.act(CASE, { kind: 'refuse', payload: { reason: 'not ours' } });
  await rig.settle(one, two);
  const states = [one, two].map((station) => fold(station.find(CASE) ?? rig.masterOf(OTHER)));
  expect(states[0]).toEqual(states[1]);
  expect(states[0]).toMatchObject({ status: 'accepted', rejected: ['wenlin2.1'] });
  expect(two.find(CASE)?.rulings['wenlin2.1']?.problem).toMatchObject({
    code: 'wrong-status',
    params: { byAction: 'wenlin1.3' },
  });
});
