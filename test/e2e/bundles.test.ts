/** Places without a line: a day's work goes to the street on a stick and its answer comes back on one; and the end of a terminal. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decidedAtStreet, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
const place = { dataDir: join(scratch, 'hub'), port: 0 };
let hub: RunningHub;

beforeAll(async () => {
  place.port = await freePort();
  hub = await startHubProcess(place);
});

afterAll(async () => {
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function save(terminal: Terminal, button: string, file: string): Promise<string> {
  const path = join(scratch, file);
  const [download] = await Promise.all([
    terminal.page.waitForEvent('download'),
    terminal.byId(button).click(),
  ]);
  await download.saveAs(path);
  return path;
}

/** What the card says of the file. */
async function put(terminal: Terminal, path: string): Promise<string> {
  await terminal.byId('bundle-file').setInputFiles(path);
  await terminal.page.locator('[data-testid=bundle-card][data-busy=false]').waitFor();
  const said = terminal.byId('bundle-outcome').locator('p').or(terminal.byId('bundle-problem'));
  await said.first().waitFor();
  return (await said.allInnerTexts()).join(' ');
}

function altered(path: string): string {
  const text = readFileSync(path, 'utf8');
  const at = text.indexOf('"sealed":"') + 40;
  const changed = text.slice(0, at) + (text.charAt(at) === 'A' ? 'B' : 'A') + text.slice(at + 1);
  writeFileSync(`${path}.altered`, changed);
  return `${path}.altered`;
}

it('a day without a line reaches the street on a stick, and the station sees the decision by the answer', async () => {
  const community = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  const street = await terminalAt(hub, scratch, { place: 'street', person: PEOPLE.pu });
  await hub.stop();
  await community.receive(decidedAtStreet(), '王示例', 'forward');
  const caseId = community.openCaseId();
  const pending = await community.pending();
  expect(pending).toBeGreaterThan(0);
  await community.go('/sync');
  const stick = await save(community, 'bundle-export', 'stick.json');
  expect(readFileSync(stick, 'utf8')).not.toContain('王示例');
  await community.close();

  hub = await startHubProcess(place);
  await street.synced();
  await street.go('/sync');
  expect(await put(street, altered(stick))).toContain('第 1 部分被改动过');
  expect(await put(street, stick)).toContain(`采纳 ${String(pending)}，未采纳 0`);
  const early = await save(street, 'bundle-answer', 'early.json');
  await street.openCase(caseId);
  await street.act('approve');
  await street.synced();
  await street.go('/sync');
  // Imported again it is ruled no second time, and the answer says what has happened since.
  expect(await put(street, stick)).toContain(`采纳 ${String(pending)}，未采纳 0`);
  const answer = await save(street, 'bundle-answer', 'answer.json');
  expect(await put(street, answer)).toContain('给另一台终端');
  await hub.stop();

  await community.open();
  await community.unlock(PEOPLE.yang);
  await community.go('/sync');
  expect(await put(community, altered(answer))).toContain('第 1 部分被改动过');
  expect(await community.pending()).toBe(pending);
  expect(await put(community, answer)).toContain('回执已导入');
  await community.synced();
  expect(await put(community, early)).toContain('已导入过更新的回执');
  await community.openCase(caseId);
  expect(await community.byId('timeline-approve').getAttribute('data-verdict')).toBe('accepted');
  expect([...community.faults, ...street.faults]).toEqual([]);
  await community.close();
  await street.close();
  hub = await startHubProcess(place);
});

async function asSecurityAdmin(method: string, path: string, body?: object): Promise<unknown> {
  const login = await fetch(`${hub.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ staffId: 'zhouj', password: PEOPLE.yang.password }),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${hub.url}${path}`, {
    method,
    headers: { cookie, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.status === 204 ? undefined : answer.json();
}

async function deviceIds(): Promise<string[]> {
  const listed = (await asSecurityAdmin('GET', '/api/devices')) as { device: { deviceId: string } }[];
  return listed.map(({ device }) => device.deviceId);
}

const databasesOf = ({ page }: Terminal) =>
  page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name }) => name ?? '').filter((name) => name.includes('sanji')),
  );

it('a terminal taken out of service hands over what is unsent while it is locked, and only then forgets everything', async () => {
  const before = await deviceIds();
  const window = await terminalAt(hub, scratch, {
    place: 'community',
    person: PEOPLE.chen,
    name: 'window-2',
  });
  const deviceId = (await deviceIds()).find((id) => !before.includes(id)) ?? '';
  await hub.stop();
  await window.receive(decidedAtStreet(), '李示例', 'accept');
  const unsent = await window.pending();
  await window.close();
  hub = await startHubProcess(place);
  await window.open();
  await window.page.route('**/sync/handover', (route) => route.abort());
  await window.byId('unlock').waitFor();
  await asSecurityAdmin('POST', `/api/devices/${deviceId}/revoke`, { reason: 'lost' });
  await window.page.locator('[data-testid=retired][data-step=waiting]').waitFor();
  expect(await databasesOf(window)).not.toEqual([]);
  await window.page.reload();
  await window.byId('retired').waitFor();
  expect(await window.byId('unlock').count()).toBe(0);
  await expectNoViolation(window.page);

  await window.page.unroute('**/sync/handover');
  // Pressed unless the terminal's own patience was quicker: then the button has gone.
  await window.byId('retired').evaluate((card) => {
    card.querySelector('button')?.click();
  });
  await window.page.locator('[data-testid=retired][data-step=done]').waitFor();
  expect(await databasesOf(window)).toEqual([]);
  // The chosen language stays: the page goes on in it, and it is nobody's data.
  const kept = await window.page.evaluate(() => [
    ...Object.keys(sessionStorage),
    ...Object.keys(localStorage),
  ]);
  expect(kept.filter((key) => key !== 'PARAGLIDE_LOCALE')).toEqual([]);
  const { entries } = (await asSecurityAdmin('GET', '/api/quarantine')) as {
    entries: { deviceId: string; problem: { code: string } }[];
  };
  const handed = entries.filter((entry) => entry.deviceId === deviceId);
  expect(handed.map(({ problem }) => problem.code)).toEqual(
    Array.from({ length: unsent }, () => 'handed-over'),
  );
  await window.page.reload();
  await window.page.waitForURL(/\/enrol/);
  expect(window.faults).toEqual([]);
  await window.close();
});
