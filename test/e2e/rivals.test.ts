/** Two terminals of one unit act on one case while the line is down: one ruling wins, nothing that was written is lost. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';

const scratch = scratchDir();
let hub: RunningHub | undefined;

afterAll(async () => {
  await hub?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

it('lets one of two offline actions win; the other clerk sees why, and her words are kept', async () => {
  const place = { dataDir: join(scratch, 'hub'), port: await freePort() };
  hub = await startHubProcess(place);
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  const first = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang, name: 'window-1' });
  const second = await terminalAt(hub, scratch, {
    place: 'community',
    person: PEOPLE.chen,
    name: 'window-2',
  });
  await first.receive(matter, '王示例', 'accept');
  const caseId = first.openCaseId();
  await first.synced();
  await second.openCase(caseId);
  await second.byId('action-withdraw').waitFor();
  await first.openCase(caseId);
  await hub.stop();

  await first.act('forward', { text: '请街道复核。' });
  await second.act('withdraw', { reason: '申请人来电要求撤回。' });
  expect([await first.pending(), await second.pending()]).toEqual([1, 1]);
  // Only the first is open when the line comes back, so it is ruled on first.
  await second.close();
  hub = await startHubProcess(place);
  await first.synced();
  await second.open();
  await second.unlock(PEOPLE.chen);
  await expect.poll(() => second.rejected()).toBe(1);
  await second.openCase(caseId);
  const refused = second.byId('timeline-withdraw');
  const words = await refused.innerText();
  expect(words).toContain('申请人来电要求撤回。');
  expect(words).toContain('未采纳');
  expect(words).toContain('杨晓梅');
  expect(await second.byId('sync-synced').count()).toBe(0);
  expect([...first.faults, ...second.faults]).toEqual([]);
  await first.close();
  await second.close();
});
