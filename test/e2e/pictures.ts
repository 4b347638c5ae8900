/**
 * `npm run pictures`: takes the pictures of the README, of the handbook in both languages, and those that the screens are compared with, from
 * the running product, so that they never show another one. `npm run pictures -- readme`, `-- handbook` or `-- screens` takes those alone,
 * `-- screens workbench-heavy matrix` those of two screens.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { forwardedMatters, PEOPLE, scratchDir, terminalAt } from './cast.ts';
import { inTheMorning, MORNING, takeHandbookPictures } from './handbook-pictures/take.ts';
import { freePort, startHubProcess } from './hub-process.ts';
import { renewScreens } from './screen-pictures/renew.ts';
import type { Terminal } from './terminal.ts';

const NAMES = ['王丽华', '李国强', '欧阳雪', '赵敏芝', '陈大勇', '普春燕'];
const LOCALES = ['zh-CN', 'en'] as const;
const HANDBOOK = join(import.meta.dirname, '../../docs/handbook/pictures');
const out = join(import.meta.dirname, '../../docs/pictures');
const [only, ...names] = process.argv.slice(2);
const isWanted = (kind: string): boolean => only === undefined || only === kind;
if (isWanted('readme')) await takeReadmePictures();
for (const locale of LOCALES)
  if (isWanted('handbook')) await takeHandbookPictures(locale, join(HANDBOOK, locale));
if (isWanted('screens')) await renewScreens(names);

async function takeReadmePictures(): Promise<void> {
  const scratch = scratchDir();
  mkdirSync(out, { recursive: true });
  const hub = await startHubProcess({
    dataDir: join(scratch, 'hub'),
    port: await freePort(),
    clockOffsetMs: MORNING - Date.now(),
  });
  const community = await terminalAt(hub, scratch, {
    place: 'community',
    person: PEOPLE.yang,
    prepare: inTheMorning,
  });
  const street = await terminalAt(hub, scratch, {
    place: 'street',
    person: PEOPLE.pu,
    prepare: inTheMorning,
  });
  const desk = await terminalAt(hub, scratch, {
    place: 'district',
    person: PEOPLE.he,
    prepare: inTheMorning,
  });
  const matters = forwardedMatters();

  const ids: string[] = [];
  for (const [index, name] of NAMES.entries()) {
    const matter = matters[index * 3];
    if (matter === undefined) break;
    await community.receive(
      matter,
      name,
      index % 3 === 0 ? 'receive' : index % 3 === 1 ? 'accept' : 'forward',
    );
    ids.push(community.openCaseId());
  }
  await community.synced();
  await street.go(`/case/${ids[2] ?? ''}`);
  await shoot(street, 'case', 'timeline');
  await desk.go('/matters');
  await desk.byId('matrix-new').click();
  await desk.byId(`cell-${matters[1]?.matterId ?? ''}-community`).click();
  await desk.page.keyboard.press('3');
  await shoot(desk, 'matrix', 'matrix-grid');

  await hub.stop();
  const offline = matters[18];
  if (offline !== undefined) await community.receive(offline, '杨建国', 'accept');
  await community.go('/');
  await shoot(community, 'workbench', 'case-row');
  await community.go(`/case/${ids[0] ?? ''}/papers`);
  await shoot(community, 'receipt', 'paper-sheet');
  if (offline !== undefined) await community.fillIntake(offline, '刘桂英');
  await community.page.evaluate(() => {
    for (const element of document.querySelectorAll('*')) element.scrollTop = 0;
  });
  await shoot(community, 'intake-offline', 'field-applicant-name');
  for (const terminal of [community, street, desk]) await terminal.close();
  rmSync(scratch, { recursive: true, force: true });
}

async function shoot(terminal: Terminal, name: string, ready: string): Promise<void> {
  await terminal.byId(ready).first().waitFor();
  await terminal.page.evaluate(async () => {
    await document.fonts.ready;
  });
  await terminal.page.screenshot({ path: join(out, `${name}.png`) });
}
