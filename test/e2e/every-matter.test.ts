/**
 * Every matter through its whole life on the tiers of its rule: received by keyboard alone where the lowest tier accepts it, handed up,
 * decided, handed over, and each of its papers found genuine at another station. A sample in `npm test`, all by `npm run matters`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { modesOf, PEOPLE, sampleMatters, scratchDir, terminalAt, type Place } from './cast.ts';
import { deferredFor } from './intake-data.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { receiveByKeyboard } from './keyboard-clerk.ts';
import type { Person, Terminal } from './terminal.ts';

const SAMPLE = 5;
const UPWARD: Place[] = ['community', 'street', 'district'];
const CLERKS: Record<Place, Person> = { community: PEOPLE.yang, street: PEOPLE.pu, district: PEOPLE.zhao };
/** Who accepted a case does not approve it. */
const APPROVERS: Record<Place, Person> = { community: PEOPLE.chen, street: PEOPLE.li, district: PEOPLE.qian };

const scratch = scratchDir();
let hub: RunningHub;
const terminals = new Map<Place, Terminal>();
const atWork = new Map<Place, Person>();

/** By tier, so that a small sample meets every kind of rule. */
function chosen(): MatterVersion[] {
  const all = sampleMatters();
  if (process.env['EVERY_MATTER'] === 'all') return all;
  return all.filter((_, index) => index % Math.ceil(all.length / SAMPLE) === 0);
}

beforeAll(async () => {
  hub = await startHubProcess({ dataDir: join(scratch, 'hub'), port: await freePort() });
  for (const place of UPWARD) {
    terminals.set(place, await terminalAt(hub, scratch, { place, person: CLERKS[place] }));
    atWork.set(place, CLERKS[place]);
  }
});

afterAll(async () => {
  for (const terminal of terminals.values()) await terminal.close();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function terminalOf(place: Place, person: Person): Promise<Terminal> {
  const terminal = terminals.get(place);
  if (terminal === undefined) throw new Error(`no terminal at the ${place}`);
  if (atWork.get(place) !== person) await terminal.switchTo(person);
  atWork.set(place, person);
  return terminal;
}

it.each(chosen().map((matter) => [matter.matterId, matter.name.zh, matter] as const))(
  '%s %s is received by keyboard, decided, handed over, and its papers are genuine',
  async (_matterId, _name, matter) => {
    const modes = modesOf(matter.matterId);
    const accepting = UPWARD.find((place) => ['accept', 'decide'].includes(modes[place]));
    if (accepting === undefined) throw new Error('nobody accepts it');
    const desk = await terminalOf(accepting, CLERKS[accepting]);
    const caseId = await receiveByKeyboard(desk, matter, '王示例');
    await desk.synced();
    for (const place of UPWARD.slice(UPWARD.indexOf(accepting))) {
      const isDecided = modes[place] === 'decide';
      const isSamePlace = place === accepting;
      const terminal = await terminalOf(place, isDecided && isSamePlace ? APPROVERS[place] : CLERKS[place]);
      await terminal.openCase(caseId);
      await terminal.act(isDecided ? 'approve' : 'forward');
      await terminal.synced();
      if (isDecided) break;
    }
    await terminalOf(accepting, CLERKS[accepting]);
    await desk.openCase(caseId);
    const deferred = deferredFor(matter);
    if (deferred.length > 0) await desk.supplyDeferred(deferred);
    await desk.act('deliver', { recipient: '本人' });
    await desk.synced();
    const texts = await paperTexts(desk, caseId);
    expect(texts.length).toBeGreaterThanOrEqual(3);
    const other: Place = accepting === 'street' ? 'community' : 'street';
    for (const text of texts)
      expect(await verdictAt(await terminalOf(other, CLERKS[other]), text)).toBe('valid');
    expect(desk.faults).toEqual([]);
  },
);

/** What the QR codes of the case's papers say. */
async function paperTexts(terminal: Terminal, caseId: string): Promise<string[]> {
  await terminal.go(`/case/${caseId}/papers`);
  const list = terminal.byId('paper-list');
  await list.waitFor();
  const texts: string[] = [];
  for (const entry of await list.locator('button[aria-pressed]').all()) {
    await entry.click();
    await entry.and(terminal.page.locator('[aria-pressed=true]')).waitFor();
    const code = terminal.byId('paper-qr').first();
    texts.push((await code.getAttribute('data-text')) ?? '');
  }
  return texts;
}

async function verdictAt(terminal: Terminal, text: string): Promise<string | null> {
  await terminal.go('/verify');
  await terminal.byId('verify-text').fill(text);
  await terminal.page.keyboard.press('Enter');
  const card = terminal.byId('verify-verdict');
  await card.waitFor();
  return card.getAttribute('data-verdict');
}
