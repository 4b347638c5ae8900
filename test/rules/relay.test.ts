/** The street relay: keeps, shows and hands up, and rules on nothing. */
import { expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { DISTRICT, STREET } from '../simulation/district.ts';
import { RelayRig } from './relay-rig.ts';
import { CASE, OTHER } from './rig.ts';

test('with the line cut, a community’s case is at the street office at once, pending, and no one has ruled on it', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  const street = rig.at('street1');
  await street.loop.poke();
  rig.isCut = true;
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await wenlin.loop.poke();
  await rig.relay.router.poke();
  expect(rig.relayPokes).toContain(`unit_${STREET}`);
  await street.loop.poke();
  const seen = street.find(CASE);
  expect(seen?.rulings).toEqual({});
  expect(seen?.relayed).toHaveLength(4);
  expect(fold(seen ?? rig.masterOf(CASE))).toMatchObject({ holder: STREET, status: 'reviewing' });
  expect(rig.master.docs.size).toBe(0);
  expect(wenlin.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 4 });
  expect(street.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 4 });
});

test('what the relay has taken is pushed once, however often the station syncs', async () => {
  const rig = await RelayRig.open();
  rig.isCut = true;
  const wenlin = rig.at('wenlin1');
  const street = rig.at('street1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  for (let i = 0; i < 3; i++) {
    await wenlin.loop.poke();
    await rig.relay.router.poke();
    await street.loop.poke();
  }
  expect(rig.pushedHere).toBe(4);
});

test('when the line is back each action is ruled once, and the stations hear of it through the relay', async () => {
  const rig = await RelayRig.open();
  rig.isCut = true;
  const wenlin = rig.at('wenlin1');
  const street = rig.at('street1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await wenlin.loop.poke();
  await rig.relay.router.poke();
  await street.loop.poke();
  await street.act(CASE, { kind: 'forward', payload: { to: DISTRICT } });
  await street.loop.poke();
  rig.isCut = false;
  await rig.drain();
  await wenlin.loop.poke();
  await street.loop.poke();
  const master = rig.masterOf(CASE);
  expect(master.n).toBe(5);
  expect(Object.values(master.rulings).map(({ verdict }) => verdict)).toEqual(Array(5).fill('accepted'));
  for (const station of [wenlin, street]) {
    expect(station.find(CASE)).toMatchObject({ n: 5, rulings: master.rulings });
    expect(station.find(CASE)?.relayed).toBeUndefined();
    expect(station.loop.status).toMatchObject({ pending: 0, relayed: 0 });
  }
  expect(rig.relay.store.counts()).toMatchObject({ pending: 0, parked: 0 });
});

test('a station that moves to the hub offers there what the relay had taken, and nothing is ruled twice', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  await wenlin.loop.poke();
  rig.isCut = true;
  await wenlin.receive(CASE);
  await wenlin.loop.poke();
  expect(wenlin.loop.status).toMatchObject({ relayed: 3, pending: 0 });
  wenlin.toHub();
  await wenlin.loop.poke();
  expect(rig.masterOf(CASE).n).toBe(3);
  expect(wenlin.loop.status).toMatchObject({ relayed: 0, pending: 0 });
  await wenlin.receive(OTHER);
  await wenlin.loop.poke();
  rig.isCut = false;
  await rig.drain();
  expect(rig.ruledAtHub()).toHaveLength(6);
  expect(rig.quarantine.entries.size).toBe(0);
  wenlin.toRelay();
  await wenlin.loop.poke();
  expect(wenlin.loop.status).toMatchObject({ relayed: 0, pending: 0 });
  expect([wenlin.find(CASE)?.n, wenlin.find(OTHER)?.n]).toEqual([3, 3]);
});

test('a relay that lags behind the hub takes nothing back', async () => {
  const rig = await RelayRig.open();
  const wenlin = rig.at('wenlin1');
  await wenlin.receive(CASE);
  await wenlin.loop.poke();
  await rig.drain();
  rig.isCut = true;
  wenlin.toHub();
  await wenlin.act(CASE, { kind: 'note', payload: { text: 'at the hub' } });
  await wenlin.loop.poke();
  expect(wenlin.find(CASE)?.n).toBe(4);
  wenlin.toRelay();
  await wenlin.act(CASE, { kind: 'note', payload: { text: 'at the relay' } });
  await wenlin.loop.poke();
  expect(wenlin.find(CASE)).toMatchObject({ n: 4, relayed: [expect.any(String)] });
  rig.isCut = false;
  await rig.drain();
  await wenlin.loop.poke();
  expect(wenlin.find(CASE)).toMatchObject({ n: 5, rulings: rig.masterOf(CASE).rulings });
});
