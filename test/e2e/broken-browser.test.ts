/**
 * The browser under a clerk breaks: killed in its first load and in the middle of saves, its disk full, its storage cleared, two tabs at once.
 * What was acknowledged is at the hub once, numbers are one series, and what cannot be kept is said and handed out.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deviceOf, type SignedAction } from '@sanji/sync/domain/action';
import { makeCode } from '../bench/station.ts';
import { openLine, type Line } from '../faults/line.ts';
import { ask, startTestHub, type TestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { acceptedMatter, PEOPLE, scratchDir, UNITS } from './cast.ts';
import { Terminal } from './terminal.ts';

/** As the terminal's browser has its cases, `CASES_STORED_AS` of the client. */
const CASES_STORED_AS = 'rxdb-dexie-sanji--0--cases';

/** Enough for several pieces on the line. */
const CASES = 300;
const scratch = scratchDir();
let hub: TestHub;
let line: Line;
let terminal: Terminal;
let origin: string;
/** Of the unit, to look and to act from outside the browser. */
let relative: TestStation;
let caseId: string;
let isFirstLoad = true;
/** Pieces of answers that still pass before the line holds the rest back; undefined: all. */
let passing: number | undefined;

beforeAll(async () => {
  hub = await startTestHub();
  line = await openLine({
    host: 'localhost',
    port: Number(new URL(hub.url).port),
    onPiece(way, piece) {
      if (way === 'there') {
        if (isFirstLoad && piece.includes('GET /sync/snapshot')) passing = 1;
      } else if (passing !== undefined) {
        passing -= 1;
        if (passing < 0) line.hold();
      }
    },
  });
  origin = `http://street.localhost:${String(new URL(`http://${line.host}`).port)}`;
  relative = await TestStation.join(hub, 'puyl');
  const district = await TestStation.join(hub, 'zhaom');
  const matterId = relative.forwardedMatter(district);
  for (let left = CASES; left > 0; left -= 100) {
    const cases = [];
    for (let i = 0; i < 100; i++) cases.push(await relative.received('puyl', matterId));
    caseId = cases[0]?.caseId ?? '';
    expect((await relative.push(...cases)).status).toBe(200);
  }
  await hub.hub.container.router.poke();
  terminal = new Terminal({ profileDir: join(scratch, 'street'), origin });
});

afterAll(async () => {
  line.release();
  await terminal.close();
  line.close();
  await hub.end();
  rmSync(scratch, { recursive: true, force: true });
});

async function reopen(prepare?: (page: Page) => Promise<void>): Promise<void> {
  await terminal.open(undefined, prepare);
  await terminal.unlock(PEOPLE.pu);
}

/** Signed by this terminal, in the master copies. */
async function atHub(): Promise<SignedAction[]> {
  const { master } = hub.hub.container.stores;
  const found: SignedAction[] = [];
  for (let since: string | null = null; ;) {
    const page: { ids: string[]; last: string } = await master.changes(since, 1_000);
    if (page.ids.length === 0) return found.filter((action) => deviceOf(action) !== relative.deviceId);
    for (const doc of await master.getMany(page.ids)) {
      const { actions = {}, rulings = {} } = doc ?? {};
      for (const [id, action] of Object.entries(actions))
        if (rulings[id]?.verdict === 'accepted') found.push(action);
    }
    since = page.last;
  }
}

async function notesAtHub(): Promise<string[]> {
  const texts = (await atHub()).flatMap(({ body }) => (body.kind === 'note' ? [body.payload.text] : []));
  return texts.sort();
}

/** Each terminal's actions hold together, and no number was given twice. */
async function expectWholeChains(): Promise<void> {
  const chains = await hub.hub.container.stores.quarantine.chains();
  expect(chains.flatMap(({ finding }) => finding.faults)).toEqual([]);
}

async function exported(): Promise<object> {
  const [download] = await Promise.all([
    terminal.page.waitForEvent('download'),
    terminal.byId('store-export').click(),
  ]);
  const path = join(scratch, 'rescued.json');
  await download.saveAs(path);
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

it('killed in its first load, goes on with it', async () => {
  await terminal.open(await makeCode(hub.url, UNITS.street));
  await terminal.byId(`person-${PEOPLE.pu.staffId}`).check({ force: true });
  await terminal.page.locator('input[type=password]').fill(PEOPLE.pu.password);
  await terminal.byId('unlock').click();
  await expect.poll(() => passing, { timeout: 60_000 }).toBeLessThan(0);
  await terminal.kill();
  isFirstLoad = false;
  passing = undefined;
  line.release();
  await reopen();
  await terminal.synced();
  await terminal.go('/sync');
  await expect.poll(() => terminal.byId('cases-here').textContent(), { timeout: 60_000 }).toBe(String(CASES));
});

it('killed in the middle of saves, has lost nothing it had acknowledged, and doubles nothing', async () => {
  const kept: string[] = [];
  const begun: string[] = [];
  // The counter announced, the case written, the chain settled: each once.
  for (let round = 1; round <= 3; round++) {
    await terminal.openCase(caseId);
    await terminal.page.context().setOffline(true);
    for (let i = 0; i < 2; i++) {
      const text = `第${String(round)}轮第${String(i)}条`;
      await terminal.act('note', { text });
      kept.push(text);
    }
    const text = `第${String(round)}轮，断电时`;
    begun.push(text);
    const ended = killAtWrite(round);
    await terminal.byId('action-note').click();
    await terminal.byId('entry-text').fill(text);
    const pressed = terminal.byId('action-confirm').click();
    // The browser may be gone before it says that the button was pressed.
    await Promise.allSettled([pressed, ended]);
    await ended;
    await reopen();
  }
  await terminal.synced();
  const found = await notesAtHub();
  expect(found.filter((text) => !begun.includes(text))).toEqual([...kept].sort());
  expect(found).toEqual([...new Set(found)]);
  await terminal.openCase(caseId);
  await terminal.act('note', { text: '之后' });
  await terminal.synced();
  expect(await notesAtHub()).toContain('之后');
  await expectWholeChains();
});

/** Resolves when the browser is dead: it is killed as it makes its `nth` write from now. */
async function killAtWrite(nth: number): Promise<void> {
  const { page } = terminal;
  const dead = Promise.withResolvers<undefined>();
  await page.exposeFunction('writes', () => {
    void terminal.kill().then(() => {
      dead.resolve(undefined);
    });
  });
  await page.evaluate((count) => {
    let left = count;
    const put = Reflect.get(IDBObjectStore.prototype, 'put') as IDBObjectStore['put'];
    IDBObjectStore.prototype.put = function (...given: Parameters<IDBObjectStore['put']>) {
      left -= 1;
      if (left === 0) void (Reflect.get(window, 'writes') as () => Promise<void>)();
      return put.apply(this, given);
    };
  }, nth);
  await dead.promise;
}

it('two tabs save and send at once: one series of numbers, nothing twice, nothing stuck', async () => {
  const other = await terminal.secondTab();
  await other.unlock(PEOPLE.pu);
  const texts = (tab: string) => [0, 1, 2].map((i) => `${tab}第${String(i)}条`);
  const notes = async (tab: Terminal, name: string) => {
    await tab.openCase(caseId);
    for (const text of texts(name)) await tab.act('note', { text });
  };
  await Promise.all([notes(terminal, '甲'), notes(other, '乙')]);
  const matter = acceptedMatter('street');
  const numbers = [
    await terminal.receive(matter, '王示例', 'receive'),
    await other.receive(matter, '李示例', 'receive'),
  ];
  expect(new Set(numbers.map((caseNo) => Number(caseNo.split('-').at(-1))))).toEqual(new Set([1, 2]));
  // The tab that drove the line goes; the other takes it over.
  await terminal.page.close();
  terminal = other;
  await terminal.synced();
  expect(await notesAtHub()).toEqual(expect.arrayContaining([...texts('甲'), ...texts('乙')]));
  const received = (await atHub()).flatMap(({ body }) =>
    body.kind === 'receive' ? [body.payload.caseNo] : [],
  );
  expect(received.sort()).toEqual(numbers.sort());
  const ids = (await atHub()).map(({ body }) => body.id);
  expect(ids).toEqual([...new Set(ids)]);
  await expectWholeChains();
  expect(terminal.faults).toEqual([]);
  await terminal.close();
});

it('with a full disk: refused in words that stay until it is stored, and what is unsent goes out as a file', async () => {
  let session: CDPSession | undefined;
  await reopen();
  await terminal.openCase(caseId);
  await terminal.page.context().setOffline(true);
  await terminal.act('note', { text: '满之前' });
  await terminal.close();
  await terminal.open(undefined, async (page) => {
    await page.context().setOffline(true);
    session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  });
  await terminal.unlock(PEOPLE.pu);
  await terminal.openCase(caseId);
  await terminal.byId('action-note').click();
  await terminal.byId('entry-text').fill('满的时候');
  await terminal.byId('action-confirm').click();
  await terminal.byId('store-alert').waitFor();
  expect(await terminal.byId('store-alert').innerText()).toContain('存储空间已满');
  expect(await terminal.byId('action-dialog').innerText()).toContain('存储空间已满');
  expect(await exported()).toMatchObject({ purpose: 'upload', parts: [{ label: caseId }] });
  await session?.send('Storage.overrideQuotaForOrigin', { origin });
  await terminal.byId('action-confirm').click();
  await terminal.byId('action-dialog').waitFor({ state: 'detached' });
  await terminal.byId('store-alert').waitFor({ state: 'detached' });
  await terminal.page.context().setOffline(false);
  await terminal.synced();
  const found = await notesAtHub();
  expect(found.filter((text) => text.startsWith('满'))).toEqual(['满之前', '满的时候'].sort());
});

/** In the page: deletes the database while the program, just started, reads the first cases. */
function deleteOnceRead(name: string): void {
  const read = Reflect.get(IDBIndex.prototype, 'getAll');
  let isDeleted = false;
  IDBIndex.prototype.getAll = function (...args) {
    if (this.objectStore.transaction.db.name === name && !isDeleted) {
      isDeleted = true;
      indexedDB.deleteDatabase(name);
    }
    return read.apply(this, args);
  };
}

it('with its cases alone deleted: reads all of them again, says what may be lost until a person knows, and goes on counting', async () => {
  await terminal.go('/sync');
  await expect.poll(() => terminal.byId('cases-here').textContent()).toMatch(/\d/);
  const before = await terminal.byId('cases-here').textContent();
  await terminal.page.addInitScript(deleteOnceRead, CASES_STORED_AS);
  await terminal.page.reload();
  await terminal.byId('store-alert').waitFor();
  expect(await terminal.byId('store-alert').innerText()).toContain('浏览器删除了本机保存的数据');
  await terminal.close();
  await reopen();
  await terminal.synced();
  await terminal.go('/sync');
  await expect.poll(() => terminal.byId('cases-here').textContent(), { timeout: 60_000 }).toBe(before);
  expect(await terminal.byId('store-alert').innerText()).toContain('删除前尚未上传的办理可能已丢失');
  await terminal.byId('loss-known').click();
  await terminal.byId('store-alert').waitFor({ state: 'detached' });
  await terminal.openCase(caseId);
  await terminal.act('note', { text: '重新读取之后' });
  await terminal.synced();
  expect(await notesAtHub()).toContain('重新读取之后');
  await expectWholeChains();
});

it('with its storage cleared: says so, hands out what is unsent, counts no number again, and is no new terminal', async () => {
  await terminal.openCase(caseId);
  await terminal.page.context().setOffline(true);
  await terminal.act('note', { text: '清除之前' });
  const session = await terminal.page.context().newCDPSession(terminal.page);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
  await terminal.byId('store-alert').waitFor();
  expect(await terminal.byId('store-alert').innerText()).toContain('浏览器删除了本机保存的数据');
  await terminal.byId('action-note').click();
  await terminal.byId('entry-text').fill('清除之后');
  await terminal.byId('action-confirm').click();
  await expect
    .poll(() => terminal.byId('action-dialog').innerText(), { timeout: 30_000 })
    .toContain('浏览器删除了');
  await terminal.page.keyboard.press('Escape');
  const bundle = await exported();
  const brought = await ask(hub.url, 'POST /sync/bundle', { body: bundle, headers: relative.headers });
  expect(brought.status).toBe(200);
  const notes = await notesAtHub();
  expect([notes.includes('清除之前'), notes.includes('清除之后')]).toEqual([true, false]);
  await terminal.page.context().setOffline(false);
  await terminal.go('/');
  await terminal.byId('terminal-lost').waitFor();
  expect(await terminal.byId('terminal-lost').innerText()).toContain('已被删除');
});
