/** The handbook's pictures, in one language: a day at a community station, its street and the district, as it is told there. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { ADMINS, forwardedMatters, PEOPLE, scratchDir, terminalAt, UNITS, type Place } from '../cast.ts';
import { freePort, startHubProcess, type RunningHub } from '../hub-process.ts';
import { Terminal, type Person } from '../terminal.ts';
import { Camera } from './camera.ts';

export type Locale = 'zh-CN' | 'en';

const NAMES = ['王丽华', '李国强', '欧阳雪', '赵敏芝', '陈大勇'];
const SCREEN = { width: 1366, height: 768 };
/** A morning on which stations are open, whenever the pictures are taken. */
export const MORNING = Date.parse('2026-11-23T10:00:00+08:00');

/** Its clock stands at that morning; the hub's goes on from there. */
export async function inTheMorning(page: Page): Promise<void> {
  await page.clock.setFixedTime(MORNING);
}

/** Of administration, with what is on it once it is drawn. */
const PLACES = {
  devices: 'device-table',
  staff: 'staff-table',
  units: 'unit-table',
  sessions: 'session-table',
  restores: 'store-state',
  audit: 'audit-table',
} as const;

/** @param out the folder of the language; what is in it goes */
export async function takeHandbookPictures(locale: Locale, out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const day = await Day.begin(locale, new Camera(out));
  try {
    await day.atTheCounter();
    await day.withoutALine();
    await day.decided();
    await day.notAdopted();
    await day.administered();
  } finally {
    await day.end();
  }
}

class Day {
  readonly #locale: Locale;
  readonly #camera: Camera;
  readonly #scratch = scratchDir();
  readonly #terminals: Terminal[] = [];
  readonly #matters = forwardedMatters();
  #place = { dataDir: '', port: 0, clockOffsetMs: MORNING - Date.now() };
  #hub: RunningHub | undefined;
  #community: Terminal | undefined;
  #street: Terminal | undefined;
  #district: Terminal | undefined;
  #window: Terminal | undefined;
  #caseId = '';

  private constructor(locale: Locale, camera: Camera) {
    this.#locale = locale;
    this.#camera = camera;
  }

  static async begin(locale: Locale, camera: Camera): Promise<Day> {
    const day = new Day(locale, camera);
    day.#place = { ...day.#place, dataDir: join(day.#scratch, 'hub'), port: await freePort() };
    await day.#startHub();
    day.#community = await day.#join('community', PEOPLE.yang);
    day.#street = await day.#join('street', PEOPLE.pu);
    day.#district = await day.#join('district', PEOPLE.zhao);
    return day;
  }

  async end(): Promise<void> {
    for (const terminal of this.#terminals) await terminal.close();
    await this.#hub?.stop();
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  async #startHub(): Promise<void> {
    this.#hub = await startHubProcess(this.#place);
  }

  async #join(place: Place, person: Person, name: string = place): Promise<Terminal> {
    const terminal = await terminalAt(there(this.#hub), this.#scratch, {
      place,
      person,
      name,
      prepare: inTheMorning,
    });
    this.#terminals.push(terminal);
    await terminal.page.setViewportSize(SCREEN);
    await terminal.page.evaluate((chosen) => {
      localStorage.setItem('PARAGLIDE_LOCALE', chosen);
    }, this.#locale);
    await terminal.go('/');
    await terminal.byId('tour-decline').click();
    return terminal;
  }

  /** One case is received, accepted, sent up; two more wait. */
  async atTheCounter(): Promise<void> {
    const community = there(this.#community);
    for (const [index, button] of (['forward', 'receive', 'accept'] as const).entries()) {
      await community.receive(this.#matter(index * 3), NAMES[index] ?? '', button);
      if (button === 'forward') this.#caseId = community.openCaseId();
    }
    await community.synced();
    await community.go('/');
    await this.#camera.shoot(community, 'workbench', { ready: 'case-row' });
    await community.page.keyboard.press('Space');
    await community.page.keyboard.press('Shift+KeyJ');
    await this.#camera.shoot(community, 'batch', { ready: 'batch-count' });
    await community.page.keyboard.press('Escape');
    await community.page.keyboard.press('Shift+Slash');
    const keys = community.page.locator('dialog[open]');
    await keys.waitFor();
    await this.#camera.shoot(community, 'keys', { ready: 'staff-name', part: keys });
    await community.page.keyboard.press('Escape');
    await community.page.keyboard.press('Alt+KeyL');
    await this.#camera.shoot(community, 'unlock', { ready: 'unlock' });
    await community.unlock(PEOPLE.yang);
    await community.fillIntake(this.#matter(6), NAMES[3] ?? '');
    await community.byId('field-applicant-mobile').fill('1388');
    await community.byId('intake-receive').click();
    await this.#camera.shoot(community, 'intake-problems', { ready: 'intake-summary' });
    await community.byId('field-applicant-mobile').fill('13888003210');
    await community.byId('intake-receive').click();
    await this.#camera.shoot(community, 'receipt', { ready: 'paper-sheet' });
    const code = (await community.byId('paper-qr').first().getAttribute('data-text')) ?? '';
    await community.go('/verify');
    await community.byId('verify-text').fill(code);
    await community.page.keyboard.press('Enter');
    await this.#camera.shoot(community, 'verify', { ready: 'verify-verdict' });
    await community.synced();
  }

  /** The line is down: a case is received all the same, waits to be sent, and goes on a stick. */
  async withoutALine(): Promise<void> {
    const community = there(this.#community);
    await this.#hub?.stop();
    await community.fillIntake(this.#matter(9), NAMES[4] ?? '');
    await community.page.evaluate(() => {
      for (const element of document.querySelectorAll('*')) element.scrollTop = 0;
    });
    await community.byId('intake-offline').waitFor();
    await this.#camera.shoot(community, 'intake-offline', { ready: 'intake-receive' });
    await community.byId('intake-accept').click();
    await community.byId('paper-number').waitFor();
    await community.go('/sync');
    await community.page.locator('[data-testid=sync-badge][data-line=offline]').waitFor();
    await community.page.locator('.queue-grid').nth(1).waitFor();
    await this.#camera.shoot(community, 'sync-offline', { ready: 'bundle-export' });
    const saved = community.page.waitForEvent('download');
    await community.byId('bundle-export').click();
    await (await saved).delete();
    await this.#camera.shoot(community, 'stick', {
      ready: 'bundle-outcome',
      part: community.byId('bundle-card'),
    });
    await this.#startHub();
    await community.synced();
  }

  /** The street reviews and sends on, the district approves, the community hands over. */
  async decided(): Promise<void> {
    const [community, street, district] = [
      there(this.#community),
      there(this.#street),
      there(this.#district),
    ];
    await street.synced();
    await street.openCase(this.#caseId);
    await this.#camera.shoot(street, 'case', { ready: 'action-forward' });
    await street.byId('action-askExtend').click();
    await street.byId('entry-days').fill('5');
    await street
      .byId('entry-reason')
      .fill(this.#said('需要向外地核实缴费记录。', 'Contributions elsewhere to be checked.'));
    await this.#camera.shoot(street, 'extend', {
      ready: 'action-dialog',
      part: street.byId('action-dialog'),
    });
    await street.page.keyboard.press('Escape');
    await street.byId('action-dialog').waitFor({ state: 'detached' });
    await street.act('forward');
    await street.synced();
    await district.openCase(this.#caseId);
    await district.byId('action-approve').click();
    await this.#camera.shoot(district, 'approve', { ready: 'action-dialog' });
    await district.byId('action-confirm').click();
    await district.byId('action-dialog').waitFor({ state: 'detached' });
    await district.synced();
    await community.openCase(this.#caseId);
    const late = community.byId('action-supplyDeferred');
    await late.or(community.byId('action-deliver')).first().waitFor();
    if ((await late.count()) > 0) {
      await late.click();
      for (const box of await community.page.locator('[data-testid^=entry-code-]').all()) await box.check();
      await community.byId('action-confirm').click();
      await community.byId('action-dialog').waitFor({ state: 'detached' });
    }
    await community.byId('action-deliver').click();
    await community.byId('entry-recipient').fill('本人');
    await this.#camera.shoot(community, 'deliver', {
      ready: 'action-dialog',
      part: community.byId('action-dialog'),
    });
    await community.byId('action-confirm').click();
    await community.byId('action-dialog').waitFor({ state: 'detached' });
    await community.synced();
  }

  /** Two windows of one station act on one case while the line is down. */
  async notAdopted(): Promise<void> {
    const community = there(this.#community);
    const second = await this.#join('community', PEOPLE.chen, 'window-2');
    this.#window = second;
    await community.receive(this.#matter(12), NAMES[0] ?? '', 'accept');
    const caseId = community.openCaseId();
    await community.synced();
    await second.openCase(caseId);
    await second.byId('action-withdraw').waitFor();
    await community.openCase(caseId);
    await this.#hub?.stop();
    await community.act('forward', { text: this.#said('材料已核对。', 'Materials checked.') });
    await second.act('withdraw', {
      reason: this.#said('申请人来电要求撤回。', 'The applicant called to withdraw.'),
    });
    await second.close();
    await this.#startHub();
    await community.synced();
    await second.open(undefined, inTheMorning);
    await second.page.setViewportSize(SCREEN);
    await second.unlock(PEOPLE.chen);
    await second.byId('sync-rejected').waitFor();
    await second.go('/sync');
    await this.#camera.shoot(second, 'not-adopted', { ready: 'rejection' });
  }

  async administered(): Promise<void> {
    const desk = there(this.#district);
    await desk.switchTo(PEOPLE.he);
    await desk.go('/matters');
    await desk.byId('matrix-new').click();
    await desk.byId(`cell-${this.#matter(1).matterId}-community`).click();
    await desk.page.keyboard.press('3');
    await this.#camera.shoot(desk, 'matrix', { ready: 'matrix-grid' });
    await desk.go('/matters/file');
    await this.#camera.shoot(desk, 'matter-file', { ready: 'file-export-xlsx' });
    await desk.go('/admin/calendars');
    await this.#camera.shoot(desk, 'calendar', { ready: 'calendar-history' });
    await desk.go('/admin/offices');
    await desk.byId('office-unit').selectOption(UNITS.street);
    await desk.byId('office-begin').click();
    await this.#camera.shoot(desk, 'office', { ready: 'office-form' });

    await desk.switchTo(ADMINS.system);
    await desk.go('/second-factor');
    await desk.byId('factor-set-up').click();
    await this.#camera.shoot(desk, 'factor', { ready: 'factor-secret', part: desk.byId('factor-page') });
    await this.#open(desk, 'restores');
    await this.#camera.shoot(desk, 'restores', { ready: 'store-state' });
    await this.#open(desk, 'units');
    await this.#camera.shoot(desk, 'units', { ready: 'unit-table' });
    await this.#open(desk, 'staff');
    await this.#camera.shoot(desk, 'staff', { ready: 'staff-table' });
    await this.#open(desk, 'devices');
    await desk.byId('enrol-unit').selectOption(UNITS.community);
    await desk.byId('enrol-issue').click();
    await this.#camera.shoot(desk, 'enrolment', { ready: 'enrolment-code' });
    const code = await desk.byId('enrolment-code').innerText();
    await this.#enrolment(code);

    await desk.switchTo(ADMINS.security);
    await this.#open(desk, 'sessions');
    await this.#camera.shoot(desk, 'sessions', { ready: 'session-table' });
    await this.#open(desk, 'devices');
    await desk.page.locator('[data-testid^=revoke-]').first().waitFor();
    await this.#camera.shoot(desk, 'terminals', { ready: 'device-table' });
    await this.#outOfService(desk);
    await desk.switchTo(ADMINS.audit);
    await this.#open(desk, 'audit');
    await this.#camera.shoot(desk, 'audit', { ready: 'audit-table' });
  }

  /** How a new terminal begins, and how one ends. */
  async #enrolment(code: string): Promise<void> {
    const fresh = new Terminal({
      profileDir: join(this.#scratch, 'fresh'),
      origin: `http://fresh.localhost:${String(this.#place.port)}`,
    });
    this.#terminals.push(fresh);
    await fresh.open(undefined, inTheMorning);
    await fresh.page.setViewportSize(SCREEN);
    await fresh.page.evaluate((chosen) => {
      localStorage.setItem('PARAGLIDE_LOCALE', chosen);
    }, this.#locale);
    await fresh.go('/enrol');
    await fresh.byId('enrol-code').fill(code);
    await this.#camera.shoot(fresh, 'enrol', { ready: 'enrol', part: fresh.page.locator('form') });
  }

  /** The second window of the station: it hands over first, which here it cannot yet. */
  async #outOfService(desk: Terminal): Promise<void> {
    const window = there(this.#window);
    await window.page.route('**/sync/handover', (route) => route.abort());
    await desk.byId('device-search').fill('文林');
    await desk.byId('device-table').locator('[data-testid^=revoke-]').last().click();
    await desk.byId('revoke-reason').fill(this.#said('损坏报废', 'Broken'));
    await desk.byId('revoke-save').click();
    await window.page.locator('[data-testid=retired][data-step=waiting]').waitFor();
    await this.#camera.shoot(window, 'retired', { ready: 'retired', part: window.byId('retired') });
  }

  async #open(desk: Terminal, place: keyof typeof PLACES): Promise<void> {
    await desk.page.locator('nav a[href="/admin"]').click();
    await desk.page.locator(`nav a[href="/admin/${place}"]`).click();
    await desk.byId(PLACES[place]).waitFor();
  }

  #matter(index: number): MatterVersion {
    return there(this.#matters[index]);
  }

  #said(zh: string, en: string): string {
    return this.#locale === 'en' ? en : zh;
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there yet');
  return value;
}
