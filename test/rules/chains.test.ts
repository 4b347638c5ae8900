/** The hub holds the hash chains together on arrival: what merely comes late is no fault, what never can be is filed for an administrator. */
import { expect, test } from 'vitest';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { STREET, WENLIN } from '../simulation/district.ts';
import { CASE, OTHER, Rig, THIRD } from './rig.ts';

const HOUR_MS = 3_600_000;
const note = (text: string) => ({ kind: 'note' as const, payload: { text } });

async function faultsAt(rig: Rig) {
  await auditChains(rig.judge);
  return [...rig.quarantine.findings.values()].flatMap(({ finding }) =>
    finding.faults.map(({ actionId, fault }) => `${fault} ${actionId}`),
  );
}

/** Three cases made offline, in this order. */
async function workedOffline(rig: Rig) {
  const station = rig.station('wenlin1');
  for (const caseId of [CASE, OTHER, THIRD]) await station.receive(caseId);
  return [CASE, OTHER, THIRD].map((caseId) => {
    const doc = station.find(caseId);
    if (doc === undefined) throw new Error('not saved');
    return doc;
  });
}

test('a chain that comes in order is not even looked at', async () => {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  for (const caseId of [CASE, OTHER, THIRD]) await station.receive(caseId);
  await rig.settle(station);
  await station.act(CASE, note('later'));
  await rig.settle(station);
  expect(rig.quarantine.findings.size).toBe(0);
});

test('a case that a relay or a bundle brings before an earlier one is ruled at once, and the gap closes when the earlier one is in', async () => {
  const rig = new Rig();
  const [first, second, third] = await workedOffline(rig);
  if (first === undefined || second === undefined || third === undefined) throw new Error('not saved');
  await rig.push(STREET, third);
  expect(rig.masterOf(THIRD).n).toBe(3);
  expect(await faultsAt(rig)).toEqual(['missing wenlin1.7']);
  await rig.push(WENLIN, first);
  expect(await faultsAt(rig)).toEqual(['missing wenlin1.7']);
  await rig.push(WENLIN, second);
  expect(await faultsAt(rig)).toEqual([]);
  expect(rig.quarantine.marks.size).toBe(0);
  expect([CASE, OTHER, THIRD].map((caseId) => rig.masterOf(caseId).head.status)).toEqual(
    Array(3).fill('accepted'),
  );
});

test('a gap that nothing has closed within a day marks the device, and is still closed by what comes later', async () => {
  const rig = new Rig();
  const [first, second] = await workedOffline(rig);
  if (first === undefined || second === undefined) throw new Error('not saved');
  await rig.push(WENLIN, second);
  expect(await faultsAt(rig)).toEqual(['missing wenlin1.4']);
  rig.clock.advance(23 * HOUR_MS);
  await faultsAt(rig);
  expect(rig.quarantine.marks.size).toBe(0);
  rig.clock.advance(HOUR_MS);
  await faultsAt(rig);
  expect(rig.quarantine.marks.get('wenlin1')).toEqual(new Set(['chain-broken']));
  await rig.push(WENLIN, first);
  expect(await faultsAt(rig)).toEqual([]);
});

test('a numbering gap after a crash is no gap in the chain', async () => {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  await station.receive(CASE);
  const state = await station.deviceStore.read();
  await station.deviceStore.save({ ...state, counter: state.counter + 40 });
  await station.receive(OTHER);
  await rig.settle(station);
  expect(rig.masterOf(OTHER).n).toBe(3);
  expect(await faultsAt(rig)).toEqual([]);
});

test('two chains that go on from one action are a fork, though every id is used once: both are ruled, and the device is marked', async () => {
  const rig = new Rig();
  const first = rig.station('wenlin1');
  await first.receive(CASE);
  await rig.settle(first);
  const state = await first.deviceStore.read();
  const deviceStore = new MemoryDeviceStore();
  await deviceStore.save({ ...state, counter: 50, numbers: { 'caseNo:261123': 50 } });
  const clone = rig.station('wenlin1', undefined, { deviceStore });
  await first.act(CASE, note('here'));
  await clone.receive(OTHER);
  await rig.settle(first, clone);
  expect(rig.masterOf(CASE).rulings['wenlin1.4']?.verdict).toBe('accepted');
  expect(rig.masterOf(OTHER).head.status).toBe('accepted');
  expect(await faultsAt(rig)).toEqual(['forked wenlin1.51']);
  expect(rig.quarantine.marks.get('wenlin1')).toEqual(new Set(['chain-forked']));
});

test('what was set aside is a link too: the copy’s next action is a fork at the same place, not a hole', async () => {
  const rig = new Rig();
  const first = rig.station('wenlin1');
  await first.receive(CASE);
  await rig.settle(first);
  const deviceStore = new MemoryDeviceStore();
  await deviceStore.save(await first.deviceStore.read());
  const clone = rig.station('wenlin1', undefined, { deviceStore });
  await clone.loop.poke();
  await first.act(CASE, note('the first'));
  await clone.act(CASE, note('the second'), note('after it'));
  await rig.settle(first, clone);
  expect(Object.keys(rig.masterOf(CASE).actions)).toContain('wenlin1.5');
  expect(await faultsAt(rig)).toEqual(['forked wenlin1.4']);
});

test('what comes in during an audit is looked at by the next', async () => {
  const rig = new Rig();
  const [first, second, third] = await workedOffline(rig);
  if (first === undefined || second === undefined || third === undefined) throw new Error('not saved');
  await rig.push(WENLIN, second);
  const getMany = rig.register.getMany.bind(rig.register);
  rig.register.getMany = async (ids) => {
    const pages = await getMany(ids);
    rig.register.getMany = getMany;
    await rig.quarantine.noteChain(
      { deviceId: 'wenlin1', isDue: false, checkedAt: rig.clock.now(), faults: [] },
      (await rig.quarantine.chains())[0]?.rev ?? '',
    );
    await rig.push(WENLIN, third);
    await rig.quarantine.suspectChain('wenlin1');
    return pages;
  };
  await faultsAt(rig);
  expect((await rig.quarantine.chains())[0]?.finding.isDue).toBe(true);
  expect(await faultsAt(rig)).toEqual(['missing wenlin1.4']);
});

/** A copied terminal whose counter ran ahead to `counter` in the meantime; both have been pushed. */
async function forkAt(rig: Rig, counter: number) {
  const first = rig.station('wenlin1');
  await first.receive(CASE);
  await rig.settle(first);
  const deviceStore = new MemoryDeviceStore();
  const state = await first.deviceStore.read();
  await deviceStore.save({ ...state, counter, numbers: { 'caseNo:261123': counter } });
  const clone = rig.station('wenlin1', undefined, { deviceStore });
  await first.act(CASE, note('here'));
  await clone.receive(OTHER);
  await rig.settle(first, clone);
}

test('a fork on a page that the list of pages does not show yet is found by its neighbour', async () => {
  const rig = new Rig();
  await forkAt(rig, 70);
  rig.register.pageIdsOf = async () => [];
  expect(await faultsAt(rig)).toEqual(['forked wenlin1.71']);
});

test('a fork far ahead that the list of pages does not show yet is found when the chain is looked at once more', async () => {
  const rig = new Rig();
  await forkAt(rig, 5_000);
  const pageIdsOf = rig.register.pageIdsOf.bind(rig.register);
  rig.register.pageIdsOf = async () => [];
  expect(await faultsAt(rig)).toEqual([]);
  rig.register.pageIdsOf = pageIdsOf;
  rig.clock.advance(HOUR_MS / 6);
  expect(await faultsAt(rig)).toEqual(['forked wenlin1.5001']);
  expect(rig.quarantine.marks.get('wenlin1')).toEqual(new Set(['chain-forked']));
  rig.clock.advance(HOUR_MS / 6);
  await faultsAt(rig);
  expect((await rig.quarantine.chains())[0]?.finding.again).toBeUndefined();
});
