/** Two streets cut off from the district for a whole working day: real processes, real lines, and a clock that goes on. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHubStores } from '@sanji/server/store/open-store';
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { fold } from '@sanji/sync/domain/fold';
import { Line } from '../integration/line.ts';
import { LoopStation } from '../integration/loop-station.ts';
import { ask } from '../integration/running-hub.ts';
import { relayCode } from '../integration/running-relay.ts';
import type { StationHub } from '../integration/test-station.ts';
import { PEOPLE, scratchDir, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { streetDistrict, STREETS, type TestStreet } from './street-district.ts';

/** A Monday. */
const MORNING = Date.parse('2026-11-23T08:30:00+08:00');
/** A relay that was cut off tries again within a minute. */
const PATIENCE = { timeout: 120_000 };
const HOURS = [0, 3, 6, 9];

interface Street {
  relay: RunningHub;
  dataDir: string;
  line: Line;
  office: LoopStation;
  communities: LoopStation[];
}

const scratch = scratchDir();
let offsetMs = MORNING - Date.now();
let hub: RunningHub;
let catalog: Catalog;
const streets: Street[] = [];
let hall: LoopStation;

function at({ url }: { url: string }): StationHub {
  const clock = { now: () => Date.now() + offsetMs };
  return { url, clock, hub: { container: { catalog: { current: () => catalog } } } };
}

function hoursLater(hours: number): void {
  offsetMs += hours * 3_600_000;
  for (const { moveClock } of [hub, ...streets.map(({ relay }) => relay)]) moveClock(offsetMs);
}

async function open(street: TestStreet): Promise<Street> {
  const line = await Line.open(() => hub.url);
  const dataDir = join(scratch, street.code);
  const relay = await startHubProcess({
    dataDir,
    port: await freePort(),
    clockOffsetMs: offsetMs,
    env: { UPSTREAM_URL: line.url, RELAY_CODE: await relayCode(hub, street.code), COUCHDB_URL: '' },
  });
  const joined = async (clerk: string) => {
    const station = await LoopStation.join(at(hub), clerk);
    station.terminal.hub = at(relay);
    return station;
  };
  const office = await joined(street.clerk);
  const communities: LoopStation[] = [];
  for (const { clerk } of street.communities) communities.push(await joined(clerk));
  return { relay, dataDir, line, office, communities };
}

beforeAll(async () => {
  const district = streetDistrict(scratch);
  catalog = district.catalog;
  const dataDir = join(scratch, 'hub');
  const env = { SAMPLE_DIR: district.dir };
  hub = await startHubProcess({ dataDir, port: await freePort(), clockOffsetMs: offsetMs, env });
  for (const street of STREETS) streets.push(await open(street));
  hall = await LoopStation.join(at(hub), PEOPLE.zhao.staffId);
});
afterAll(async () => {
  for (const { relay, line } of streets) {
    await relay.stop();
    await line.close();
  }
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** What is decided the hub concludes by itself, sooner or later. */
function isDecided(doc: CaseDocument): boolean {
  return ['approved', 'concluded'].includes(fold(doc).status);
}

async function waiting({ relay }: Street): Promise<number> {
  const { body } = await ask(relay.url, 'GET /healthz');
  return (body['relay'] as { pending: number }).pending;
}

test('two streets work a whole day without the district; in the evening every case arrives once, is ruled once, and results come back', async () => {
  for (const { office, communities } of streets)
    for (const station of [office, ...communities]) await station.loop.poke();
  for (const { line } of streets) line.cut();
  const made = streets.map(() => [] as { station: LoopStation; caseId: string }[]);
  for (const [i, hours] of HOURS.entries()) {
    if (i > 0) hoursLater(hours - (HOURS[i - 1] ?? 0));
    for (const [s, { office, communities }] of streets.entries()) {
      const matterId = communities[0]?.terminal.forwardedMatter(office.terminal) ?? '';
      const heard = await office.terminal.nextPoke(`unit_${office.terminal.unit}`);
      for (const station of communities) {
        const caseId = await station.receive(matterId);
        await station.act(caseId, { kind: 'forward', payload: { to: office.terminal.unit } });
        await station.loop.poke();
        expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0 });
        made[s]?.push({ station, caseId });
      }
      await heard.poke;
      heard.close();
      // The poke of the first case may come before the others are routed.
      const fresh = made[s]?.slice(-communities.length) ?? [];
      await expect
        .poll(async () => {
          await office.loop.poke();
          return fresh.filter(({ caseId }) => office.find(caseId) !== undefined).length;
        }, PATIENCE)
        .toBe(fresh.length);
      for (const { caseId } of fresh) {
        // Seen at once, and no one has ruled on it.
        expect(office.find(caseId)).toMatchObject({ n: 0, rulings: {} });
        expect(office.find(caseId)?.relayed).toHaveLength(4);
        await office.act(caseId, { kind: 'forward', payload: { to: UNITS.district } });
      }
      await office.loop.poke();
      expect(office.loop.status).toMatchObject({ state: 'idle', pending: 0 });
    }
  }
  const perStreet = HOURS.length * 3;
  expect(await Promise.all(streets.map(waiting))).toEqual([perStreet * 5, perStreet * 5]);

  hoursLater(1);
  for (const { line, office } of streets) {
    line.mend();
    // The next push makes the relay try again.
    const caseId = made[streets.findIndex((street) => street.office === office)]?.[0]?.caseId ?? '';
    await office.act(caseId, { kind: 'note', payload: { text: '线路恢复' } });
    await office.loop.poke();
  }
  await expect.poll(() => Promise.all(streets.map(waiting)), PATIENCE).toEqual([0, 0]);

  const all = made.flat();
  await expect
    .poll(async () => {
      await hall.loop.poke();
      return all.filter(({ caseId }) => hall.find(caseId) !== undefined).length;
    }, PATIENCE)
    .toBe(all.length);
  for (const { caseId } of all) await hall.act(caseId, { kind: 'approve', payload: {} });
  await hall.loop.poke();
  for (const { caseId } of all) {
    const doc = hall.find(caseId);
    expect(doc && isDecided(doc)).toBe(true);
    // Once each, and densely.
    const seqs = Object.values(doc?.rulings ?? {}).map(({ seq }) => seq);
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: doc?.n ?? 0 }, (_, k) => k + 1));
    expect(Object.values(doc?.rulings ?? {}).every(({ verdict }) => verdict === 'accepted')).toBe(true);
  }
  for (const { station, caseId } of all)
    await expect
      .poll(async () => {
        await station.loop.poke();
        const doc = station.find(caseId);
        return [doc && isDecided(doc), doc?.relayed?.length ?? 0];
      }, PATIENCE)
      .toEqual([true, 0]);
  for (const { loop, faults } of streets.flatMap(({ office, communities }) => [office, ...communities])) {
    await expect
      .poll(async () => {
        await loop.poke();
        return loop.status;
      }, PATIENCE)
      .toMatchObject({ state: 'idle', pending: 0, relayed: 0, rejected: 0, parked: 0 });
    expect(faults).toEqual([]);
  }

  // Nothing foreign is on either relay's disk.
  for (const [s, { relay, dataDir, office }] of streets.entries()) {
    await relay.stop();
    const stores = await openHubStores({ dataDir, file: 'relay.sqlite' });
    const held: string[] = [];
    for await (const page of stores.master.walk()) held.push(...page.map(({ _id }) => _id));
    expect(held.sort()).toEqual(made[s]?.map(({ caseId }) => caseId).sort());
    const own = office.terminal.unit.slice(0, 9);
    const units = [
      ...(await stores.directory.listDevices()).map(({ device }) => device.unit),
      ...(await stores.directory.listStaffCredentials()).map(
        ({ staffId }) => catalog.staff.get(staffId)?.unit ?? '',
      ),
      ...(await stores.store.list()).filter((name) => name.startsWith('unit_')).map((name) => name.slice(5)),
    ];
    expect(units.filter((unit) => !unit.startsWith(own))).toEqual([]);
    await stores.store.close();
  }
});
