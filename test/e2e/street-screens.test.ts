/** With the district line cut, what a community forwards stands on the street office's screen by the local network alone. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forwardedMatters, scratchDir } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { openStreetScreens, type StreetScreens } from './street-screens.ts';

const scratch = scratchDir();
let hub: RunningHub;
let screens: StreetScreens;

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  screens = await openStreetScreens(hub, scratch);
});
afterAll(async () => {
  await screens.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

it('a case is seen at the street office without being asked for, marked as not yet confirmed by the district', async () => {
  const { line, community, street } = screens;
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district forwards nothing');
  line.cut();
  const caseNo = await community.receive(matter, '街道示例', 'forward');
  const row = street.byId('case-row').filter({ hasText: caseNo });
  await row.waitFor();
  expect(await row.getByTestId('row-relayed').innerText()).toBe('待区级确认');
  line.mend();
  await row.getByTestId('row-relayed').waitFor({ state: 'detached' });
});
