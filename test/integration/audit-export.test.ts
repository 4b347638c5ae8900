import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { startAuditedHub } from './audited-hub.ts';
import { MemoryExport, type FileName } from './memory-export.ts';
import type { TestHub } from './running-hub.ts';

let hub: TestHub;
let whole: MemoryExport;

beforeAll(async () => {
  ({ hub } = await startAuditedHub());
  whole = await MemoryExport.of(hub);
});
afterAll(() => hub.end());

describe('an export', () => {
  test('holds together, and says what it holds and what the hub knows of its terminals', async () => {
    const report = await whole.verified();
    expect(report.found).toBeUndefined();
    expect(report.counts).toMatchObject({ devices: 7, cases: 4, actions: 13, aside: 6 });
    expect(new Set(report.findings.map(({ kind }) => kind))).toEqual(new Set(['fork-known']));
  });

  test('holds a street’s relay among the devices, as what it is', () => {
    const kinds = whole
      .rows('catalog')
      .map(({ entry }) => (entry as { device?: { kind?: string } }).device?.kind);
    expect(kinds.filter((kind) => kind !== undefined)).toEqual(['relay']);
  });

  test('is believed only under the key that is trusted', async () => {
    const print = (await whole.verified()).manifest?.signer.publicKey;
    const { hubDevice } = hub.hub.container;
    expect(print).toEqual(hubDevice.publicKey);
    expect((await whole.verified('A'.repeat(43))).found).toMatchObject({
      file: 'manifest.json',
      what: 'manifest-signer',
    });
  });

  test('holds no password, no key of any terminal’s disk, and no key of the hub', async () => {
    const { directory } = hub.hub.container.stores;
    const secrets = (await directory.listDevices()).map(({ sealKey }) => sealKey);
    const credential = await directory.findStaffCredential('yangxm');
    const key = await directory.documents<{ privateKey: JsonWebKey }>('hub-key').find('own');
    secrets.push(credential?.value.passwordHash ?? '', key?.value.privateKey.d ?? '');
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    const text = [...whole.files.values()].map((bytes) => bytes.toString('utf8')).join('');
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

/** A sample of the positions; `npm run attack` takes every one. */
describe('one byte changed', () => {
  const seed = Number(process.env['ATTACK_SEED'] ?? '1');
  const share = Number(process.env['ATTACK_SHARE'] ?? '0');
  const SAMPLE = 60;
  /** Of a longer file in one run of the attack: each change costs a check of the whole. Another seed takes others. */
  const MOST = 3_000;

  test.each<FileName>(['manifest', 'catalog', 'log', 'register', 'cases', 'quarantine'])(
    'anywhere in %s is found there',
    async (name) => {
      const random = new SeededRandom(seed);
      const bytes = whole.bytes(name);
      const file = name === 'manifest' ? 'manifest.json' : `${name}.ndjson`;
      const missed: object[] = [];
      const positions =
        share === 1 && bytes.length <= MOST
          ? [...bytes.keys()]
          : Array.from({ length: share === 1 ? MOST : SAMPLE }, () => random.below(bytes.length));
      for (const at of positions) {
        const byte = ((bytes[at] ?? 0) + 1 + random.below(255)) % 256;
        const { found } = await whole.withByte(name, { at, byte }).verified();
        if (found?.file !== file) missed.push({ seed, at, byte, found });
      }
      expect(missed).toEqual([]);
    },
  );

  test('in what a clerk signed is named by case and action', async () => {
    const text = whole.bytes('cases').toString('utf8');
    const at = Buffer.byteLength(text.slice(0, text.indexOf('11010519491231002X')));
    const [first] = whole.rows('cases');
    const { found } = await whole.withByte('cases', { at, byte: 0x32 }).verified();
    expect(found).toMatchObject({
      file: 'cases.ndjson',
      line: 1,
      caseId: first?.['_id'],
      actionId: expect.stringMatching(/^d[0-9a-f]{12}\.\d+$/) as string,
      what: 'action-hash',
    });
  });

  test('a line taken out, put in twice, or moved is found, and so is an end that is cut off', async () => {
    const text = whole.bytes('cases').toString('utf8');
    const lines = text.trimEnd().split('\n');
    const broken = [
      lines.slice(1),
      [lines[0], ...lines],
      [lines[1], lines[0], ...lines.slice(2)],
      lines.slice(0, -1),
    ].map((each) => `${each.join('\n')}\n`);
    for (const each of [...broken, text.slice(0, -1), `${text}\n`, '']) {
      const { found } = await whole.withFile('cases', Buffer.from(each)).verified();
      expect(found?.file).toBe('cases.ndjson');
    }
  });
});
