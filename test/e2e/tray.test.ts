/** Work on a case that left the unit meanwhile: kept with its words, shown with the next step, and read by the unit that holds the case now. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestHub } from '../integration/running-hub.ts';
import { startTestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { PEOPLE, scratchDir, servedBy, terminalAt } from './cast.ts';

const WORDS = '申请人来电，补充了银行卡号后四位。';
const scratch = scratchDir();
let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(async () => {
  await hub.end();
  rmSync(scratch, { recursive: true, force: true });
});

it('the words reach the log of the unit that holds the case, and leave the tray when a person has dealt with them', async () => {
  const community = await TestStation.join(hub, 'yangxm');
  const district = await TestStation.join(hub, 'zhaom');
  const street = await terminalAt(servedBy(hub), scratch, { place: 'street', person: PEOPLE.pu });
  const relative = await TestStation.join(hub, 'puyl');
  const received = await community.received('yangxm', community.forwardedMatter(relative));
  const { caseId } = received;
  const up = await community.sign(caseId, 'yangxm', { kind: 'forward', payload: { to: relative.unit } });
  await community.push({ ...received, actions: [...received.actions, up] });
  await street.openCase(caseId);
  await street.act('forward');
  await street.synced();

  await street.page.context().setOffline(true);
  await street.act('note', { text: WORDS });
  expect(await street.pending()).toBe(1);
  const down = await district.sign(caseId, 'zhaom', {
    kind: 'returnDown',
    payload: { to: community.unit, reason: '材料不清，请社区补正。' },
  });
  const ruled = await district.push({ caseId, n: 5, actions: [down] });
  expect(ruled.answer.results).toMatchObject([{ n: 6 }]);
  await hub.hub.container.router.poke();
  await street.page.context().setOffline(false);
  await expect.poll(() => street.rejected()).toBe(1);

  await street.go('/sync');
  const card = street.byId('stray');
  const said = await card.innerText();
  expect(said).toContain(WORDS);
  expect(said).toContain(
    received.actions.flatMap(({ body }) => (body.kind === 'receive' ? [body.payload.caseNo] : []))[0],
  );
  expect(said).toContain('编号第 7 条');
  expect(said).toContain('办件已不在本单位');

  await card.getByRole('button', { name: '作废并写明原因' }).click();
  const dialog = street.byId('void-dialog');
  await dialog.getByRole('button', { name: '确定' }).click();
  expect(await dialog.innerText()).toContain('这一项必填');
  await street.page.keyboard.press('Escape');
  await card.getByRole('button', { name: '知道了' }).click();
  await card.waitFor({ state: 'detached' });
  await street.synced();
  expect(street.faults).toEqual([]);

  const holder = await terminalAt(servedBy(hub), scratch, { place: 'community', person: PEOPLE.yang });
  await holder.openCase(caseId);
  const note = holder.byId('timeline-note');
  expect(await note.getAttribute('data-verdict')).toBe('rejected');
  expect(await note.innerText()).toContain(WORDS);
  await holder.close();

  const { catalog } = hub.hub.container;
  const pu = catalog.current().staff.get(PEOPLE.pu.staffId);
  if (pu === undefined) throw new Error('she does not work here');
  await catalog.put([{ kind: 'staff', staff: { ...pu, active: false } }]);
  await street.byId('unlock').waitFor();
  expect(await street.byId(`person-${pu.staffId}`).count()).toBe(0);
  const known = await street.page.evaluate(
    () =>
      new Promise<unknown[]>((resolve) => {
        const open = indexedDB.open('sanji-station');
        open.onsuccess = () => {
          const all = open.result.transaction('credentials').objectStore('credentials').getAllKeys();
          all.onsuccess = () => {
            resolve(all.result);
          };
        };
      }),
  );
  expect(known).toEqual([]);
  await street.close();
});
