/**
 * The screens that are compared with their pictures: a station light on data, heavy on data and offline, the district's administration, and
 * names that are longer than anybody should give.
 */
import { ADMINS, forwardedMatters, PEOPLE } from '../cast.ts';
import type { Terminal } from '../terminal.ts';
import { fillStation } from './cases.ts';
import { longDistrict } from './long-names.ts';
import { Stage, type Screen, type StageOptions } from './stage.ts';

/** Of each state one that shows much, for a quick look. */
export const SAMPLE = ['matrix', 'workbench-heavy', 'case-heavy', 'intake-offline', 'sync-offline'];

/** Every picture, one after the other. */
export async function drawScreens(options: StageOptions): Promise<void> {
  await atTheStation(options);
  await atTheDistrict(options);
  await withLongNames(options);
}

const lock = async (terminal: Terminal): Promise<void> => {
  await terminal.go('/');
  const person = terminal.byId('staff-name');
  await person.or(terminal.byId('unlock')).waitFor();
  if ((await person.count()) > 0) await terminal.page.keyboard.press('Alt+KeyL');
};

const showKeys = async (terminal: Terminal): Promise<void> => {
  await terminal.go('/');
  await terminal.byId('staff-name').waitFor();
  await terminal.page.keyboard.press('Shift+Slash');
};

const LIGHT: Screen[] = [
  { name: 'workbench-light', open: '/', ready: 'staff-name' },
  { name: 'intake-light', open: '/intake', ready: 'intake-matter-search' },
  { name: 'cases-light', open: '/cases', ready: 'staff-name' },
  { name: 'sync-light', open: '/sync', ready: 'sync-synced' },
  { name: 'matrix', open: '/matters', ready: 'matrix-grid' },
  { name: 'verify', open: '/verify', ready: 'verify-text' },
  { name: 'own-sessions', open: '/sessions', ready: 'session-table' },
  { name: 'password', open: '/password', ready: 'password-old' },
  { name: 'handbook', open: '/handbook', ready: 'handbook' },
  { name: 'chapter', open: '/handbook/correct', ready: 'handbook' },
  { name: 'keys', open: showKeys, ready: 'staff-name' },
];

async function atTheStation(options: StageOptions): Promise<void> {
  const stage = await Stage.build(options);
  const fresh = await stage.stranger();
  await stage.shoot(fresh, [{ name: 'enrol', open: '/enrol', ready: 'enrol-code' }]);
  const station = await stage.terminal('community', PEOPLE.yang);
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district has no such matter');
  await stage.shoot(station, [
    ...LIGHT,
    { name: 'guide', open: `/intake/guide/${matter.matterId}`, ready: 'guide-print' },
  ]);

  const caseId = await fillStation(stage.hub);
  await station.go('/');
  await station.page.locator('[data-testid=case-row]').nth(9).waitFor();
  await stage.shoot(station, [
    { name: 'workbench-heavy', open: '/', ready: 'case-row' },
    { name: 'cases-heavy', open: '/cases', ready: 'case-row' },
    { name: 'case-heavy', open: `/case/${caseId}`, ready: 'timeline' },
    { name: 'papers', open: `/case/${caseId}/papers`, ready: 'paper-sheet' },
  ]);
  if (stage.wants('intake-heavy')) {
    await station.fillIntake(matter, '王示例');
    await station.byId('intake-saved').getByText('10:00').waitFor();
    await stage.shoot(station, [{ name: 'intake-heavy', open: '/intake', ready: 'intake-recovered' }]);
    await station.byId('intake-discard').click();
  }

  await station.page.context().setOffline(true);
  await station.page.locator('[data-testid=sync-badge][data-line=offline]').waitFor();
  if (stage.wants('workbench-offline', 'sync-offline', 'case-offline'))
    await station.receive(matter, '张示例', 'accept');
  const offlineCase = station.openCaseId();
  await stage.shoot(station, [
    { name: 'workbench-offline', open: '/', ready: 'case-row' },
    { name: 'intake-offline', open: '/intake', ready: 'intake-offline' },
    { name: 'sync-offline', open: '/sync', ready: 'bundle-export' },
    { name: 'case-offline', open: `/case/${offlineCase}`, ready: 'timeline' },
    { name: 'own-sessions-offline', open: '/sessions', ready: 'staff-name' },
  ]);
  await stage.end();
}

/** A draft that differs in one cell, saved so that the hub knows what it would touch. */
const changeOne = async (terminal: Terminal): Promise<void> => {
  await terminal.go('/matters');
  const begin = terminal.byId('matrix-new');
  await begin.or(terminal.byId('matrix-discard')).waitFor();
  if ((await begin.count()) === 0) return;
  await begin.click();
  await terminal.byId(`cell-${forwardedMatters()[1]?.matterId ?? ''}-community`).click();
  await terminal.page.keyboard.press('3');
  await terminal.byId('matrix-save').click();
};

async function atTheDistrict(options: StageOptions): Promise<void> {
  const { isWanted } = options;
  const matters: Screen[] = [
    { name: 'matrix-draft', open: changeOne, ready: 'hub-effect-cases' },
    { name: 'matter-file', open: '/matters/file', ready: 'file-export-xlsx' },
    { name: 'calendars', open: '/admin/calendars', ready: 'calendar-history' },
    { name: 'offices', open: '/admin/offices', ready: 'office-facts' },
  ];
  const system: Screen[] = [
    { name: 'admin-devices', open: '/admin/devices', ready: 'device-table' },
    { name: 'admin-staff', open: '/admin/staff', ready: 'staff-table' },
    { name: 'admin-units', open: '/admin/units', ready: 'unit-table' },
    { name: 'admin-restores', open: '/admin/restores', ready: 'store-state' },
    { name: 'second-factor', open: '/second-factor', ready: 'factor-set-up' },
  ];
  const security: Screen[] = [
    { name: 'admin-sessions', open: '/admin/sessions', ready: 'session-table' },
    { name: 'admin-security', open: '/admin/security', ready: 'policy-table' },
  ];
  const audit: Screen[] = [{ name: 'admin-audit', open: '/admin/audit', ready: 'audit-table' }];
  const offline: Screen[] = [{ name: 'admin-offline', open: '/admin/audit', ready: 'staff-name' }];
  if (![...matters, ...system, ...security, ...audit, ...offline].some(({ name }) => isWanted(name))) return;
  const stage = await Stage.build(options);
  const desk = await stage.terminal('district', PEOPLE.he);
  await stage.shoot(desk, matters);
  await desk.switchTo(ADMINS.system);
  await stage.shoot(desk, system);
  await desk.switchTo(ADMINS.security);
  await stage.shoot(desk, security);
  await desk.switchTo(ADMINS.audit);
  await stage.shoot(desk, audit);
  await desk.page.context().setOffline(true);
  await desk.page.locator('[data-testid=sync-badge][data-line=offline]').waitFor();
  await stage.shoot(desk, offline);
  await stage.end();
}

async function withLongNames(options: StageOptions): Promise<void> {
  const screens: Screen[] = [
    { name: 'workbench-long', open: '/', ready: 'case-row' },
    { name: 'intake-long', open: '/intake', ready: 'intake-matter-search' },
    { name: 'cases-long', open: '/cases', ready: 'case-row' },
    { name: 'sync-long', open: '/sync', ready: 'sync-synced' },
    { name: 'matrix-long', open: '/matters', ready: 'matrix-grid' },
  ];
  const admin: Screen[] = [
    { name: 'admin-units-long', open: '/admin/units', ready: 'unit-table' },
    { name: 'admin-staff-long', open: '/admin/staff', ready: 'staff-table' },
    { name: 'admin-devices-long', open: '/admin/devices', ready: 'device-table' },
  ];
  const last: Screen[] = [{ name: 'unlock-long', open: lock, ready: 'unlock' }];
  const all = ['case-long', ...[...screens, ...admin, ...last].map(({ name }) => name)];
  if (!all.some(options.isWanted)) return;
  const stage = await Stage.build(options, { SAMPLE_DIR: longDistrict(options.scratch) });
  const station = await stage.terminal('community', PEOPLE.yang);
  const caseId = await fillStation(stage.hub, { count: 6, isLong: true });
  await station.go('/');
  await station.byId('case-row').nth(5).waitFor();
  await stage.shoot(station, [...screens, { name: 'case-long', open: `/case/${caseId}`, ready: 'timeline' }]);
  if (admin.some(({ name }) => options.isWanted(name))) {
    const desk = await stage.terminal('district', ADMINS.system);
    await stage.shoot(desk, admin);
  }
  await stage.shoot(station, last);
  await stage.end();
}
