/** The intake desk at speed: a keystroke in the matter picker, and a form from the choice to the screen, with every matter in three versions. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { openProfile } from '../e2e/browser.ts';
import { sampleMatters } from '../e2e/cast.ts';
import { makeCode } from './station.ts';

const DISTRICT = '530102000000';
const PASSWORD = 'Wuhua-2026';
const QUERIES = ['shiye', 'syj', '社会保险', '532014', 'tuixiu', '补贴'];
const FORMS = 20;

export interface IntakeSpeed {
  matterVersions: number;
  /** Key → the list on the screen has followed, a frame included. */
  keystrokeMs: number[];
  /** Choice → the form is on the screen, a frame included. */
  formMs: number[];
}

/** Publishes two more versions of each matter on the hub, so it comes last. */
export async function measureIntake(
  hub: { url: string; port: number },
  scratch: string,
): Promise<IntakeSpeed> {
  const matters = sampleMatters();
  await publish(hub.url, matters.flatMap(laterVersions));
  const profile = await openProfile(join(scratch, 'intake-speed'));
  try {
    const page = await profile.newPage();
    const origin = `http://district.localhost:${String(hub.port)}`;
    await page.goto(`${origin}/enrol#code=${await makeCode(hub.url, DISTRICT)}`);
    await page.getByTestId('person-zhaom').check({ force: true });
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.getByTestId('unlock').click();
    await page.getByTestId('staff-name').waitFor();
    await page.getByTestId('sync-synced').waitFor();
    // It carries the key to the next page: without it the terminal would lock.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.goto(`${origin}/intake`);
    await page.getByTestId(`matter-${matters[0]?.matterId ?? ''}`).waitFor();
    const keystrokeMs: number[] = [];
    for (const query of QUERIES) keystrokeMs.push(...(await typeQuery(page, query)));
    await typeQuery(page, '');
    // The rest of the list is drawn once somebody scrolls.
    await page.getByTestId(`matter-${matters[0]?.matterId ?? ''}`).hover();
    await page.mouse.wheel(0, 100);
    const formMs: number[] = [];
    await page.getByTestId(`matter-${matters[FORMS]?.matterId ?? ''}`).waitFor({ state: 'attached' });
    for (const { matterId } of matters.slice(0, FORMS)) formMs.push(await drawForm(page, matterId));
    return { matterVersions: matters.length * 3, keystrokeMs, formMs };
  } finally {
    await profile.close();
  }
}

function laterVersions(matter: MatterVersion): MatterVersion[] {
  return ['2037-01-01', '2038-01-01'].map((effectiveFrom, i) => ({
    ...matter,
    version: matter.version + 2 + i,
    effectiveFrom,
  }));
}

/** By two administrators, as the rules want it. */
async function publish(url: string, matters: MatterVersion[]): Promise<void> {
  const [first, second] = [await signIn(url, 'hewj'), await signIn(url, 'sunl')];
  const draft = await post(`${url}/api/matter-drafts`, first, JSON.stringify(matters));
  const { id } = (await draft.json()) as { id: string };
  await post(`${url}/api/matter-drafts/${id}/publish`, second, '{}', 'application/json');
}

async function signIn(url: string, staffId: string): Promise<string> {
  const body = JSON.stringify({ staffId, password: PASSWORD });
  const answer = await post(`${url}/api/session`, '', body, 'application/json');
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function post(url: string, cookie: string, body: string, type = 'text/plain'): Promise<Response> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type, cookie }, body });
  if (!answer.ok) throw new Error(`POST ${url}: ${String(answer.status)} ${await answer.text()}`);
  return answer;
}

/** One letter after the other; each is done when its frame has been painted. */
function typeQuery(page: Page, query: string): Promise<number[]> {
  return page.evaluate(async (text) => {
    const box = document.querySelector<HTMLInputElement>('#intake-matter-search');
    if (box === null) throw new Error('no matter picker');
    const steps = text === '' ? [''] : Array.from(text).map((_, i) => text.slice(0, i + 1));
    const times: number[] = [];
    for (const step of steps) {
      const start = performance.now();
      box.value = step;
      box.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      times.push(performance.now() - start);
    }
    return times;
  }, query);
}

function drawForm(page: Page, matterId: string): Promise<number> {
  return page.evaluate(async (id) => {
    const option = document.querySelector<HTMLElement>(`[data-testid="matter-${id}"]`);
    if (option === null) throw new Error(`matter ${id} is not offered`);
    const start = performance.now();
    option.click();
    do {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    } while (document.querySelector('[id^="field-form-"]') === null);
    return performance.now() - start;
  }, matterId);
}
