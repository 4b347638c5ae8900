/** A backup is put back under a district that went on working: the file, the command, the hub, the stations and the line are the real ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { currentEpoch } from '@sanji/server/hub/hub-life';
import { openHubStores } from '@sanji/server/store/open-store';
import { LoopStation } from './loop-station.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@sanji/server/restore'));
const HOUR_MS = 3_600_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-restore-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the operator's command. */
async function restore(dataDir: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, COUCHDB_URL: '', DATA_DIR: dataDir },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

/** Everybody syncs until nothing is on its way any more: the hub's router runs by itself. */
async function settle(...stations: LoopStation[]): Promise<void> {
  for (let i = 0; i < 3; i++) for (const station of stations) await station.loop.poke();
}

describe('a restore', () => {
  let hub: TestHub;
  let community: LoopStation;
  let street: LoopStation;
  let district: LoopStation;
  let lost: TestStation;
  let matterId: string;
  beforeEach(async () => {
    hub = await startTestHub();
    community = await LoopStation.join(hub, 'yangxm');
    street = await LoopStation.join(hub, 'puyl');
    district = await LoopStation.join(hub, 'zhaom');
    lost = await TestStation.join(hub, 'puyl');
    matterId = community.terminal.forwardedMatter(street.terminal);
  });
  afterEach(() => hub.end());

  const container = () => hub.hub.container;
  const stations = () => [community, street, district];

  async function masterOf(caseId: CaseId) {
    const [master] = await container().stores.master.getMany([caseId]);
    if (master === undefined) throw new Error('the hub has no such case');
    return master;
  }

  async function verdictsOf(caseId: CaseId): Promise<string[]> {
    const { rulings } = await masterOf(caseId);
    return Object.entries(rulings)
      .sort(([, a], [, b]) => a.seq - b.seq)
      .map(([id, { verdict }]) => `${id} ${verdict}`);
  }

  /** Until the router has brought what `caseId` is now to all who hold it. */
  async function everywhere(caseId: CaseId, ...holders: LoopStation[]): Promise<void> {
    await expect
      .poll(
        async () => {
          await settle(...stations());
          const { n } = await masterOf(caseId);
          return holders.every((station) => station.find(caseId)?.n === n);
        },
        { timeout: 20_000 },
      )
      .toBe(true);
  }

  /** The hub stopped, its folder copied, the hub started again. */
  async function backUp(): Promise<string> {
    await hub.hub.stop();
    const copy = mkdtempSync(join(folder, 'backup-'));
    cpSync(hub.dataDir, copy, { recursive: true });
    await hub.restart();
    return copy;
  }

  async function worked() {
    const [first, second] = [await community.receive(matterId), await community.receive(matterId)];
    await settle(community);
    const backup = await backUp();
    hub.clock.moveBy(HOUR_MS);
    // What the backup knows nothing of: rulings, an act of the hub, a case, a terminal, a rule, a withdrawal.
    await community.act(first, { kind: 'forward', payload: { to: street.terminal.unit } });
    await settle(community);
    await everywhere(first, community, street);
    await street.act(first, { kind: 'forward', payload: { to: district.terminal.unit } });
    await settle(street);
    await everywhere(first, community, street, district);
    await district.act(first, { kind: 'approve', payload: {} });
    await settle(district);
    await expect.poll(async () => (await masterOf(first)).head.status).toBe('concluded');
    await everywhere(first, ...stations());
    const late = await LoopStation.join(hub, 'chensy');
    const third = await late.receive(matterId);
    await late.loop.poke();
    const [known] = container().catalog.current().publications;
    if (known === undefined) throw new Error('nothing is published');
    await container().catalog.put([
      { kind: 'rules', publication: { ...known, seq: 2, version: 'after', rows: known.rows.slice(0, 1) } },
    ]);
    const headers = await login(hub.url, 'zhouj');
    await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, {
      headers,
      body: { reason: 'lost' },
    });
    await settle(...stations(), late);
    await everywhere(third, late, community);
    return { first, second, third, late, backup };
  }

  test('everything is back, ruled once, and everybody folds the same', { timeout: 240_000 }, async () => {
    const { first, second, third, late, backup } = await worked();
    const before = await Promise.all([first, second, third].map(verdictsOf));
    const labels = [community, street, district, late].map(({ terminal }) => terminal.terminal);
    await community.act(second, { kind: 'note', payload: { text: 'written while the hub was away' } });
    await hub.hub.stop();

    const done = await restore(hub.dataDir, '--from', backup);
    expect(done).toMatchObject({ code: 0, said: expect.stringContaining('begins epoch') as string });
    await hub.restart();
    expect((await masterOf(first)).n).toBe(3);
    expect(await container().stores.master.getMany([third])).toEqual([undefined]);
    expect(container().catalog.current().devices.has(late.terminal.deviceId)).toBe(false);
    // The late terminal is unknown until another has brought its entry back.
    await late.loop.poke();
    expect(late.loop.status.problem?.code).toBe('device-unknown');

    await settle(...stations(), late);
    await everywhere(first, ...stations());
    await everywhere(third, late, community);
    await everywhere(second, community, late);
    const after = await Promise.all([first, second, third].map(verdictsOf));
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.slice(0, 3)).toEqual(before[1]);
    expect(after[2]).toEqual(before[2]);
    expect(after[1]).toHaveLength(4);
    for (const caseId of [first, second, third]) {
      const { n, actions, rulings } = await masterOf(caseId);
      expect(
        Object.values(rulings)
          .map(({ seq }) => seq)
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length: n }, (_, i) => i + 1));
      for (const station of [community, street, district, late]) {
        const doc = station.find(caseId);
        if (doc === undefined) continue;
        expect(doc).toMatchObject({ n, actions, rulings });
        expect(fold(doc)).toEqual(fold(await masterOf(caseId)));
      }
    }
    for (const station of [community, street, district, late]) {
      expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0, rejected: 0, parked: 0 });
      expect(station.faults).toEqual([]);
    }

    // Nothing that was given out once is given out again.
    const numbers = await Promise.all(
      [first, second, third].map(async (id) => (await masterOf(id)).head.caseNo),
    );
    expect(new Set(numbers).size).toBe(3);
    const joined = await LoopStation.join(hub, 'yangxm');
    expect(labels).not.toContain(joined.terminal.terminal);
    const fourth = await joined.receive(matterId);
    await joined.loop.poke();
    expect((await masterOf(fourth)).head.status).toBe('accepted');
    expect((await lost.openSession()).body['code']).toBe('device-revoked');
    expect(
      container()
        .catalog.current()
        .publications.map(({ seq }) => seq),
    ).toEqual([1, 2]);

    const asAdmin = { headers: await login(hub.url, 'zhouj') };
    const report = await ask(hub.url, 'GET /api/restores', asAdmin);
    expect(report).toMatchObject({ status: 200, body: { isBehind: false, setAside: { entries: [] } } });
    const cases = report.body['cases'] as { caseId: string; actions: number; changed: unknown[] }[];
    expect(cases.map(({ caseId, actions, changed }) => [caseId, actions, changed]).sort()).toEqual(
      [
        [first, 4, []],
        [third, 3, []],
      ].sort(),
    );
    const entries = (report.body['entries'] as { entry: string }[]).map(({ entry }) => entry);
    expect(entries).toEqual(
      expect.arrayContaining([`device:${late.terminal.deviceId}`, `device:${lost.deviceId}`]),
    );
    const audit = await ask(hub.url, 'GET /api/audit?kind=epoch-raised', {
      headers: await login(hub.url, 'wug'),
    });
    expect(audit.body['entries']).toHaveLength(1);
  });

  test(
    'a copy put back by hand is noticed, loses nothing, and the restore can still be finished',
    { timeout: 240_000 },
    async () => {
      const { first, third, late, backup } = await worked();
      const before = await verdictsOf(first);
      await hub.hub.stop();
      cpSync(join(backup, 'hub.sqlite'), join(hub.dataDir, 'hub.sqlite'));
      hub.clock.moveBy(HOUR_MS);
      await hub.restart();
      await community.act(first, { kind: 'note', payload: { text: 'on rulings the hub has forgotten' } });
      await community.loop.poke();
      expect(community.loop.status).toMatchObject({
        state: 'blocked',
        problem: { code: 'hub-behind' },
        pending: 1,
        parked: 0,
      });
      const asAdmin = { headers: await login(hub.url, 'zhouj') };
      const report = await ask(hub.url, 'GET /api/restores', asAdmin);
      expect(report.body).toMatchObject({ isBehind: true, cases: [] });
      expect((report.body['behind'] as { kinds: string[] }[])[0]?.kinds.sort()).toEqual([
        'case',
        'checkpoint',
      ]);
      const health = await ask(hub.url, 'GET /metrics');
      expect(health.status).toBe(200);

      const refused = await restore(hub.dataDir);
      expect(refused.code).not.toBe(0);
      expect(refused.said).toContain('in use by another hub process');
      await hub.hub.stop();
      expect((await restore(hub.dataDir)).code).toBe(0);
      await hub.restart();
      await settle(...stations(), late);
      await everywhere(first, ...stations());
      await everywhere(third, late, community);
      expect((await verdictsOf(first)).slice(0, before.length)).toEqual(before);
      expect(await verdictsOf(first)).toHaveLength(before.length + 1);
      for (const station of [...stations(), late])
        expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0, parked: 0 });
    },
  );
});

describe('the command', () => {
  let hub: TestHub;
  let backup: string;
  beforeAll(async () => {
    hub = await startTestHub();
    await hub.hub.stop();
    backup = mkdtempSync(join(folder, 'copy-'));
    cpSync(hub.dataDir, backup, { recursive: true });
  });
  afterAll(() => hub.end());

  async function epochIn(dataDir: string, file?: string) {
    const stores = await openHubStores({ dataDir, ...(file !== undefined && { file }) });
    const epoch = await currentEpoch({ directory: stores.directory, clock: hub.clock });
    await stores.store.close();
    return epoch;
  }
  const contents = () => readFileSync(join(hub.dataDir, 'hub.sqlite'));
  const leftovers = () => readdirSync(hub.dataDir).filter((name) => name.includes('restoring'));

  test('keeps what it replaces, and takes a file as well as a folder', async () => {
    const before = await epochIn(hub.dataDir);
    const { code, said } = await restore(hub.dataDir, '--from', join(backup, 'hub.sqlite'));
    expect(code).toBe(0);
    const [, kept = ''] = /kept as (\S+)/.exec(said) ?? [];
    expect(await epochIn(hub.dataDir, basename(kept))).toEqual(before);
    expect((await epochIn(hub.dataDir)).count).toBeGreaterThan(before.count);
    expect(leftovers()).toEqual([]);
  });

  test('begins a later epoch each time, also of the same backup', async () => {
    const counts = [];
    for (let i = 0; i < 2; i++) {
      const { said } = await restore(hub.dataDir);
      counts.push(Number(/begins epoch (\d+)/.exec(said)?.[1]));
    }
    const again = await restore(hub.dataDir, '--from', backup);
    counts.push(Number(/begins epoch (\d+)/.exec(again.said)?.[1]));
    expect(counts[1]).toBeGreaterThan(counts[0] ?? 0);
    expect(counts[2]).toBeGreaterThanOrEqual((counts[0] ?? 0) - 1);
  });

  test.each([
    ['no backup there', () => join(folder, 'nowhere')],
    [
      'a file that is no store',
      () => {
        const path = join(folder, 'letter.txt');
        writeFileSync(path, 'dear operator');
        return path;
      },
    ],
    ['an empty folder', () => mkdtempSync(join(folder, 'empty-'))],
  ])('changes nothing for %s, and says why', async (_what, make) => {
    const before = contents();
    const { code, said } = await restore(hub.dataDir, '--from', make());
    expect(code).not.toBe(0);
    expect(said.trim()).not.toBe('');
    expect(contents()).toEqual(before);
    expect(leftovers()).toEqual([]);
  });

  test('refuses a running hub’s store', async () => {
    await hub.restart();
    const { code, said } = await restore(hub.dataDir, '--from', backup);
    expect(code).not.toBe(0);
    expect(said).toContain('in use by another hub process');
    expect(leftovers()).toEqual([]);
    await hub.hub.stop();
  });

  test('moves a damaged store away with all that belongs to it', async () => {
    const place = join(hub.dataDir, 'hub.sqlite');
    writeFileSync(place, Buffer.alloc(8_192, 7));
    writeFileSync(`${place}-wal`, 'what was written last');
    const { code, said } = await restore(hub.dataDir, '--from', backup);
    expect(code).toBe(0);
    const [, kept = ''] = /kept as (\S+)/.exec(said) ?? [];
    expect(readFileSync(kept)).toEqual(Buffer.alloc(8_192, 7));
    expect(existsSync(`${kept}-wal`)).toBe(true);
    await hub.restart();
    expect(hub.hub.container.catalog.isEmpty()).toBe(false);
  });
});
