/** A street comes back at once behind one address, with the patience of a real hub: nobody of it is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '@sanji/server/http/patience';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { ownMatter } from '../attack/planted-hub.ts';
import { startTestHub, type TestHub } from './running-hub.ts';
import { startTestRelay, type TestRelay } from './running-relay.ts';
import { TestStation } from './test-station.ts';

const STATIONS = 12;
const CASES = 3;
const STREET = '530102001000';
const CLERK = 'yangxm';

let hub: TestHub;
let relay: TestRelay;
let stations: TestStation[];
let matterId: string;

beforeAll(async () => {
  hub = await startTestHub({}, { patience: PATIENCE });
  relay = await startTestRelay(hub, STREET);
  stations = [];
  for (let i = 0; i < STATIONS; i++) stations.push(await TestStation.join(hub, CLERK));
  const [first] = stations;
  if (first === undefined) throw new Error('nobody joined');
  matterId = ownMatter(first);
  // Some of them behind the relay, which asks the district from the same address.
  for (const station of stations.slice(0, 3)) station.hub = relay.asHub;
  await relay.relay.container.relay.loop.poke();
});
afterAll(async () => {
  await relay.end();
  await hub.end();
});

/** Session, catalog, first load, a batch of what was made offline, and what others did: every status there was. */
async function comeBack(station: TestStation): Promise<number[]> {
  const statuses = [(await station.openSession()).status];
  const get = async (path: string) => {
    const answer = await fetch(`${station.hub.url}${path}`, { headers: station.headers });
    await answer.arrayBuffer();
    statuses.push(answer.status);
  };
  const feed = feedOf(station.unit);
  await Promise.all([get('/sync/pull?feed=catalog'), get(`/sync/snapshot?feed=${feed}`), get('/healthz')]);
  const cases = [];
  for (let i = 0; i < CASES; i++) cases.push(await station.received(CLERK, matterId));
  const pushed = await station.push(...cases);
  statuses.push(pushed.status);
  expect(pushed.answer.results.map(({ kind }) => kind)).toEqual(cases.map(() => 'delta'));
  for (let i = 0; i < CASES; i++) await get(`/sync/pull?feed=${feed}&limit=50`);
  return statuses;
}

test('twelve stations, and a relay with some of them, are never refused', async () => {
  const statuses = (await Promise.all(stations.map(comeBack))).flat();
  expect([...new Set(statuses)]).toEqual([200]);
});
