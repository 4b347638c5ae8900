/** A street relay over real HTTP: enrols, serves its street while the line is down, hands up, and holds nothing else. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { effectiveRule } from '@sanji/sync/domain/tier-rules';
import { exportPublicKey, newDeviceKeys, signValue } from '@sanji/sync/domain/signing';
import { readConfig } from '@sanji/server/config';
import { startRelay } from '@sanji/server/relay/street-relay';
import { LoopStation } from './loop-station.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { relayCode, startTestRelay, type TestRelay } from './running-relay.ts';
import { TestStation } from './test-station.ts';

const STREET = '530102001000';
const DISTRICT = '530102000000';

let hub: TestHub;
let relay: TestRelay;
let community: LoopStation;
let street: LoopStation;

beforeEach(async () => {
  hub = await startTestHub();
  community = await LoopStation.join(hub, 'yangxm');
  street = await LoopStation.join(hub, 'puyl');
  relay = await startTestRelay(hub, STREET);
  for (const station of [community, street]) station.terminal.hub = relay.asHub;
});
afterEach(async () => {
  await relay.end();
  await hub.end();
});

/** Nothing forwards it by itself, the street takes it on, and the district decides. */
function matter(): string {
  return community.terminal.forwardedMatter(street.terminal);
}

/** The relay has handed up what waited, and has what the district said. */
async function drained(): Promise<void> {
  const { relay: core } = relay.relay.container;
  for (let i = 0; i < 2; i++) {
    await core.loop.poke();
    await hub.hub.container.router.poke();
  }
  await core.loop.poke();
  await core.router.poke();
}

test('with the line down a case goes from the community to the street office by a poke, pending, and no ruling is made', async () => {
  await community.loop.poke();
  await street.loop.poke();
  relay.line.cut();
  const caseId = await community.receive(matter());
  await community.act(caseId, { kind: 'forward', payload: { to: STREET } });
  const heard = await street.terminal.nextPoke(`unit_${STREET}`);
  await community.loop.poke();
  await heard.poke;
  heard.close();
  await street.loop.poke();
  expect(street.find(caseId)?.rulings).toEqual({});
  expect(street.find(caseId)?.relayed).toHaveLength(4);
  expect(community.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 4 });
  expect(await hub.hub.container.stores.master.getMany([caseId])).toEqual([undefined]);
  const health = await ask(relay.url, 'GET /healthz');
  await relay.relay.container.relay.loop.poke();
  expect(health.body).toMatchObject({ relay: { street: STREET, pending: 4 } });
});

test('when the line is back every action is ruled once, and both stations hear of it through the relay', async () => {
  relay.line.cut();
  const caseId = await community.receive(matter());
  await community.act(caseId, { kind: 'forward', payload: { to: STREET } });
  await community.loop.poke();
  await relay.relay.container.relay.router.poke();
  await street.loop.poke();
  await street.act(caseId, { kind: 'forward', payload: { to: DISTRICT } });
  await street.loop.poke();
  relay.line.mend();
  await drained();
  await community.loop.poke();
  await street.loop.poke();
  const [master] = await hub.hub.container.stores.master.getMany([caseId]);
  expect(master?.n).toBe(5);
  for (const station of [community, street]) {
    expect(station.find(caseId)).toMatchObject({ n: 5, rulings: master?.rulings });
    expect(station.loop.status).toMatchObject({ pending: 0, relayed: 0, rejected: 0 });
    expect(station.faults).toEqual([]);
  }
});

test('what the relay has taken survives its restart with the district unreachable', async () => {
  relay.line.cut();
  const caseId = await community.receive(matter());
  await community.loop.poke();
  await relay.restart();
  for (const station of [community, street]) station.terminal.hub = relay.asHub;
  await community.loop.poke();
  expect(community.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 3 });
  relay.line.mend();
  await drained();
  const [master] = await hub.hub.container.stores.master.getMany([caseId]);
  expect(master?.n).toBe(3);
});

test('a station moves between relay and hub without loss or repeat', async () => {
  await community.loop.poke();
  relay.line.cut();
  const first = await community.receive(matter());
  await community.loop.poke();
  expect(community.loop.status).toMatchObject({ pending: 0, relayed: 3 });
  community.terminal.hub = hub;
  await community.loop.poke();
  expect(community.loop.status).toMatchObject({ pending: 0, relayed: 0 });
  const second = await community.receive(matter());
  await community.loop.poke();
  relay.line.mend();
  await drained();
  community.terminal.hub = relay.asHub;
  await community.loop.poke();
  expect([community.find(first)?.n, community.find(second)?.n]).toEqual([3, 3]);
  const masters = await hub.hub.container.stores.master.getMany([first, second]);
  expect(masters.map((master) => master?.n)).toEqual([3, 3]);
  expect(await hub.hub.container.stores.quarantine.markedDevices()).toEqual([]);
});

test('a first load at the relay brings the unit’s cases, and the relay holds nothing of other streets', async () => {
  const elsewhere = await TestStation.join(hub, 'zhaom');
  const catalog = hub.hub.container.catalog.current();
  const own = [...catalog.matters.keys()].find((matterId) => {
    const rule = effectiveRule(catalog, { unit: elsewhere.unit, matterId, day: '2026-11-23' });
    return rule.mode === 'decide';
  });
  const foreign = await elsewhere.received('zhaom', own ?? '');
  expect((await elsewhere.push(foreign)).answer.results[0]?.kind).toBe('delta');
  const caseId = await community.receive(matter());
  await community.loop.poke();
  await drained();
  const other = await LoopStation.join(hub, 'yangxm');
  other.terminal.hub = relay.asHub;
  await other.loop.poke();
  expect(other.find(caseId)?.n).toBe(3);
  const held: string[] = [];
  for await (const page of relay.relay.container.stores.master.walk())
    held.push(...page.map(({ _id }) => _id));
  expect(held).toEqual([caseId]);
  const { directory } = relay.relay.container.stores;
  const units = [
    ...(await directory.listStaffCredentials()).map(({ staffId }) => catalog.staff.get(staffId)?.unit),
    ...(await directory.listDevices()).map(({ device }) => device.unit),
  ];
  const ofStreet = relay.relay.container.relay.units();
  expect(units.length).toBeGreaterThan(2);
  expect(units.filter((unit) => unit === undefined || !ofStreet.has(unit))).toEqual([]);
});

test('a terminal of another unit than the street’s is served nothing', async () => {
  const district = await TestStation.join(hub, 'zhaom');
  await relay.relay.container.catchUp();
  district.hub = relay.asHub;
  await district.openSession();
  const { headers, unit } = district;
  const routes = [
    `GET /sync/pull?feed=unit_${unit}`,
    `GET /sync/pull?feed=unit_${STREET}`,
    'GET /sync/pull?feed=catalog',
    `GET /sync/snapshot?feed=unit_${STREET}`,
  ];
  for (const route of routes)
    expect((await ask(relay.url, route, { headers })).body['code'], route).toBe('out-of-scope');
  const own = await district.received('zhaom', matter());
  expect((await district.push(own)).body['code']).toBe('out-of-scope');
});

test('what the district publishes and whom it takes out of service comes down', async () => {
  await community.loop.poke();
  const headers = await login(hub.url, 'sunl');
  const { deviceId } = community.terminal;
  await ask(hub.url, `POST /api/devices/${deviceId}/revoke`, { headers, body: { reason: 'lost' } });
  await relay.relay.container.relay.loop.poke();
  await community.loop.poke();
  expect(community.loop.status.problem).toMatchObject({ code: 'device-revoked', params: { deviceId } });
  await relay.relay.container.catchUp();
  expect(await relay.relay.container.stores.directory.findDevice(deviceId)).toBeUndefined();
});

test('a relay taken out of service serves nobody, tells no terminal that it is revoked itself, and does not start again', async () => {
  const headers = await login(hub.url, 'sunl');
  const { deviceId } = relay.relay.container.identity;
  await community.loop.poke();
  await ask(hub.url, `POST /api/devices/${deviceId}/revoke`, { headers, body: { reason: 'lost' } });
  await relay.relay.container.relay.loop.poke();
  await community.loop.poke();
  expect(community.loop.status).toMatchObject({ state: 'offline', problem: { code: 'unavailable' } });
  expect((await ask(relay.url, 'GET /healthz')).body).toMatchObject({ relay: { line: 'revoked' } });
  await expect(relay.restart()).rejects.toThrow('taken this relay out of service');
});

test('a new terminal joins through the relay and may call there at once', async () => {
  const headers = await login(hub.url, 'sunl');
  const body = { unit: community.terminal.unit };
  const issued = await ask(hub.url, 'POST /api/enrolment-codes', { body, headers });
  const keys = await newDeviceKeys();
  const publicKey = await exportPublicKey(keys.publicKey);
  const joining = { code: issued.body['code'], publicKey };
  const joined = await ask(relay.url, 'POST /api/devices/enrol', { body: joining });
  expect(joined.status).toBe(201);
  const claim = { deviceId: String(joined.body['deviceId']), at: hub.clock.now(), nonce: '0123456789abcdef' };
  const sig = await signValue(claim, keys.privateKey);
  expect((await ask(relay.url, 'POST /sync/session', { body: { ...claim, sig } })).status).toBe(200);
});

test('a relay behind a relay, and a terminal’s code, are refused by name', async () => {
  const start = (UPSTREAM_URL: string, RELAY_CODE: string) =>
    startRelay({
      config: readConfig({
        PORT: '0',
        LOG_LEVEL: 'silent',
        DATA_DIR: `${relay.dataDir}/other`,
        UPSTREAM_URL,
        RELAY_CODE,
      }),
      clock: hub.clock,
    });
  await expect(start(relay.url, await relayCode(hub, STREET))).rejects.toThrow('names a street relay');
  const headers = await login(hub.url, 'sunl');
  const issued = await ask(hub.url, 'POST /api/enrolment-codes', { body: { unit: STREET }, headers });
  await expect(start(hub.url, String(issued.body['code']))).rejects.toThrow('does not take the code');
});
