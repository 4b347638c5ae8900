import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditChains } from '@sanji/sync/replication/audit-chains';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { MemoryExport, type FileName } from './memory-export.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let whole: MemoryExport;
let community: TestStation;

beforeAll(async () => {
  hub = await startTestHub();
  community = await TestStation.join(hub, 'yangxm');
  const street = await TestStation.join(hub, 'puyl');
  const matterId = community.forwardedMatter(street);
  for (let i = 0; i < 3; i++) await community.push(await community.received('yangxm', matterId));
  const lost = await TestStation.join(hub, 'chensy');
  const clone = await lost.clone();
  const first = await lost.received('chensy', matterId);
  await lost.push(first);
  await clone.push(await clone.received('chensy', matterId));
  // Not at the holder's: rejected, and it stays in the log.
  const stray = await street.sign(first.caseId, 'puyl', { kind: 'refuse', payload: { reason: '不属于' } });
  await street.push({ caseId: first.caseId, n: 0, actions: [stray] });
  const security = await login(hub.url, 'zhouj');
  await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, { headers: security, body: {} });
  await lost.push(await lost.received('chensy', matterId));
  await auditChains(hub.hub.container.judge);
  whole = await MemoryExport.of(hub);
});
afterAll(() => hub.end());

describe('an export', () => {
  test('holds together, and says what it holds', async () => {
    const report = await whole.verified();
    expect(report.found).toBeUndefined();
    expect(report.counts).toMatchObject({ devices: 4, cases: 4, actions: 13 });
    expect(report.counts.aside).toBeGreaterThanOrEqual(3);
    expect(report.findings.map(({ kind }) => kind)).toContain('fork-known');
  });

  test('holds no password, no key of any terminal’s disk, and no key of the hub', async () => {
    const { stores } = hub.hub.container;
    const secrets = (await stores.directory.listDevices()).map(({ sealKey }) => sealKey);
    const credential = await stores.directory.findStaffCredential('yangxm');
    const key = await stores.directory.documents<{ privateKey: JsonWebKey }>('hub-key').find('own');
    secrets.push(credential?.value.passwordHash ?? '', key?.value.privateKey.d ?? '');
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    const text = [...whole.files.values()].map((bytes) => bytes.toString('utf8')).join('');
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('one byte changed', () => {
  const SEED = Number(process.env['AUDIT_SEED'] ?? '1');
  const each = Number(process.env['AUDIT_POSITIONS'] ?? '120');

  test.each<FileName>(['manifest', 'catalog', 'log', 'register', 'cases', 'quarantine'])(
    'anywhere in %s is found there',
    async (name) => {
      const random = new SeededRandom(SEED);
      const bytes = whole.bytes(name);
      const file = name === 'manifest' ? 'manifest.json' : `${name}.ndjson`;
      const missed: object[] = [];
      for (let i = 0; i < each; i++) {
        const at = random.below(bytes.length);
        const byte = ((bytes[at] ?? 0) + 1 + random.below(255)) % 256;
        const { found } = await whole.withByte(name, { at, byte }).verified();
        if (found?.file !== file) missed.push({ seed: SEED, at, byte, found });
      }
      expect(missed).toEqual([]);
    },
  );
});
