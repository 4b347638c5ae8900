/** What a unit did in a case that has left it outlives a restore, though nobody else had it yet. */
import { expect, test } from 'vitest';
import type { CaseDocument } from '@sanji/sync/domain/action';
import { STREET, WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { RelayRig } from './relay-rig.ts';
import { CASE, Rig, bent, offline } from './rig.ts';

const note = (text: string) => ({ kind: 'note' as const, payload: { text } });
const forward = { kind: 'forward' as const, payload: { to: STREET } };
const returnDown = { kind: 'returnDown' as const, payload: { to: WENLIN, reason: 'papers missing' } };
const idsOf = ({ actions }: Pick<CaseDocument, 'actions'>) => Object.keys(actions).sort();
const verdictsOf = ({ rulings }: Pick<CaseDocument, 'rulings'>) =>
  Object.values(rulings).map(({ verdict }) => verdict);

/** The case is at the street, and the backup knows so. */
async function atStreet(rig: Rig) {
  const [wenlin, street] = [rig.station('wenlin1'), rig.station('street1')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, forward);
  await rig.settle(wenlin, street);
  return { wenlin, street };
}

function graveOf(station: Station) {
  const row = station.local.rows.get(CASE);
  if (row?.kind !== 'tombstone') throw new Error('the case is here');
  return row;
}

test('the work of a street office on a case it has returned comes back, though the community has not pulled it yet', async () => {
  const rig = new Rig();
  const { wenlin, street } = await atStreet(rig);
  const backup = rig.backup();
  await street.act(CASE, note('two papers are missing'), returnDown);
  await street.loop.poke();
  expect(graveOf(street).goneN).toBe(6);
  backup();
  rig.finishRestore();
  await rig.settle(street, wenlin);
  const master = rig.masterOf(CASE);
  expect(idsOf(master)).toContain('street1.1');
  expect(idsOf(master)).toContain('street1.2');
  expect(master.head).toMatchObject({ holder: WENLIN, status: 'accepted' });
  expect(new Set(verdictsOf(master))).toEqual(new Set(['accepted']));
  expect(wenlin.find(CASE)).toMatchObject({ n: 6, rulings: master.rulings });
  expect(graveOf(street)).toMatchObject({ goneN: 6, goneEpoch: 2 });
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0, rejected: 0 });
});

test('kept are a terminal’s own words only, and of what was rejected that it was', async () => {
  const rig = new Rig();
  const { wenlin, street } = await atStreet(rig);
  await wenlin.act(CASE, returnDown);
  await rig.settle(wenlin, street);
  await street.act(CASE, note('ours'), returnDown);
  await rig.settle(street);
  const { kept } = graveOf(street);
  expect(idsOf(kept?.log ?? { actions: {} })).toEqual(['street1.1', 'street1.2']);
  expect(kept?.log.rulings['wenlin1.5']).toEqual({
    seq: 5,
    verdict: 'rejected',
    receivedAt: rig.clock.now(),
  });
  expect(kept?.since).toBe(rig.clock.now());
});

test('a case the backup does not know is not begun by its end: the street’s part waits for the community’s', async () => {
  const rig = new Rig();
  const backup = rig.backup();
  const { wenlin, street } = await atStreet(rig);
  await street.act(CASE, note('two papers are missing'), returnDown);
  await street.loop.poke();
  backup();
  rig.finishRestore();
  await street.loop.poke();
  expect(rig.master.docs.has(CASE)).toBe(false);
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 2 });
  await rig.settle(wenlin, street, wenlin);
  expect(rig.masterOf(CASE).n).toBe(6);
  expect(verdictsOf(rig.masterOf(CASE))).toEqual(Array(6).fill('accepted'));
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0 });
  expect(graveOf(street).goneN).toBe(6);
});

test('long after the restore nothing is waited for any more: what comes is ruled as it is, and its maker sees the verdict', async () => {
  const rig = new Rig();
  const backup = rig.backup();
  const { street } = await atStreet(rig);
  await street.act(CASE, note('two papers are missing'), returnDown);
  await street.loop.poke();
  backup();
  rig.finishRestore();
  await street.loop.poke();
  rig.judge.awaitsReturn = () => false;
  await street.loop.poke();
  expect(verdictsOf(rig.masterOf(CASE))).toEqual(['rejected', 'rejected']);
  expect([...street.local.strays.values()].map(({ action }) => action.body.id)).toEqual([
    'street1.1',
    'street1.2',
  ]);
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0, rejected: 2 });
});

test('two parts never wait for each other: what is ready is ruled, and the rest follows', async () => {
  const rig = new Rig();
  const backup = rig.backup();
  const { wenlin, street } = await atStreet(rig);
  await street.act(CASE, note('first at the street'), returnDown);
  await street.loop.poke();
  await wenlin.loop.poke();
  await rig.router.poke();
  await wenlin.loop.poke();
  await wenlin.act(CASE, note('and again at the community'), forward);
  await rig.settle(wenlin, street);
  await street.act(CASE, note('second at the street'), returnDown);
  await street.loop.poke();
  backup();
  rig.finishRestore();
  for (let i = 0; i < 3; i++) await rig.settle(street, wenlin);
  expect(rig.masterOf(CASE).n).toBe(10);
  expect(verdictsOf(rig.masterOf(CASE))).toEqual(Array(10).fill('accepted'));
  expect(rig.masterOf(CASE).head.holder).toBe(WENLIN);
});

test('the case comes back to a unit that held it at the time of the backup with what it has done since', async () => {
  const rig = new Rig();
  const { street } = await atStreet(rig);
  const backup = rig.backup();
  await street.act(CASE, returnDown);
  await street.loop.poke();
  backup();
  rig.finishRestore();
  let pushes = 0;
  const cut = rig.station('street1', bent({ push: () => ((pushes += 1), Promise.resolve(offline)) }), {
    local: street.local,
    deviceStore: street.deviceStore,
  });
  await cut.loop.poke();
  expect(pushes).toBeGreaterThan(0);
  // The renewal has been begun only: with the push cut, both the hub’s word and the own work are here.
  expect(idsOf(street.find(CASE) ?? { actions: {} })).toContain('street1.1');
  await rig.settle(street);
  expect(rig.masterOf(CASE).head.holder).toBe(WENLIN);
});

test('what a terminal did before it was taken out of service comes back by whoever has it', async () => {
  const rig = new Rig();
  const { wenlin, street } = await atStreet(rig);
  const backup = rig.backup();
  await street.act(CASE, note('made on the old terminal'));
  await rig.settle(street, wenlin);
  backup();
  rig.docs = rig.docs.map((doc) =>
    doc.entry.kind === 'device' && doc.entry.device.deviceId === 'street1'
      ? { ...doc, n: 2, entry: { ...doc.entry, device: { ...doc.entry.device, status: 'revoked' as const } } }
      : doc,
  );
  rig.finishRestore();
  await rig.settle(wenlin);
  expect(rig.masterOf(CASE).rulings['street1.1']).toMatchObject({ verdict: 'accepted' });
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 0, parked: 0 });
});

test('and what it did afterwards does not, whatever is said of it', async () => {
  const rig = new Rig();
  const { wenlin, street } = await atStreet(rig);
  await street.act(CASE, note('after it was lost'));
  rig.docs = rig.docs.map((doc) =>
    doc.entry.kind === 'device' && doc.entry.device.deviceId === 'street1'
      ? { ...doc, n: 2, entry: { ...doc.entry, device: { ...doc.entry.device, status: 'revoked' as const } } }
      : doc,
  );
  const action = street.find(CASE)?.actions['street1.1'];
  if (action === undefined) throw new Error('not saved');
  const former = { 'street1.1': { epoch: 1, seq: 5, verdict: 'accepted' as const } };
  const pushed = { caseId: CASE, n: wenlin.find(CASE)?.n ?? 0, actions: [action], former };
  expect(await rig.hub(WENLIN).push({ v: 1, cases: [pushed] })).toMatchObject({
    value: { results: [{ kind: 'refused', problem: { code: 'device-revoked' } }] },
  });
});

test('a relay hands up again what the restored hub has forgotten, though it remembers what became of it', async () => {
  const rig = await RelayRig.open();
  const [wenlin, street] = [rig.station('wenlin1'), rig.at('street1')];
  await wenlin.receive(CASE);
  await wenlin.act(CASE, forward);
  await rig.settle(wenlin);
  await rig.drain();
  await street.loop.poke();
  const backup = rig.backup();
  await street.act(CASE, note('read at the street'));
  await street.loop.poke();
  await rig.drain();
  await street.loop.poke();
  // As when the last of its units went to another street.
  const [held] = await rig.relay.store.find([CASE]);
  await rig.relay.store.bury(CASE, { n: 5, epoch: 1 }, held?.rev ?? '');
  backup();
  rig.finishRestore();
  for (let i = 0; i < 3; i++) {
    await rig.drain();
    await street.loop.poke();
  }
  expect(idsOf(rig.masterOf(CASE))).toContain('street1.1');
});

test('a station that waited for a restore to be finished is idle once the case was settled by others', async () => {
  const rig = new Rig();
  const [one, two] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await one.receive(CASE);
  await rig.settle(one, two);
  const backup = rig.backup();
  await one.act(CASE, note('after the backup'));
  await rig.settle(one, two);
  backup();
  await two.act(CASE, note('on top of what is forgotten'));
  await two.loop.poke();
  expect(two.loop.status).toMatchObject({ state: 'blocked', problem: { code: 'hub-behind' } });
  const sent = two.find(CASE);
  rig.finishRestore();
  await rig.settle(one);
  // The last answer to it was lost: the pull brings the ruling.
  const actions = Object.values(sent?.actions ?? {}).filter(({ body }) => body.id === 'wenlin2.1');
  await rig.hub(WENLIN).push({ v: 1, cases: [{ caseId: CASE, epoch: 2, n: 4, actions }] });
  await rig.settle(two);
  expect(two.loop.status).toMatchObject({ state: 'idle', pending: 0 });
});

test('the work of a terminal whose own entry is not back yet waits for it, and no case is parked for it', async () => {
  const rig = new Rig();
  const entryOf = ({ _id }: { _id: string }) => _id === 'device:wenlin2';
  const own = rig.docs.filter(entryOf);
  rig.docs = rig.docs.filter((doc) => !entryOf(doc));
  const backup = rig.backup();
  rig.docs = [...rig.docs, ...own];
  const [wenlin, colleague] = [rig.station('wenlin1'), rig.station('wenlin2')];
  await colleague.receive(CASE);
  await rig.settle(colleague, wenlin);
  backup();
  rig.finishRestore();
  // Somebody who has the case and not the entry.
  wenlin.local.catalog.delete('device:wenlin2');
  await rig.settle(wenlin);
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 3, parked: 0 });
  await rig.settle(colleague, wenlin);
  expect(rig.masterOf(CASE).n).toBe(3);
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 0 });
});
