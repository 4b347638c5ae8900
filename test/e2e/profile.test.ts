/** A stolen disk: the raw profile of a terminal in full use holds no name, number or word of anybody's case, wherever the browser writes. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { makeCitizen, type Citizen } from '@sanji/sync/testing/citizens';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { startTestHub, type TestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { openProfile } from './browser.ts';
import { PEOPLE, scratchDir, servedBy, terminalAt, acceptedMatter } from './cast.ts';
import { intakeFor } from './intake-data.ts';
import { scanProfile } from './profile/scan-profile.ts';
import type { Terminal } from './terminal.ts';

const CASES = 200;
const random = new SeededRandom(20_261_126);
const people = Array.from({ length: CASES }, () => makeCitizen(random));
const scratch = scratchDir();
const profileDir = join(scratch, 'street');
let hub: TestHub;
let origin: string;
/** Whatever must not be found. */
const secrets = new Set<string>(people.flatMap(secretsOf));

beforeAll(async () => {
  hub = await startTestHub();
  origin = `http://street.localhost:${new URL(hub.url).port}`;
});

afterAll(async () => {
  await hub.end();
  rmSync(scratch, { recursive: true, force: true });
});

function secretsOf({ name, idNumber, mobile, address }: Citizen): string[] {
  return [name, idNumber, mobile, address];
}

/** Someone new, whom the caller lets appear somewhere. */
function stranger(): Citizen {
  const citizen = makeCitizen(random);
  for (const text of secretsOf(citizen)) secrets.add(text);
  return citizen;
}

async function pushed(station: TestStation, cases: PushedCase[]): Promise<void> {
  const { status, answer } = await station.push(...cases);
  expect(status).toBe(200);
  expect(answer.results.filter((result) => 'problem' in result)).toEqual([]);
}

/** The first hundred come as the first load, the others page by page. */
async function fill(): Promise<Terminal> {
  const relative = await TestStation.join(hub, 'puyl');
  const district = await TestStation.join(hub, 'zhaom');
  const matterId = relative.forwardedMatter(district);
  const cases: PushedCase[] = [];
  for (const citizen of people) cases.push(await relative.received('puyl', matterId, citizen));
  await pushed(relative, cases.slice(0, CASES / 2));
  const street = await terminalAt(servedBy(hub), scratch, { place: 'street', person: PEOPLE.pu });
  await pushed(relative, cases.slice(CASES / 2));
  await hub.hub.container.router.poke();
  await street.go('/sync');
  await expect.poll(() => street.byId('cases-here').textContent(), { timeout: 60_000 }).toBe(String(CASES));
  return street;
}

/** A note on a case that left the unit meanwhile. */
async function leaveAStray(street: Terminal): Promise<void> {
  const community = await TestStation.join(hub, 'yangxm');
  const district = await TestStation.join(hub, 'zhaom');
  const relative = await TestStation.join(hub, 'puyl');
  const received = await community.received('yangxm', community.forwardedMatter(relative), stranger());
  const { caseId } = received;
  const up = await community.sign(caseId, 'yangxm', { kind: 'forward', payload: { to: relative.unit } });
  await community.push({ ...received, actions: [...received.actions, up] });
  await street.openCase(caseId);
  await street.act('forward');
  await street.synced();
  await street.page.context().setOffline(true);
  await street.act('note', { text: `请与${stranger().name}联系。` });
  const payload = { to: community.unit, reason: '材料不清，请社区补正。' };
  const down = await district.sign(caseId, 'zhaom', { kind: 'returnDown', payload });
  await district.push({ caseId, n: 5, actions: [down] });
  await hub.hub.container.router.poke();
  await street.page.context().setOffline(false);
  await expect.poll(() => street.rejected(), { timeout: 60_000 }).toBe(1);
}

/** Words in every kind of box, left there while the page is loaded anew: the browser keeps what it takes for a form. */
async function leaveOpen(street: Terminal, caseId: string): Promise<void> {
  const { page } = street;
  const search = page.getByRole('combobox').first();
  await street.go(`/case/${caseId}`);
  await street.byId('action-note').click();
  await street.byId('entry-text').fill(`待核：${stranger().name}`);
  await search.fill(stranger().idNumber);
  await street.go('/sync');
  await street.byId('stray').getByRole('button', { name: '作废并写明原因' }).click();
  await street.byId('void-dialog').locator('textarea').fill(`${stranger().name}已撤回`);
  await street.go('/intake');
  const drafted = stranger();
  for (const field of ['idNumber', 'name', 'mobile', 'address'] as const)
    await street.byId(`field-applicant-${field}`).fill(drafted[field]);
  const matter = acceptedMatter('street');
  await street.byId('intake-matter-search').fill(matter.basicCode);
  await street.byId(`matter-${matter.matterId}`).click();
  await street.byId('intake-notice').click();
  await street.byId('follow-up-text').fill(`${stranger().name}的身份证`);
  await search.fill(stranger().name);
  await street.go('/verify');
  await street.byId('verify-text').fill(stranger().name);
  await street.go('/');
  await search.fill(stranger().mobile);
  await page.reload();
  await search.waitFor();
}

it('finds nobody on the disk after 200 cases and a day at the window', { timeout: 120_000 }, async () => {
  const street = await fill();
  await leaveAStray(street);
  const { page } = street;
  await page.context().setOffline(true);
  // Received here, offline, printed, unsent.
  const matter = acceptedMatter('street');
  const { applicant } = intakeFor(matter);
  for (const text of [applicant.idNumber, applicant.mobile, applicant.address])
    secrets.add(text ?? applicant.idNumber);
  await street.receive(matter, stranger().name, 'accept');
  const caseId = street.openCaseId();
  await street.openCase(caseId);
  await street.byId('reveal').click();
  await street.byId('reveal-confirm').click();
  await expect.poll(() => street.byId('applicant').innerText()).toContain(applicant.idNumber);
  const noted = stranger();
  await street.act('note', { text: `${noted.name}，${noted.mobile}来电。` });
  await leaveOpen(street, caseId);
  expect(street.faults).toEqual([]);
  await street.close();

  const scan = scanProfile(profileDir, [...secrets, PEOPLE.pu.password]);
  expect(scan.found).toEqual([]);
  // Sealed, they were among what was looked at.
  expect(scan.values).toBeGreaterThan(CASES);
});

it('would have found them: a plain value anywhere in the profile is seen by the same scan', async () => {
  const control = {
    note: stranger(),
    long: stranger(),
    cached: stranger(),
    kept: stranger(),
    typed: stranger(),
  };
  const profile = await openProfile(profileDir);
  const page = profile.pages()[0] ?? (await profile.newPage());
  await page.goto(`${origin}/`);
  await page.evaluate(plant, {
    note: control.note.name,
    long: `${'五华区一窗综合受理。'.repeat(2_000)}${control.long.idNumber}${'请核对。'.repeat(2_000)}`,
    cached: control.cached.mobile,
    kept: control.kept.name,
  });
  // As a box without autocomplete="off" is: the browser keeps it to restore the tab.
  await page.evaluate(() => {
    const box = document.createElement('textarea');
    box.id = 'careless';
    document.body.append(box);
  });
  await page.locator('#careless').fill(control.typed.name);
  await page.goto(`${origin}/verify`);
  await profile.close();
  // A browser without a window of its own may keep no tabs.
  const keepsTabs = existsSync(join(profileDir, 'Default', 'Sessions'));
  // Opened once more the browser turns its log into a table.
  const again = await openProfile(profileDir);
  await (again.pages()[0] ?? (await again.newPage())).goto(`${origin}/`);
  await again.close();
  const found = new Set(scanProfile(profileDir, secrets).found.map(({ text }) => text));
  expect(found).toEqual(
    new Set([
      control.note.name,
      control.long.idNumber,
      control.cached.mobile,
      control.kept.name,
      ...(keepsTabs ? [control.typed.name] : []),
    ]),
  );
});

/** Runs in the page: what a careless program would do. */
async function plant(plain: { note: string; long: string; cached: string; kept: string }): Promise<void> {
  localStorage.setItem('careless', plain.kept);
  await (await caches.open('careless')).put('/careless', new Response(plain.cached));
  await new Promise<void>((resolve, reject) => {
    const open = indexedDB.open('careless');
    open.onupgradeneeded = () => open.result.createObjectStore('rows');
    open.onerror = () => {
      reject(open.error ?? new Error('not opened'));
    };
    open.onsuccess = () => {
      const write = open.result.transaction('rows', 'readwrite', { durability: 'strict' });
      write.objectStore('rows').put({ name: plain.note }, 1);
      write.objectStore('rows').put({ text: plain.long }, 2);
      write.oncomplete = () => {
        resolve();
      };
    };
  });
}
