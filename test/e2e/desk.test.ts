/** The desk as a clerk has it in her hands: through the list by keys, a scanner wherever the focus is, her own password, papers that fit. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { Hand, scan } from './scan.ts';
import type { Terminal } from './terminal.ts';

const NAMES = ['王示例', '李示例', '赵示例'];
const scratch = scratchDir();
let hub: RunningHub;
let station: Terminal;
const cases: { id: string; no: string; receipt: string }[] = [];

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  station = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  for (const name of NAMES) {
    const no = await station.receive(matter, name, 'receive');
    const receipt = (await station.byId('paper-qr').first().getAttribute('data-text')) ?? '';
    cases.push({ id: station.openCaseId(), no, receipt });
  }
  await station.synced();
});

afterAll(async () => {
  await station.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function caseAt(index: number): { id: string; no: string; receipt: string } {
  const found = cases[index];
  if (found === undefined) throw new Error(`there is no case ${String(index)}`);
  return found;
}

async function openWorkbench(): Promise<void> {
  await station.page.locator('nav a[href="/"]').click();
  await station
    .byId('case-row')
    .nth(NAMES.length - 1)
    .waitFor();
  // The rows may have been there before: Enter belongs to the link until the page has been gone to.
  await station.page.waitForFunction(() => document.activeElement?.closest('nav') === null);
}

describe('the tour', () => {
  it('is offered, takes no focus by itself, and goes by keys', async () => {
    await openWorkbench();
    await station.byId('tour-offer').waitFor();
    expect(
      await station.page.evaluate(() => document.activeElement?.closest('[data-testid=tour-offer]')),
    ).toBe(null);
    await station.byId('tour-start').press('Enter');
    const tour = station.byId('tour');
    await tour.getByText('第 1 步').waitFor();
    for (const step of [2, 3, 4, 5, 6]) {
      await station.page.keyboard.press('ArrowRight');
      await tour.getByText(`第 ${String(step)} 步`).waitFor();
    }
    await station.page.keyboard.press('ArrowLeft');
    await tour.getByText('第 5 步').waitFor();
    await station.page.keyboard.press('Escape');
    await tour.waitFor({ state: 'detached' });
  });

  it('is not offered to the same person again, but opens from the menu', async () => {
    await station.page.reload();
    await station.byId('case-row').first().waitFor();
    expect(await station.byId('tour-offer').count()).toBe(0);
    await station.byId('person-menu').click();
    await station.byId('menu-tour').click();
    await station.byId('tour').getByText('第 1 步').waitFor();
    await station.page.keyboard.press('Alt+KeyL');
    await station.byId('unlock').waitFor();
  });

  it('is offered to the next person, who may decline it', async () => {
    await station.unlock(PEOPLE.chen);
    await station.byId('tour-decline').click();
    await station.byId('tour-offer').waitFor({ state: 'detached' });
    expect(await station.byId('tour').count()).toBe(0);
    await station.switchTo(PEOPLE.yang);
  });
});

describe('from the list', () => {
  it('the step that was asked for stands ready, and is signed by nothing but the button', async () => {
    await openWorkbench();
    await station.page.keyboard.press('Enter');
    await station.byId('action-dialog').waitFor();
    expect(await station.byId('timeline-accept').count()).toBe(0);
    await station.byId('action-cancel').click();
  });

  it('] and [ walk through its cases, and back leads to it', async () => {
    await openWorkbench();
    const rows = await station
      .byId('case-row')
      .evaluateAll((found) => found.map((row) => row.dataset['caseNo']));
    const hand = await Hand.at(station.page);
    await hand.type('o');
    const shown = station.byId('case-no');
    await shown.filter({ hasText: rows[0] ?? '' }).waitFor();
    await hand.type(']');
    await shown.filter({ hasText: rows[1] ?? '' }).waitFor();
    await hand.type(']');
    await shown.filter({ hasText: rows[2] ?? '' }).waitFor();
    expect(await station.byId('case-next').isDisabled()).toBe(true);
    await hand.type('[');
    await shown.filter({ hasText: rows[1] ?? '' }).waitFor();
    await hand.rest();
    await station.page.keyboard.press('Escape');
    await station.byId('case-row').first().waitFor();
  });

  it('what was revealed of one case is masked in the next', async () => {
    await station.byId('case-row').first().locator('a').first().click();
    await station.byId('reveal').click();
    await station.byId('reveal-confirm').click();
    await station.byId('applicant').getByText(/示例$/).first().waitFor();
    const hand = await Hand.at(station.page);
    await hand.type(']');
    await hand.rest();
    await station.byId('case-position').filter({ hasText: '2' }).waitFor();
    expect(await station.byId('applicant').innerText()).not.toMatch(/示例/);
  });
});

describe('a scanner', () => {
  it('opens the case of a number, though the focus is in a field, which keeps what it held', async () => {
    await station.page.locator('nav a[href="/intake"]').click();
    // The page puts the focus on its first field when it has looked for a draft.
    await station.page.locator('#field-applicant-idNumber:focus').waitFor();
    const name = station.byId('field-applicant-name');
    await name.fill('翠湖');
    await scan(station.page, caseAt(1).no);
    await station
      .byId('case-no')
      .filter({ hasText: caseAt(1).no })
      .waitFor();
    await station.page.locator('nav a[href="/intake"]').click();
    await station.byId('intake-recovered').waitFor();
    expect(await name.inputValue()).toBe('翠湖');
  });

  it('has a receipt verified from anywhere', async () => {
    const search = station.page.getByRole('combobox').first();
    await search.focus();
    await scan(station.page, caseAt(2).receipt);
    const verdict = station.byId('verify-verdict');
    await verdict.waitFor();
    expect(await verdict.getAttribute('data-verdict')).toBe('valid');
    expect(await search.inputValue()).toBe('');
    await scan(station.page, caseAt(0).receipt.slice(0, -4));
    await verdict.and(station.page.locator('[data-verdict="forged"]')).waitFor();
  });

  it('may end with Tab, which then does not move on to the next field', async () => {
    const search = station.page.getByRole('combobox').first();
    await search.focus();
    const hasMovedOn = await search.evaluate((field, text) => {
      const press = (key: string, code: string) =>
        field.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }));
      for (const digit of text) press(digit, digit === '-' ? 'Minus' : '');
      return press('Tab', 'Tab');
    }, caseAt(2).no);
    expect(hasMovedOn).toBe(false);
    await station
      .byId('case-no')
      .filter({ hasText: caseAt(2).no })
      .waitFor();
  });

  it('leaves a number to the field that asked for it, and its Enter leads to what is asked next', async () => {
    await station.page.locator('nav a[href="/intake"]').click();
    await station.byId('intake-recovered').waitFor();
    const idNumber = station.byId('field-applicant-idNumber');
    await idNumber.fill('');
    await station.byId('field-applicant-name').fill('');
    await idNumber.focus();
    await scan(station.page, '11010519491231002X');
    await station.page.locator('#field-applicant-name:focus').waitFor();
    // Whole again: what was left is masked.
    await idNumber.focus();
    expect(await idNumber.inputValue()).toBe('11010519491231002X');
  });
});

it.each(['zh-CN', 'en'])('a receipt stays within its sheet in %s', async (locale) => {
  await station.go(`/case/${caseAt(0).id}/papers?print=1`);
  const sheet = station.byId('paper-sheet');
  await station.byId(`paper-language-${locale}`).click();
  await station.page.locator(`[data-testid=paper-sheet][lang=${locale}]`).first().waitFor();
  const over = await sheet.evaluateAll((pages) => pages.map((page) => page.scrollHeight - page.clientHeight));
  expect(over.every((px) => px <= 0)).toBe(true);
});

it('a batch goes row by row without the line, and each row says what became of it, also what the district made of it later', async () => {
  const colleague = await terminalAt(hub, scratch, {
    place: 'community',
    person: PEOPLE.chen,
    name: 'second',
  });
  await openWorkbench();
  await station.page.context().setOffline(true);
  await colleague.openCase(caseAt(1).id);
  await colleague.act('accept');
  await colleague.synced();
  await colleague.close();

  await station.byId('case-row').first().locator('.area-status').click();
  await station.page.keyboard.press('Space');
  await station.page.keyboard.press('Shift+KeyJ');
  await station
    .byId('case-row')
    .last()
    .locator('.area-status')
    .click({ modifiers: ['Shift'] });
  await station.byId('batch-count').filter({ hasText: '3' }).waitFor();
  await station.page.keyboard.press('F9');
  await station.byId('batch-confirm').click();
  await station.byId('batch-close').waitFor();
  const line = station.byId('batch-line');
  expect(await line.filter({ hasText: '待上传' }).count()).toBe(3);

  await station.page.context().setOffline(false);
  const late = line.filter({ hasText: caseAt(1).no });
  await late.filter({ hasText: '陈思远已先一步办理' }).waitFor();
  await expect.poll(() => line.filter({ hasText: '区中心已确认' }).count()).toBe(2);
  await station.byId('batch-close').click();
  expect(await station.byId('batch-panel').count()).toBe(0);
});

it('a new password unlocks this terminal at once, also without the hub, and the old one no more', async () => {
  const { staffId, password } = PEOPLE.yang;
  await station.go('/password');
  await station.byId('password-old').fill('wrong');
  await station.byId('password-fresh').fill('Cuihu-2027');
  await station.byId('password-again').fill('Cuihu-2027');
  await station.byId('password-change').click();
  await station.page.getByText('还可试 4 次').waitFor();
  await station.byId('password-old').fill(password);
  await station.byId('password-change').click();
  await station.byId('password-done').waitFor();
  await hub.stop();
  await station.page.keyboard.press('Alt+KeyL');
  await station.byId(`person-${staffId}`).check({ force: true });
  await station.page.locator('input[type=password]').fill(password);
  await station.byId('unlock').click();
  await station.page.getByText('还可试 4 次').waitFor();
  await station.unlock({ staffId, password: 'Cuihu-2027' });
});

it('the handbook opens by keys at the chapter of the page, without the hub, pictures and all', async () => {
  await station.go('/sync');
  await station.byId('bundle-card').waitFor();
  await station.page.keyboard.press('g');
  await station.page.keyboard.press('h');
  const chapter = station.byId('handbook');
  await chapter.getByRole('heading', { name: '同步页' }).waitFor();
  await station.byId('handbook-next').click();
  await chapter.getByRole('heading', { name: '未采纳' }).waitFor();
  await station.page.reload();
  const picture = chapter.locator('img').first();
  await picture.scrollIntoViewIfNeeded();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  expect(station.faults).toEqual([]);
});

it('the handbook opens at a locked terminal, and shows nothing else', async () => {
  await station.go('/cases');
  await station.byId('staff-name').waitFor();
  await station.page.keyboard.press('Alt+KeyL');
  await station.byId('unlock-handbook').click();
  const chapter = station.byId('handbook');
  await chapter.getByRole('heading', { name: '打开终端' }).waitFor();
  expect(await station.page.locator('nav a[href="/cases"]').count()).toBe(0);
  await station.byId('handbook-next').click();
  await chapter.getByRole('heading', { name: '键盘' }).waitFor();
  await station.byId('back-to-unlock').click();
  await station.byId('unlock').waitFor();
  expect(new URL(station.page.url()).pathname).toBe('/cases');
});
