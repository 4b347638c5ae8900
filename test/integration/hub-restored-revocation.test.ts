/** What was taken out of service after the backup that is put back: nobody is on line who could tell, and still it stays out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LoopStation } from './loop-station.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@sanji/server/restore'));

let hub: TestHub;
let backup: string;
let lost: TestStation;
let witness: LoopStation;
beforeEach(async () => {
  hub = await startTestHub();
  lost = await TestStation.join(hub, 'puyl');
  witness = await LoopStation.join(hub, 'puyl');
  await witness.loop.poke();
  await hub.hub.stop();
  backup = mkdtempSync(join(tmpdir(), 'sanji-backup-'));
  cpSync(hub.dataDir, backup, { recursive: true });
  await hub.restart();
  const security = { headers: await login(hub.url, 'zhouj') };
  const revoked = await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, {
    ...security,
    body: { reason: 'stolen' },
  });
  expect(revoked.status).toBe(204);
  const dismissed = await ask(hub.url, 'PUT /api/staff/chensy', {
    headers: await login(hub.url, 'sunl'),
    body: {
      name: '陈思远',
      unit: '530102001013',
      position: { zh: '社区站负责人', en: 'Head of the community station' },
      active: false,
      successor: 'yangxm',
    },
  });
  expect(dismissed.body).not.toHaveProperty('code');
  expect((await logIn('chensy')).status).toBe(401);
  await witness.loop.poke();
  await hub.hub.stop();
});
afterEach(async () => {
  await hub.end();
  rmSync(backup, { recursive: true });
});

const logIn = (staffId: string) =>
  ask(hub.url, 'POST /api/session', { body: { staffId, password: 'Wuhua-2026' } });

async function restore(): Promise<string> {
  const child = spawn(process.execPath, [COMMAND, '--from', backup], {
    env: { ...process.env, COUCHDB_URL: '', DATA_DIR: hub.dataDir },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  expect(await once(child, 'close')).toEqual([0, null]);
  return said;
}

async function listed(deviceId: string) {
  const answer = await ask(hub.url, 'GET /api/devices', { headers: await login(hub.url, 'zhouj') });
  return (
    answer.body as unknown as { device: { deviceId: string; status: string }; revoked?: object }[]
  ).find(({ device }) => device.deviceId === deviceId);
}

test('the store that was replaced says so: terminal and person are out of service before the hub answers anybody', async () => {
  const said = await restore();
  expect(said).toContain(
    '2 entries that were taken out of service since the backup are out of service again',
  );
  await hub.restart();
  expect((await lost.openSession()).body['code']).toBe('device-revoked');
  expect((await logIn('chensy')).status).toBe(401);
  expect(await listed(lost.deviceId)).toMatchObject({
    device: { status: 'revoked' },
    revoked: { by: 'zhouj', reason: 'stolen' },
  });
  const report = await ask(hub.url, 'GET /api/restores', { headers: await login(hub.url, 'zhouj') });
  const entries = report.body['entries'] as { entry: string }[];
  expect(entries.map(({ entry }) => entry).sort()).toEqual([`device:${lost.deviceId}`, 'staff:chensy']);
  expect((await logIn('yangxm')).status).toBe(200);
});

test('where that store cannot be read the command says what to do, and any station that knew it brings it back', async () => {
  for (const part of ['', '-wal', '-shm']) rmSync(join(hub.dataDir, `hub.sqlite${part}`), { force: true });
  writeFileSync(join(hub.dataDir, 'hub.sqlite'), Buffer.alloc(8_192, 7));
  const said = await restore();
  expect(said).toContain('take out of service again what was taken out since the backup');
  await hub.restart();
  // The backup knows nothing of it.
  expect((await lost.openSession()).status).toBe(200);
  await witness.loop.poke();
  expect((await lost.openSession()).body['code']).toBe('device-revoked');
  const pull = await ask(hub.url, 'GET /sync/pull?feed=catalog', { headers: lost.headers });
  expect(pull.status).not.toBe(200);
  expect((await logIn('chensy')).status).toBe(401);
});
