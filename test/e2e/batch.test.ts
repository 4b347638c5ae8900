/** A batch of as many cases as one may be, by keys alone: each row says what became of it, also where a colleague was there first. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { startTestHub, TEST_NOW, type TestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { forwardedMatters, PEOPLE, scratchDir, servedBy, terminalAt } from './cast.ts';
import { expectFitsPhone, expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const CASES = 203;
const MOST = 200;
/** Of those that are done together: accepted by a colleague while the form is open. */
const TAKEN = 7;
/** The hub takes no larger push. */
const PUSH = 40;

const scratch = scratchDir();
let hub: TestHub;
let window: TestStation;
let station: Terminal;
const cases: PushedCase[] = [];

beforeAll(async () => {
  hub = await startTestHub();
  window = await TestStation.join(hub, 'yangxm');
  const matterId = forwardedMatters().find(({ subject }) => subject.includes('person'))?.matterId ?? '';
  for (let i = 0; i < CASES; i += 1) {
    hub.clock.moveBy(1000);
    cases.push(await window.takenIn('yangxm', matterId));
  }
  for (let i = 0; i < CASES; i += PUSH) await window.push(...cases.slice(i, i + PUSH));
  hub.clock.moveBy(-CASES * 1000);
  await hub.hub.container.router.poke();
  station = await terminalAt(servedBy(hub), scratch, {
    place: 'community',
    person: PEOPLE.yang,
    prepare: (page) => page.clock.setFixedTime(TEST_NOW + CASES * 1000),
  });
});

afterAll(async () => {
  await station.close();
  await hub.end();
  rmSync(scratch, { recursive: true, force: true });
});

async function shows(testId: string, text: string): Promise<void> {
  await station.byId(testId).filter({ hasText: text }).waitFor();
}

it(`${String(MOST)} of ${String(CASES)} cases are accepted by keys, but for those a colleague has accepted meanwhile`, async () => {
  const { keyboard } = station.page;
  await shows('tab-mine', String(CASES));
  await station.byId('tour-decline').press('Enter');
  await keyboard.press('KeyA');
  await shows('batch-count', String(CASES));
  await shows('batch-none', `一次最多 ${String(MOST)} 件`);
  await keyboard.press('F9');
  await shows('batch-count', String(MOST));
  await keyboard.press('F9');
  await station.byId('batch-form').waitFor();

  for (const { caseId } of cases.slice(0, TAKEN)) {
    const accept = await window.sign(caseId, 'yangxm', { kind: 'accept', payload: { deferred: [] } });
    await window.push({ caseId, n: 2, actions: [accept] });
  }
  await hub.hub.container.router.poke();
  await shows('tab-toAccept', String(CASES - TAKEN));

  await keyboard.press('F9');
  // Two hundred signed entries, one after another: as long as the test itself may take.
  await station.byId('batch-close').waitFor({ timeout: 0 });
  await shows('batch-summary', `已办 ${String(MOST - TAKEN)} 件，未办 ${String(TAKEN)} 件`);
  const line = station.byId('batch-line');
  expect(await line.count()).toBe(MOST);
  const outcomes = await line.evaluateAll((found) => found.map((one) => one.dataset['outcome']));
  expect(outcomes.slice(0, TAKEN)).toEqual(Array.from({ length: TAKEN }, () => 'refused'));
  expect(new Set(outcomes.slice(TAKEN))).toEqual(new Set(['done']));
  expect(await line.first().innerText()).toMatch(/不能再「受理」/);
  await expect.poll(() => line.filter({ hasText: '区中心已确认' }).count()).toBe(MOST - TAKEN);
});

it('its result has no violation, also on a phone', async () => {
  await expectNoViolation(station.page);
  await expectFitsPhone(station.page);
});

it('what was not done is still marked, and Esc leads back step by step', async () => {
  const { keyboard } = station.page;
  await keyboard.press('Escape');
  await station.byId('batch-results').waitFor({ state: 'detached' });
  await shows('batch-count', String(TAKEN));
  await keyboard.press('Escape');
  await station.byId('batch-panel').waitFor({ state: 'detached' });
  await shows('tab-toAccept', String(CASES - MOST));
  expect(station.faults).toEqual([]);
});

it('in English it goes the same way, and has no violation', async () => {
  const { page } = station;
  await page.evaluate(() => {
    localStorage.setItem('PARAGLIDE_LOCALE', 'en');
  });
  await station.go('/');
  await shows('tab-toAccept', String(CASES - MOST));
  await page.keyboard.press('Digit4');
  await expect.poll(() => station.byId('case-row').count()).toBe(CASES - MOST);
  await page.keyboard.press('KeyA');
  await page.keyboard.press('F9');
  await station.byId('batch-form').waitFor();
  await expectNoViolation(page);
  await page.keyboard.press('F9');
  await shows('batch-summary', `Accept: ${String(CASES - MOST)} done, 0 not done`);
  await expectNoViolation(page);
});
