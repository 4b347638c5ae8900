import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAuditedHub, type AuditedHub } from './audited-hub.ts';
import { codeAt } from './authenticator.ts';
import { ask, login } from './running-hub.ts';

const COMMAND = join(import.meta.dirname, '../../server/src/audit-command.ts');
const AUDITOR = { AUDIT_USER: 'wug', AUDIT_PASSWORD: 'Wuhua-2026' };

let audited: AuditedHub;
let scratch: string;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sanji-audit-'));
  audited = await startAuditedHub();
});
afterAll(async () => {
  await audited.hub.end();
  rmSync(scratch, { recursive: true });
});

function audit(args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    // The audited hub keeps its store in its folder, whatever the tests of others are run against.
    const settings = { env: { ...process.env, COUCHDB_URL: '', NODE_NO_WARNINGS: '1', ...env } };
    execFile(process.execPath, [COMMAND, ...args], settings, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr });
    });
  });
}

test('a running hub is exported over the network and verified, and the log says who took the export', async () => {
  const folder = join(scratch, 'online');
  const taken = await audit(['export', '--from', audited.hub.url, '--to', folder], AUDITOR);
  expect(taken).toMatchObject({ code: 0 });
  const print = /key ([\w-]{43})\./.exec(taken.said)?.[1] ?? '';
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o077)).toEqual([
    0, 0, 0, 0, 0, 0,
  ]);
  const whole = await audit(['verify', '--from', folder, '--key', print]);
  expect(whole.said).toContain('The record holds together.');
  expect(whole.code).toBe(0);
  expect(await audit(['verify', '--from', audited.hub.url, '--against', folder], AUDITOR)).toMatchObject({
    code: 0,
  });
  expect(readFileSync(join(folder, 'log.ndjson'), 'utf8')).toContain('"kind":"audit-exported"');
});

test('a break is named with file, line, case, action, what was expected and found, under another exit code', async () => {
  const folder = join(scratch, 'tampered');
  await audit(['export', '--from', audited.hub.url, '--to', folder], AUDITOR);
  const file = join(folder, 'cases.ndjson');
  writeFileSync(file, readFileSync(file, 'utf8').replace('张三', '李四'));
  const { code, said } = await audit(['verify', '--from', folder]);
  expect(code).toBe(1);
  expect(said).toMatch(
    /BROKEN at cases\.ndjson:1, case [0-9a-z]{26}, action d[0-9a-f]{12}\.\d+\n {2}action-hash: .*\n {2}expected: [\w-]{43}\n {2}found: {4}[\w-]{43}\n/,
  );
});

test('who is no audit administrator gets nothing', async () => {
  const folder = join(scratch, 'refused');
  const { code, said } = await audit(['export', '--from', audited.hub.url, '--to', folder], {
    ...AUDITOR,
    AUDIT_USER: 'sunl',
  });
  expect([code, said]).toEqual([69, 'the hub refused /api/audit/export: forbidden\n']);
  expect(readdirSync(folder)).toEqual([]);
});

test('an auditor with a second factor names its code too; without one the command says what is missing', async () => {
  const { url, clock } = audited.hub;
  const headers = await login(url, 'wug');
  const begun = await ask(url, 'POST /api/session/factor/setup', { headers, body: {} });
  const secret = String(begun.body['secret']);
  const confirmed = await ask(url, 'POST /api/session/factor/confirm', {
    headers,
    body: { code: codeAt(secret, clock.now()) },
  });
  expect(confirmed.status).toBe(200);
  const without = await audit(['verify', '--from', url], AUDITOR);
  expect(without).toMatchObject({ code: 64, said: expect.stringContaining('AUDIT_CODE') as string });
  const wrong = await audit(['verify', '--from', url], { ...AUDITOR, AUDIT_CODE: '000000' });
  expect(wrong).toEqual({ code: 69, said: 'the hub refused /api/session/factor: factor-wrong\n' });
  clock.moveBy(30_000);
  const code = codeAt(secret, clock.now());
  const whole = await audit(['verify', '--from', url], { ...AUDITOR, AUDIT_CODE: code });
  expect(whole).toMatchObject({
    code: 0,
    said: expect.stringContaining('The record holds together.') as string,
  });
});

test('what cannot be done is said, and what to do', async () => {
  expect(await audit([])).toMatchObject({
    code: 64,
    said: expect.stringContaining('npm run audit -- verify') as string,
  });
  expect(await audit(['verify', '--frm', 'x'])).toMatchObject({ code: 64 });
  expect(await audit(['export', '--to', scratch])).toMatchObject({
    code: 64,
    said: expect.stringContaining('is not empty') as string,
  });
  const locked = await audit(['verify'], { DATA_DIR: audited.hub.dataDir });
  expect(locked).toMatchObject({ code: 69, said: expect.stringContaining('--from URL') as string });
  expect(await audit(['verify'], { DATA_DIR: join(scratch, 'empty') })).toMatchObject({ code: 69 });
});

test('the store of a stopped hub is verified as it lies', async () => {
  await audited.hub.hub.stop();
  const { code, said } = await audit(['verify'], { DATA_DIR: audited.hub.dataDir });
  expect(said).toContain('The record holds together.');
  expect(code).toBe(0);
});
