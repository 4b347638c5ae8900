/** Rule 3 where it is broken in earnest: a browser profile that was copied counts on by itself, in the same cases and in others. */
import { expect, test } from 'vitest';
import type { CaseDocument } from '@sanji/sync/domain/action';
import { judgePush } from '@sanji/sync/replication/judge';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { CASE, OTHER, Rig, THIRD, bent, offline } from './rig.ts';

const note = (text: string) => ({ kind: 'note' as const, payload: { text } });
const idsOf = (doc: CaseDocument | undefined) => Object.keys(doc?.actions ?? {}).sort();
const codesIn = (rig: Rig) => [...rig.quarantine.entries.values()].map(({ problem }) => problem.code);

/** A profile and its copy: the same key, the same counters, from here on each by itself. */
async function cloned(rig: Rig, ...cases: string[]) {
  const first = rig.station('wenlin1');
  for (const caseId of cases) await first.receive(caseId);
  await rig.settle(first);
  const deviceStore = new MemoryDeviceStore();
  await deviceStore.save(await first.deviceStore.read());
  const clone = rig.station('wenlin1', undefined, { deviceStore });
  await clone.loop.poke();
  return { first, clone };
}

test('rule 3: in the same case the hub keeps the first; the second has an id and a ruling of its own, and its device is marked', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE);
  await first.act(CASE, note('the first'));
  await clone.act(CASE, note('the second'));
  await rig.settle(first);
  const before = rig.masterOf(CASE);
  await rig.settle(clone);
  expect(rig.masterOf(CASE)).toEqual(before);
  const [entry, ...more] = rig.quarantine.entries.values();
  expect(more).toEqual([]);
  expect(entry?.id).toBe(`wenlin1.4~${entry?.action.hash ?? ''}`);
  expect(entry?.action.body.payload).toEqual({ text: 'the second' });
  const why = { code: 'action-id-reused', params: { actionId: 'wenlin1.4' } };
  expect(entry?.ruling).toEqual({ verdict: 'rejected', problem: why, receivedAt: rig.clock.now() });
  expect(rig.quarantine.marks.get('wenlin1')).toEqual(new Set(['action-id-reused']));
});

test('rule 3: the same id in two different cases is noticed, and the second case goes on without it', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE, OTHER);
  await first.act(CASE, note('the first, here'));
  await clone.act(OTHER, note('the second, there'));
  await clone.act(OTHER, note('and one that nobody else has'));
  await rig.settle(first, clone);
  expect(idsOf(rig.masterOf(CASE))).toContain('wenlin1.7');
  expect(idsOf(rig.masterOf(OTHER))).toEqual(['wenlin1.4', 'wenlin1.5', 'wenlin1.6', 'wenlin1.8']);
  expect([...rig.quarantine.entries.values()].map(({ caseId }) => caseId)).toEqual([OTHER]);
  expect(codesIn(rig)).toEqual(['action-id-reused']);
});

test('rule 3: a whole case made of used ids is set aside, and the citizen’s words are in the tray', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig);
  await first.receive(CASE);
  await clone.receive(OTHER);
  await rig.settle(first, clone);
  expect([...rig.master.docs.keys()]).toEqual([CASE]);
  expect([...clone.local.strays.values()].map(({ action }) => action.body.kind)).toEqual([
    'draft',
    'receive',
    'accept',
  ]);
  expect(clone.local.rows.get(OTHER)).toMatchObject({ kind: 'tombstone' });
});

test('rule 3: the station that made the second content learns it, keeps the words, and its queue goes on', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE, OTHER);
  await first.act(CASE, note('the first'));
  await rig.settle(first);
  await clone.act(OTHER, note('the second'));
  await clone.receive(THIRD);
  await clone.loop.poke();
  expect(clone.loop.status).toMatchObject({ state: 'idle', pending: 0, parked: 0, rejected: 1 });
  const [stray] = clone.local.strays.values();
  expect(stray?.problem).toEqual({ code: 'action-id-reused', params: { actionId: 'wenlin1.7' } });
  expect(stray?.action.body.payload).toEqual({ text: 'the second' });
  expect(idsOf(clone.find(OTHER))).toEqual(idsOf(rig.masterOf(OTHER)));
  expect(rig.masterOf(THIRD).n).toBe(3);
});

test('rule 3: what is made under the id of another meets the other by a pull first, and the hub files it all the same', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE);
  await first.act(CASE, note('the first'));
  await rig.settle(first);
  let isPulling = false;
  const late = rig.station(
    'wenlin1',
    bent({
      pull: () => {
        isPulling = true;
        return undefined;
      },
      // Nothing gets out until the pull has brought the other content.
      push: () =>
        isPulling
          ? undefined
          : Promise.resolve({ ok: true, value: { v: 1, hubNow: 0, epoch: rig.memory.epoch, results: [] } }),
    }),
    { local: clone.local, deviceStore: clone.deviceStore },
  );
  await late.act(CASE, note('the second'));
  await late.loop.poke();
  expect(codesIn(rig)).toEqual(['action-id-reused']);
  expect([...late.local.strays.values()].map(({ action }) => action.body.payload)).toEqual([
    { text: 'the second' },
  ]);
  expect(late.find(CASE)?.actions).toEqual(rig.masterOf(CASE).actions);
});

test('rule 3: what is made under used ids while the hub is being asked about earlier ones is offered too', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE);
  await first.act(CASE, note('one'), note('two'));
  await rig.settle(first);
  const unoffered = {
    ok: true as const,
    value: { v: 1 as const, hubNow: 0, epoch: rig.memory.epoch, results: [] },
  };
  let pushes: 'held' | 'asked' | 'free' = 'held';
  const late: Station = rig.station(
    'wenlin1',
    (hub) => ({
      ...hub,
      pull: (request) => {
        if (pushes === 'held') pushes = 'asked';
        return hub.pull(request);
      },
      push: async (request) => {
        if (pushes === 'held') return unoffered;
        const answer = await hub.push(request);
        if (pushes === 'asked') {
          pushes = 'free';
          await late.act(CASE, note('another two'));
        }
        return answer;
      },
    }),
    { local: clone.local, deviceStore: clone.deviceStore },
  );
  await late.act(CASE, note('another one'));
  await late.loop.poke();
  const aside = [...rig.quarantine.entries.values()].map(({ action }) => action.body.payload);
  expect(aside).toEqual([{ text: 'another one' }, { text: 'another two' }]);
  expect([...late.local.strays.values()].map(({ action }) => action.body.payload)).toEqual(aside);
  expect(late.find(CASE)?.actions).toEqual(rig.masterOf(CASE).actions);
});

test('rule 3: with the push cut, the station’s own words wait where they are', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE);
  await first.act(CASE, note('the first'));
  await rig.settle(first);
  let isFirst = true;
  const cut = rig.station(
    'wenlin1',
    bent({
      push: () => {
        const answer = isFirst
          ? { ok: true as const, value: { v: 1 as const, hubNow: 0, epoch: rig.memory.epoch, results: [] } }
          : offline;
        isFirst = false;
        return Promise.resolve(answer);
      },
    }),
    { local: clone.local, deviceStore: clone.deviceStore },
  );
  await cut.act(CASE, note('the second'));
  await cut.loop.poke();
  expect(cut.loop.status.state).toBe('offline');
  expect(Object.values(cut.find(CASE)?.actions ?? {}).map(({ body }) => body.payload)).toContainEqual({
    text: 'the second',
  });
});

test('rule 3: two copies that count in step leave one owner of each id, whatever hub process each meets', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE, OTHER);
  await first.act(CASE, note('the first'));
  await clone.act(OTHER, note('the second'));
  await Promise.all([first.loop.poke(), clone.loop.poke()]);
  const held = [CASE, OTHER].filter((caseId) => 'wenlin1.7' in rig.masterOf(caseId).actions);
  expect(held).toHaveLength(1);
  expect(codesIn(rig)).toEqual(['action-id-reused']);
});

test('rule 3: a hub that dies between the claim and the ruling leaves the place to its owner', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE, OTHER);
  const put = rig.master.putMany.bind(rig.master);
  rig.master.putMany = () => Promise.reject(new Error('the process is dead'));
  await first.act(CASE, note('the first'));
  const mine = first.find(CASE);
  if (mine === undefined) throw new Error('not saved');
  await expect(rig.push(WENLIN, mine)).rejects.toThrow('dead');
  rig.master.putMany = put;
  await clone.act(OTHER, note('the second'));
  await rig.settle(clone, first);
  expect(idsOf(rig.masterOf(CASE))).toContain('wenlin1.7');
  expect(idsOf(rig.masterOf(OTHER))).not.toContain('wenlin1.7');
});

test('rule 3: what was set aside keeps its first ruling, however often it comes', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE, OTHER);
  await first.act(CASE, note('the first'));
  await rig.settle(first);
  await clone.act(OTHER, note('the second'));
  const second = clone.find(OTHER);
  if (second === undefined) throw new Error('not saved');
  const [answer] = (await rig.push(WENLIN, second)).results;
  const [filed] = rig.quarantine.entries.values();
  rig.clock.advance(60_000);
  const again = await judgePush(
    rig.judge,
    { v: 1, cases: [{ caseId: OTHER, n: 3, actions: Object.values(second.actions) }] },
    WENLIN,
  );
  expect(again.results[0]).toMatchObject({
    kind: 'canonical',
    aside: answer && 'aside' in answer && answer.aside,
  });
  expect([...rig.quarantine.entries.values()]).toEqual([filed]);
});

test('one case number is given to one case: a copy that skipped ids does not issue it again', async () => {
  const rig = new Rig();
  const { first, clone } = await cloned(rig, CASE);
  // Two notes more, so that the receipts carry different ids and the same number.
  await first.act(CASE, note('one'), note('two'), note('three'));
  await first.receive(OTHER);
  await rig.settle(first);
  const skipped = await clone.deviceStore.read();
  await clone.deviceStore.save({ ...skipped, counter: 100 });
  await clone.receive(THIRD);
  await rig.settle(clone);
  const numbers = [OTHER, THIRD].map((caseId) => rig.masterOf(caseId).head.caseNo);
  expect(numbers).toEqual(['001013-261123-A1-0002', undefined]);
  expect(rig.masterOf(THIRD).rulings['wenlin1.102']).toMatchObject({
    verdict: 'rejected',
    problem: { code: 'case-number-taken', params: { caseNo: '001013-261123-A1-0002' } },
  });
});
