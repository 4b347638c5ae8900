/** A backup is put back and nobody finishes the restore: the stations know more than the hub. Nothing is lost, and the hub says so. */
import { expect, test } from 'vitest';
import { WENLIN } from '../simulation/district.ts';
import { CASE, OTHER, Rig, THIRD } from './rig.ts';

const HOUR_MS = 3_600_000;
const note = (text: string) => ({ kind: 'note' as const, payload: { text } });
const idsOf = (rig: Rig, caseId = CASE) => Object.keys(rig.masterOf(caseId).actions).sort();

/** A note is made after the backup, and the backup is back. */
async function putBack(rig: Rig) {
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await rig.settle(wenlin);
  const backup = rig.backup();
  rig.clock.advance(HOUR_MS);
  await wenlin.act(CASE, note('after the backup'));
  await wenlin.receive(OTHER);
  await rig.settle(wenlin);
  rig.clock.advance(HOUR_MS);
  backup();
  return { wenlin, backup };
}

test('a station that knows more rulings of a case is not ruled against: its work waits, and other cases go on', async () => {
  const rig = new Rig();
  const { wenlin } = await putBack(rig);
  await wenlin.act(CASE, note('and one that is not sent yet'));
  await wenlin.receive(THIRD);
  await wenlin.loop.poke();
  expect(idsOf(rig)).toEqual(['wenlin1.1', 'wenlin1.2', 'wenlin1.3']);
  expect(rig.masterOf(THIRD).n).toBe(3);
  expect(wenlin.loop.status).toMatchObject({
    state: 'blocked',
    problem: { code: 'hub-behind' },
    pending: 1,
    parked: 0,
  });
  expect(rig.restores.behind).toContainEqual({ kind: 'case', caseId: CASE, theirs: 4, ours: 3 });
});

test('a case the hub has forgotten altogether is not begun anew by its last action', async () => {
  const rig = new Rig();
  const { wenlin } = await putBack(rig);
  await wenlin.act(OTHER, note('on a case the hub does not know'));
  await wenlin.loop.poke();
  expect(rig.master.docs.has(OTHER)).toBe(false);
  expect(rig.restores.behind).toContainEqual({ kind: 'case', caseId: OTHER, theirs: 3, ours: 0 });
});

test('a station with nothing to send shows it too, by a checkpoint from a time the hub does not remember', async () => {
  const rig = new Rig();
  const { wenlin } = await putBack(rig);
  await wenlin.loop.poke();
  expect(rig.restores.behind).toContainEqual({
    kind: 'checkpoint',
    feed: `unit_${WENLIN}`,
    at: rig.clock.now() - HOUR_MS,
  });
  expect(wenlin.find(CASE)?.n).toBe(4);
  expect(wenlin.find(OTHER)).toBeDefined();
});

test('a hub that was merely switched off is not suspected', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await rig.settle(wenlin);
  const asleepAt = rig.clock.now();
  rig.clock.advance(HOUR_MS);
  rig.memory = { ...rig.memory, rememberedUntil: asleepAt, awakeSince: rig.clock.now() };
  await wenlin.act(CASE, note('the next morning'));
  await rig.settle(wenlin);
  expect(rig.restores.behind).toEqual([]);
  expect(rig.masterOf(CASE).n).toBe(4);
});

test('once the restore is finished everything comes back, and what was ruled meanwhile stays', async () => {
  const rig = new Rig();
  const { wenlin } = await putBack(rig);
  const colleague = rig.station('wenlin2');
  await colleague.loop.poke();
  await colleague.act(CASE, note('ruled by the hub that had forgotten'));
  await colleague.loop.poke();
  await wenlin.act(CASE, note('not sent yet'));
  await wenlin.loop.poke();
  rig.finishRestore();
  await rig.settle(wenlin, colleague);
  const { n, rulings } = rig.masterOf(CASE);
  expect(n).toBe(6);
  expect(rulings['wenlin2.1']?.seq).toBe(4);
  expect(Object.values(rulings).map(({ verdict }) => verdict)).toEqual(Array(6).fill('accepted'));
  for (const station of [wenlin, colleague]) {
    const { actions } = rig.masterOf(CASE);
    expect(station.find(CASE)).toMatchObject({ n, actions, rulings });
    expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0 });
  }
  expect(rig.masterOf(OTHER).n).toBe(3);
});

test('a finished restore that was itself put back is noticed by the epoch that stations speak of', async () => {
  const rig = new Rig();
  const { wenlin, backup } = await putBack(rig);
  rig.finishRestore();
  await rig.settle(wenlin);
  backup();
  await wenlin.act(CASE, note('in the second epoch'));
  await wenlin.loop.poke();
  expect(wenlin.loop.status).toMatchObject({ state: 'blocked', problem: { code: 'hub-behind' } });
  expect(rig.restores.behind).toContainEqual({ kind: 'epoch', theirs: 2, ours: 1 });
  expect(wenlin.find(CASE)?.epoch).toBe(2);
  // The next restore begins an epoch after all that was heard of.
  rig.memory = { ...rig.memory, epoch: { count: 3, id: 'third' } };
  await rig.settle(wenlin);
  expect(idsOf(rig)).toContain('wenlin1.8');
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 0 });
});

test('two restores that were given one count are told apart, and neither takes the other’s word', async () => {
  const rig = new Rig();
  const { wenlin, backup } = await putBack(rig);
  rig.finishRestore();
  await rig.settle(wenlin);
  backup();
  rig.memory = { ...rig.memory, epoch: { count: 2, id: 'another' } };
  const before = structuredClone(wenlin.find(CASE));
  await wenlin.loop.poke();
  expect(wenlin.loop.status.problem).toEqual({ code: 'hub-behind' });
  expect(wenlin.find(CASE)).toEqual(before);
  expect(rig.restores.behind).toContainEqual({ kind: 'epoch', theirs: 2, ours: 2 });
});
