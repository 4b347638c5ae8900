import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DeviceKey } from '../domain/catalog.ts';
import { importSealKey } from '../domain/sealing.ts';
import type { SealKey } from '../domain/sealing.ts';
import { canonicalize, exportPublicKey, newDeviceKeys, signValue } from '../domain/signing.ts';
import { COMMUNITY, NOW } from '../testing/factories.ts';
import {
  bundleText,
  groupParts,
  makeBundle,
  openPart,
  parseBundle,
  readBundle,
  sealPart,
  verifyBundle,
} from './bundle.ts';
import type { Bundle, BundleHead } from './bundle.ts';

const HEAD: Omit<BundleHead, 'kind' | 'v'> = {
  purpose: 'upload',
  deviceId: 'device01',
  unit: COMMUNITY,
  at: NOW,
  seq: 3,
  to: null,
  asks: { cases: 'c7', catalog: null },
};
const WORDS = ['{"_id":"一"}', '{"_id":"二"}', ''];

let maker: CryptoKeyPair;
let publicKey: DeviceKey['publicKey'];
let key: SealKey;
let bundle: Bundle;
let text: string;

beforeAll(async () => {
  maker = await newDeviceKeys();
  publicKey = await exportPublicKey(maker.publicKey);
  key = await importSealKey(new Uint8Array(32).fill(7));
  const parts = await Promise.all(WORDS.map((word, i) => sealPart(key, word, `case${String(i)}`)));
  bundle = await makeBundle(HEAD, parts, (value) => signValue(value, maker.privateKey));
  text = bundleText(bundle);
});

/** What is said of a file: the problem, or undefined. */
async function complaint(file: string): Promise<{ code: string; part: unknown } | undefined> {
  const read = readBundle(file);
  const found = read.ok ? await verifyBundle(read.value, publicKey) : read.problem;
  return found && { code: found.code, part: found.params?.['part'] };
}

it('comes back from a file as it was made, and opens part by part under the key it was sealed with', async () => {
  const read = readBundle(text);
  expect(read).toEqual({ ok: true, value: bundle });
  expect(await complaint(text)).toBeUndefined();
  expect(await Promise.all(bundle.parts.map((part) => openPart(key, part)))).toEqual(WORDS);
});

it('shows nothing to who carries it', () => {
  for (const word of WORDS) if (word !== '') expect(text).not.toContain(word);
});

describe('one byte changed', () => {
  /** Where each part lies in the file; the last bytes that count as the first part's are those of its own braces. */
  const places = (): { from: number; to: number }[] =>
    bundle.parts.map((part) => {
      const from = text.indexOf(canonicalize(part));
      return { from, to: from + canonicalize(part).length };
    });
  const replaced = (at: number, by: string): string => text.slice(0, at) + by + text.slice(at + 1);

  it('is noticed, whichever byte it is and whatever it becomes', async () => {
    for (let at = 0; at < text.length; at++) {
      const old = text.charCodeAt(at);
      for (const by of [String.fromCharCode(old ^ 1), old === 65 ? 'B' : 'A', '"']) {
        if (by === text.charAt(at)) continue;
        const found = await complaint(replaced(at, by));
        if (found === undefined) throw new Error(`byte ${String(at)} became ${by} and nobody noticed`);
      }
    }
  });

  it('within a part is named by the part', async () => {
    for (const [i, { from, to }] of places().entries()) {
      for (let at = from; at < to; at++) {
        if (!/[\w-]/.test(text.charAt(at))) continue;
        const found = await complaint(replaced(at, text.charAt(at) === 'A' ? 'B' : 'A'));
        expect([found, at]).toEqual([{ code: 'bundle-part-altered', part: i + 1 }, at]);
      }
    }
  });

  it('within the signature is named so, its unused bits too', async () => {
    const from = text.indexOf(bundle.sig);
    for (let at = from; at < from + bundle.sig.length; at++) {
      const was = text.charAt(at);
      const next = String.fromCharCode(text.charCodeAt(at) ^ 1);
      for (const by of [was === 'A' ? 'Q' : 'A', /[\w-]/.test(next) ? next : was === 'z' ? 'y' : 'z'])
        expect([await complaint(replaced(at, by)), by]).toEqual([
          { code: 'bundle-signature-invalid', part: undefined },
          by,
        ]);
    }
  });

  it.each([
    ['when', { at: NOW + 1 }],
    ['the number', { seq: 4 }],
    ['the maker', { deviceId: 'device02' }],
    ['the unit', { unit: '530102001001' }],
    ['what it is for', { purpose: 'handover' as const }],
    ['what it asks', { asks: null }],
    ['whom it is for', { to: 'device02' }],
    ['the sum', { hash: 'A'.repeat(43) }],
  ])('%s: the head', async (_what, change) => {
    expect(await complaint(bundleText({ ...bundle, ...change }))).toMatchObject({
      code: 'bundle-head-altered',
    });
  });
});

describe('parts', () => {
  const spoilt = (change: (parts: Bundle['parts']) => Bundle['parts']) =>
    complaint(bundleText({ ...bundle, parts: change([...bundle.parts]) }));

  it('taken out, put twice, or in another order are noticed', async () => {
    const head = { code: 'bundle-head-altered', part: undefined };
    expect(await spoilt((parts) => parts.slice(1))).toEqual(head);
    expect(await spoilt((parts) => [...parts, ...parts.slice(0, 1)])).toEqual(head);
    expect(await spoilt((parts) => parts.toReversed())).toEqual(head);
  });

  it('of another bundle of the same terminal do not pass', async () => {
    const other = await makeBundle({ ...HEAD, seq: 4 }, [await sealPart(key, 'later', 'case0')], (value) =>
      signValue(value, maker.privateKey),
    );
    expect(await spoilt((parts) => [...other.parts, ...parts.slice(1)])).toMatchObject({
      code: 'bundle-head-altered',
    });
  });

  it('do not open under another label or another key', async () => {
    const [part] = bundle.parts;
    if (part === undefined) throw new Error('no part');
    expect(await openPart(key, { ...part, label: 'case9' })).toBeUndefined();
    expect(await openPart(await importSealKey(new Uint8Array(32)), part)).toBeUndefined();
    expect(await openPart(key, { ...part, sealed: part.sealed.slice(0, 8) })).toBeUndefined();
  });
});

it('somebody else’s signature is not the maker’s, however whole the rest is', async () => {
  const thief = await newDeviceKeys();
  const { parts } = bundle;
  const forged = await makeBundle(HEAD, parts, (value) => signValue(value, thief.privateKey));
  expect(await complaint(bundleText(forged))).toMatchObject({ code: 'bundle-signature-invalid' });
});

describe('what is no bundle', () => {
  it.each([
    ['nothing', ''],
    ['another file', '{"madeAt":"2026-11-23"}'],
    ['a list', '[]'],
    ['a number', '7'],
  ])('%s is said to be none', (_what, file) => {
    expect(readBundle(file)).toMatchObject({ ok: false, problem: { code: 'bundle-unreadable' } });
  });

  it('a file that was cut anywhere is noticed', async () => {
    for (let end = 0; end < text.length; end++) expect(await complaint(text.slice(0, end))).toBeDefined();
  });

  it('a name twice or a blank, which JSON reads alike, is noticed', async () => {
    expect(await complaint(text.replace('{', '{"seq":9,'))).toMatchObject({ code: 'bundle-unreadable' });
    expect(await complaint(`${text}\n`)).toMatchObject({ code: 'bundle-unreadable' });
  });

  it('never throws on what came from anywhere', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (input) => {
        expect(parseBundle(input).ok).toBe(false);
      }),
    );
  });
});

it('groups parts below a size, each once and in order; what is larger stands alone', () => {
  const part = (label: string, length: number) => ({ label, sealed: 'x'.repeat(length) });
  const parts = [part('a', 10_000), part('b', 10_000), part('c', 50_000), part('d', 5_000)];
  const groups = groupParts(parts, 30_000);
  expect(groups.map((group) => group.map(({ label }) => label))).toEqual([['a', 'b'], ['c'], ['d']]);
  expect(groupParts([], 30_000)).toEqual([]);
});
