/** Papers at work: printed without a line, judged without a line at another station, held back until the hub has confirmed a decision. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decidedAtStreet, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { expectNoViolation } from './no-violation.ts';
import type { Terminal } from './terminal.ts';

const scratch = scratchDir();
const place = { dataDir: join(scratch, 'hub'), port: 0 };
const matter = decidedAtStreet();
let hub: RunningHub;
let community: Terminal;
let street: Terminal;

beforeAll(async () => {
  place.port = await freePort();
  hub = await startHubProcess(place);
  community = await terminalAt(hub, scratch, { place: 'community', person: PEOPLE.yang });
  street = await terminalAt(hub, scratch, { place: 'street', person: PEOPLE.pu });
});

afterAll(async () => {
  await community.close();
  await street.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function as(staffId: string, method: string, path: string, body?: object): Promise<unknown> {
  const login = await fetch(`${hub.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ staffId, password: PEOPLE.yang.password }),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${hub.url}${path}`, {
    method,
    headers: { cookie, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.status === 204 ? undefined : answer.json();
}

async function codeAt(terminal: Terminal, path: string): Promise<string> {
  await terminal.go(path);
  return (await terminal.byId('paper-qr').first().getAttribute('data-text')) ?? '';
}

/** What the station says of a text that was typed or pasted. */
async function verdictAt(terminal: Terminal, text: string): Promise<{ kind: string | null; said: string }> {
  await terminal.go('/verify');
  await terminal.byId('verify-text').fill(text);
  await terminal.page.keyboard.press('Enter');
  const card = terminal.byId('verify-verdict');
  await card.waitFor();
  return { kind: await card.getAttribute('data-verdict'), said: await card.innerText() };
}

const SHEETS = { A5: [420, 595], A4: [595, 842] } as const;
/** The browser rounds to its own units. */
const ROUNDING_PT = 2;

/** Counts as a print. The sheet of each page that would come out of the printer; its points where it is none of ours. */
async function printedSheets({ page }: Terminal): Promise<string[]> {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  return [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([whole, width, height]) => {
    const known = Object.entries(SHEETS).find(
      ([, [w, h]]) =>
        Math.abs(w - Number(width)) <= ROUNDING_PT && Math.abs(h - Number(height)) <= ROUNDING_PT,
    );
    return known?.[0] ?? whole;
  });
}

/** From now on: tells how often a sheet was taken off the screen. */
async function sheetsTakenAway({ page }: Terminal): Promise<() => Promise<number>> {
  const count = await page.evaluateHandle(() => {
    const seen = { taken: 0 };
    new MutationObserver((records) => {
      for (const { removedNodes } of records) {
        for (const node of removedNodes) {
          if (node instanceof Element && node.matches('[data-testid=paper-sheet]')) seen.taken += 1;
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
    return seen;
  });
  return () => count.evaluate(({ taken }) => taken);
}

it('are chosen, turned and printed by keys alone, without a line; each print is counted, and in the audit log later', async () => {
  await hub.stop();
  await community.receive(matter, '王示例', 'forward');
  const caseId = community.openCaseId();
  await community.openCase(caseId);
  await community.page.keyboard.press('p');
  await community.byId('paper-list').waitFor();
  await community.page.keyboard.press('1');
  await community.page.locator('[data-testid=paper-receipt][aria-pressed=true]').waitFor();
  await community.byId('paper-sheet').first().waitFor();
  expect(await community.byId('paper-title').first().innerText()).toBe('收件凭证');
  await community.page.keyboard.press('s');
  await community.page.locator('[data-testid=paper-sheet].A4').waitFor();
  await community.page.keyboard.press('l');
  await community.page.locator('[data-testid=paper-sheet][lang=en]').waitFor();
  await expectNoViolation(community.page);
  for (const copy of [1, 2]) {
    await community.page.keyboard.press('F9');
    await community.page.getByText(`本机已打印 ${String(copy)} 次`).waitFor();
    await community.page.getByText(`print ${String(copy + 1)},`).waitFor();
  }
  await community.page.keyboard.press('Escape');
  await community.byId('case-status').waitFor();

  hub = await startHubProcess(place);
  await community.synced();
  await expect
    .poll(async () => {
      const { entries } = (await as('wug', 'GET', '/api/audit?kind=print')) as {
        entries: { object: string; details: object }[];
      };
      return entries.filter(({ object }) => object === `case:${caseId}`).map(({ details }) => details);
    })
    .toMatchObject([
      { paper: 'receipt', copy: 2, language: 'en' },
      { paper: 'receipt', copy: 1, language: 'en' },
    ]);
});

it('a decision made without a line is marked, and its paper waits until the hub has confirmed it', async () => {
  await community.receive(matter, '李示例', 'forward');
  const caseId = community.openCaseId();
  await community.synced();
  await street.openCase(caseId);
  await street.byId('action-reject').waitFor();
  await hub.stop();
  await street.act('reject', { reason: '不符合规定的条件。' });
  await street.byId('decision-pending').waitFor();
  await street.go(`/case/${caseId}/papers`);
  await street.byId('paper-rejection').click();
  expect(await street.byId('paper-rejection').getAttribute('data-held')).toBe('true');
  expect(await street.byId('paper-print').isDisabled()).toBe(true);
  expect(await street.byId('paper-held').innerText()).toContain('确认后才能打印');
  expect(await street.byId('paper-sheet').count()).toBe(0);
  await street.page.keyboard.press('F9');
  expect(await street.byId('paper-sent').innerText()).toBe('');
  await expectNoViolation(street.page);

  hub = await startHubProcess(place);
  await street.synced();
  await street.page.locator('[data-testid="paper-print"]:enabled').waitFor();
  await street.page.keyboard.press('F9');
  await street.page.getByText('本机已打印 1 次').waitFor();
});

it('come out of the printer on the sheet that was chosen, whichever way they are sent there, and count', async () => {
  await hub.stop();
  await community.receive(matter, '周示例', 'receive');
  await community.byId('paper-sheet').first().waitFor();
  const vanished = await sheetsTakenAway(community);
  hub = await startHubProcess(place);
  await community.synced();
  expect(await vanished(), 'what lies ready for the printer stays while the hub confirms it').toBe(0);
  expect(await printedSheets(community)).toEqual(['A5']);
  await community.byId('paper-size-A4').click();
  await community.page.locator('[data-testid=paper-sheet].A4').waitFor();
  expect(await printedSheets(community)).toEqual(['A4']);
  await community.page.getByText('本机已打印 2 次').waitFor();
});

it('are judged at another station without a line, by text and by picture, and each verdict is said in words', async () => {
  await community.receive(matter, '赵示例', 'forward');
  const caseId = community.openCaseId();
  await community.synced();
  await street.openCase(caseId);
  await community.receive(matter, '钱示例', 'receive');
  const own = await codeAt(community, `/case/${community.openCaseId()}/papers`);
  const shared = await codeAt(community, `/case/${caseId}/papers?print=1`);
  await community.byId('paper-qr').evaluate((svg) => {
    svg.style.cssText = 'width:440px;height:440px;margin:40px;background:#fff';
  });
  const picture = await community.page.locator('figure').first().screenshot();
  await hub.stop();

  expect((await verdictAt(street, shared.toLowerCase())).kind).toBe('valid');
  await street.page.getByText('与本机的办件一致').waitFor();
  await expectNoViolation(street.page);
  await street.byId('verify-open-paper').click();
  await street.byId('paper-sheet').first().waitFor();
  expect(await street.byId('paper-title').first().innerText()).toBe('收件凭证');
  await street.go('/verify');
  const file = { name: 'paper.png', mimeType: 'image/png', buffer: picture };
  await street.byId('verify-image').setInputFiles(file);
  await street.page.locator('[data-testid=verify-verdict][data-verdict=valid]').waitFor();

  const elsewhere = await verdictAt(street, own);
  expect([elsewhere.kind, elsewhere.said.includes('本机没有此件')]).toEqual(['valid', true]);
  const forged = await verdictAt(street, shared.replace('.R.', '.C.'));
  expect([forged.kind, forged.said.includes('签名不符')]).toEqual(['forged', true]);
  const deviceId = shared.split('.')[5] ?? '';
  const stranger = await verdictAt(street, shared.replace(deviceId, 'STRANGER9'));
  expect([stranger.kind, stranger.said.includes('没有签发终端的密钥')]).toEqual(['unknownKey', true]);
  const other = await verdictAt(street, '001013-261123-A2-0007');
  expect([other.kind, other.said.includes('不是本系统的文书')]).toEqual(['notAPaper', true]);
  hub = await startHubProcess(place);
});

it('a notice that the hub did not adopt is of other content; a withdrawn terminal’s papers are told apart', async () => {
  const second = await terminalAt(hub, scratch, {
    place: 'community',
    person: PEOPLE.chen,
    name: 'window-2',
  });
  await community.receive(matter, '孙示例', 'receive');
  const caseId = community.openCaseId();
  await community.synced();
  await second.openCase(caseId);
  await second.byId('action-accept').waitFor();
  await hub.stop();
  await second.act('oneTimeNotice', { defects: '缺本人签名。' });
  const notice = await codeAt(second, `/case/${caseId}/papers`);
  expect(notice).toContain('SJ2.N.');
  await community.openCase(caseId);
  await community.act('accept');
  // Only the first is open when the line comes back, so it is ruled on first.
  await second.close();
  hub = await startHubProcess(place);
  await community.synced();
  await second.open();
  await second.unlock(PEOPLE.chen);
  await expect.poll(() => second.rejected()).toBe(1);

  await verdictAt(community, notice);
  const unadopted = community.page.locator('[data-testid=verify-verdict][data-verdict=otherContent]');
  expect(await unadopted.innerText()).toContain('与本机的办件内容不符');
  await expectNoViolation(community.page);

  const deviceId = (notice.split('.')[5] ?? '').toLowerCase();
  await as('zhouj', 'POST', `/api/devices/${deviceId}/revoke`, { reason: 'lost' });
  await second.byId('retired').waitFor();
  await second.close();
  // The verdict on the screen follows the catalog.
  const revoked = community.page.locator('[data-testid=verify-verdict][data-verdict=revokedKey]');
  expect(await revoked.innerText()).toContain('已被吊销');
  expect([...community.faults, ...street.faults, ...second.faults]).toEqual([]);
});
