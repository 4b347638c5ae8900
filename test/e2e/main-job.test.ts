/** The main job: received with the line cut, decided at the district, handed over at the community. The server is really stopped. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { deferredFor } from './intake-data.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';

const CASES = 20;
const scratch = scratchDir();
let hub: RunningHub | undefined;

afterAll(async () => {
  await hub?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

it('brings 20 cases received offline to the street, the district and back, none lost, none twice', async () => {
  const place = { dataDir: join(scratch, 'hub'), port: await freePort() };
  const start = async (): Promise<RunningHub> => {
    hub = await startHubProcess(place);
    return hub;
  };
  const matters = forwardedMatters().slice(0, CASES);
  expect(matters).toHaveLength(CASES);

  const first = await start();
  const community = await terminalAt(first, scratch, { place: 'community', person: PEOPLE.yang });
  const street = await terminalAt(first, scratch, { place: 'street', person: PEOPLE.pu });
  const district = await terminalAt(first, scratch, { place: 'district', person: PEOPLE.zhao });
  await first.stop();

  const received: { caseId: string; caseNo: string; deferred: string[] }[] = [];
  for (const [index, matter] of matters.entries()) {
    const caseNo = await community.receive(matter, `申请人${String(index + 1)}`, 'forward');
    const deferred = deferredFor(matter);
    received.push({ caseId: community.openCaseId(), caseNo, deferred });
    if (index === 9) await community.page.reload();
    if (index === 14) {
      await community.close();
      await community.open();
      await community.unlock(PEOPLE.yang);
    }
  }
  expect(new Set(received.map(({ caseNo }) => caseNo)).size).toBe(CASES);
  expect(await community.pending()).toBeGreaterThanOrEqual(CASES);

  await start();
  await community.synced();
  for (const { caseId } of received) {
    await street.openCase(caseId);
    await street.act('forward');
  }
  await street.synced();
  for (const { caseId } of received) {
    await district.openCase(caseId);
    await district.act('approve');
  }
  await district.synced();
  for (const { caseId, deferred } of received) {
    await community.openCase(caseId);
    // Decided, but open until the last deferred material is in.
    if (deferred.length > 0) await community.supplyDeferred(deferred);
    await community.act('deliver', { recipient: '本人' });
  }
  await community.synced();

  const terminals = { community, street, district };
  for (const terminal of Object.values(terminals)) {
    const numbers = await terminal.listedCaseNumbers(CASES);
    expect([...numbers].sort()).toEqual(received.map(({ caseNo }) => caseNo).sort());
    expect(terminal.faults).toEqual([]);
    await terminal.close();
  }
});
