/** A sample of the fuzz; `npm run attack` sends the whole of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz } from '../attack/fuzz.ts';
import { knock } from '../attack/knock.ts';
import { offencesOf } from '../attack/offences.ts';
import { startPlantedHub, type Planted } from '../attack/planted-hub.ts';

const SAMPLE = 400;

let planted: Planted;
beforeAll(async () => {
  planted = await startPlantedHub(4);
});
afterAll(() => planted.end());

test('requests made from the OpenAPI document find nothing', async () => {
  const report = await fuzz(planted, { seed: 4, count: SAMPLE });
  expect(report.findings).toEqual([]);
  expect(report.requests).toBe(SAMPLE);
  // What is refused at the door says nothing of what lies behind it.
  expect(report.done).toBeGreaterThan(SAMPLE / 10);
});

test('no prototype was reached, nothing went wrong inside, and the neighbours are served', async () => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect((await knock(planted, { target: '/metrics' })).text).toMatch(/^faults_total 0$/m);
  const page = await knock(planted, { target: '/sync/pull?feed=catalog', headers: planted.street.headers });
  expect(page.status).toBe(200);
});

test('every case is as it was for the units that hold it, and nobody else has it', async () => {
  for (const station of [planted.community, planted.street, planted.district]) {
    const held = await station.pull();
    const own = (planted.cases.get(station.unit) ?? []).map(({ caseId }) => caseId);
    expect([...held.keys()]).toEqual(expect.arrayContaining(own));
    const target = `/sync/pull?feed=unit_${station.unit}`;
    const answer = await knock(planted, { target, headers: station.headers });
    expect(offencesOf({ answer, foreign: planted.foreignTo(station.unit), isInterface: true })).toEqual([]);
  }
});
