import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { makeAction, makeCase, makeCatalog } from '../testing/factories.ts';
import type { DeviceKey } from './catalog.ts';
import { checkCodeOf, codeOf, looksLikePaper, signPaper, verifyPaper, type PaperCode } from './paper-code.ts';
import { digestOf, papersOf } from './papers.ts';
import { exportPublicKey, newDeviceKeys, signValue } from './signing.ts';

const CODE: PaperCode = {
  kind: 'receipt',
  number: '001013-261123-A2-0007',
  atSeconds: 1_795_396_440,
  unit: '530102001013',
  deviceId: 'd7k2m9q4',
  digest: '0123456789ABCDEF',
};
const ACTIONS = [
  makeAction('draft', { id: 'device01.1' }),
  makeAction('receive', { id: 'device01.2' }),
  makeAction('oneTimeNotice', { id: 'device01.3' }),
];
let keys: CryptoKeyPair;
let device: DeviceKey;
let text: string;

const sign = (value: string): Promise<string> => signValue(value, keys.privateKey);
const nowhere = () => undefined;

beforeAll(async () => {
  keys = await newDeviceKeys();
  const publicKey = await exportPublicKey(keys.publicKey);
  device = { deviceId: CODE.deviceId, unit: CODE.unit, terminal: 'A2', status: 'active', publicKey };
  text = await signPaper(CODE, sign);
});

const knowing = (...devices: DeviceKey[]) => makeCatalog({ devices });
const kindOf = async (given: string, known = knowing(device)) =>
  (await verifyPaper(given, known, nowhere)).kind;

describe('a paper', () => {
  it('is valid at any station that knows the key, and gives back what it says', async () => {
    expect(await verifyPaper(text, knowing(device), nowhere)).toEqual({
      kind: 'valid',
      code: CODE,
      device,
      comparison: { kind: 'notHere' },
    });
  });

  it('fits the alphanumeric mode of a QR code of version 8 at level M', () => {
    expect(text).toMatch(/^[0-9A-Z.-]+$/);
    expect(text.length).toBeLessThanOrEqual(221);
  });

  it('survives a scanner with Caps Lock, a Chinese input method and a line end', async () => {
    expect(await kindOf(`${text.toLowerCase().replaceAll('.', '。')}\r\n`)).toBe('valid');
  });

  it('is forged when its kind, number, time, unit or content was altered', async () => {
    const altered = [
      text.replace('.R.', '.C.'),
      text.replace('0007', '0008'),
      text.replace('1795396440', '1795396441'),
      text.replace('530102001013', '530102001014'),
      text.replace('89ABCDEF', '89ABCDE0'),
    ];
    for (const forgery of altered) expect(await kindOf(forgery)).toBe('forged');
  });

  it('is forged when the signature is cut, foreign or of another paper', async () => {
    const other = await signPaper({ ...CODE, number: '001013-261123-A2-0008' }, sign);
    const swapped = text.slice(0, text.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
    for (const forgery of [text.slice(0, -3), `${text}0`, `${text.slice(0, -1)}!`, swapped]) {
      expect(await kindOf(forgery)).toBe('forged');
    }
  });

  it('is forged when the key belongs to another unit than the paper says', async () => {
    expect(await kindOf(text, knowing({ ...device, unit: '530102001014' }))).toBe('forged');
  });

  it('cannot be judged when the key is not known here', async () => {
    expect(await verifyPaper(text, knowing(), nowhere)).toEqual({ kind: 'unknownKey', code: CODE });
  });

  it('is told apart when the key was revoked, unless it is forged as well', async () => {
    const revoked = knowing({ ...device, status: 'revoked' });
    expect(await kindOf(text, revoked)).toBe('revokedKey');
    expect(await kindOf(text.replace('0007', '0008'), revoked)).toBe('forged');
  });

  it('is not a paper when it is any other text', async () => {
    for (const other of [
      '',
      'SJ2',
      '001013-261123-A2-0007',
      'https://example.org/SJ2.',
      `SJ1${text.slice(3)}`,
      text.replace('.R.', '.Z.'),
    ]) {
      expect(await kindOf(other)).toBe('notAPaper');
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (noise) => {
        expect(await kindOf(noise)).toBe('notAPaper');
      }),
    );
  });

  it('is unreadable with a broken key in the catalog: forged, not a crash', async () => {
    const broken = { ...device, publicKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } };
    expect(await kindOf(text, knowing(broken))).toBe('forged');
  });

  it('lets no change of a single letter of its signature pass', async () => {
    const start = text.lastIndexOf('.') + 1;
    for (let i = start; i < text.length; i++) {
      const letter = text[i] === '0' ? '1' : '0';
      const forgery = text.slice(0, i) + letter + text.slice(i + 1);
      expect(await kindOf(forgery)).toBe('forged');
    }
  });

  it('is recognised by its prefix', () => {
    expect(looksLikePaper(' sj2.r.001013')).toBe(true);
    expect(looksLikePaper('SJ20')).toBe(false);
  });

  it('has a check code of three groups that differs from paper to paper', async () => {
    const code = await checkCodeOf(text);
    expect(code).toMatch(/^[0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4}$/);
    expect(await checkCodeOf(`${text}\n`)).toBe(code);
    expect(await checkCodeOf(await signPaper(CODE, sign))).not.toBe(code);
  });
});

describe('a genuine paper, held against the case this station has', () => {
  const noticeOf = async (actions: typeof ACTIONS) => {
    const paper = papersOf(makeCase(actions), makeCatalog()).find(({ kind }) => kind === 'oneTimeNotice');
    if (paper === undefined) throw new Error('the case has no notice');
    return signPaper(await codeOf(paper, device), sign);
  };
  const here = async (printed: string, actions: typeof ACTIONS) =>
    verifyPaper(printed, knowing(device), (number) =>
      number === '001013-261123-A1-0001' ? makeCase(actions) : undefined,
    );

  it('is the same where the case says the same', async () => {
    const verdict = await here(await noticeOf(ACTIONS), ACTIONS);
    expect(verdict).toMatchObject({ kind: 'valid', comparison: { kind: 'same' } });
  });

  it('is of other content where the case says something else, or has no such paper', async () => {
    const printed = await noticeOf(ACTIONS);
    const other = { ...makeAction('oneTimeNotice', { id: 'device01.3' }), hash: 'another' };
    expect((await here(printed, [...ACTIONS.slice(0, 2), other])).kind).toBe('otherContent');
    expect((await here(printed, ACTIONS.slice(0, 2))).kind).toBe('otherContent');
  });

  it('has lapsed where the case has gone on to where it says nothing any more', async () => {
    const gone = [...ACTIONS, makeAction('withdraw', { id: 'device01.4' })];
    expect(await here(await noticeOf(ACTIONS), gone)).toMatchObject({
      kind: 'valid',
      comparison: { kind: 'lapsed' },
    });
  });
});

it('a digest is of the signed content, the number and the kind', async () => {
  const [receipt, notice] = papersOf(makeCase(ACTIONS), makeCatalog());
  if (receipt === undefined || notice === undefined) throw new Error('two papers are expected');
  expect(await digestOf(receipt)).toMatch(/^[0-9A-Z]{16}$/);
  expect(await digestOf(receipt)).not.toBe(await digestOf(notice));
  expect(await digestOf({ ...receipt, kind: 'supplement' })).not.toBe(await digestOf(receipt));
});
