import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { DeviceKey } from './catalog.ts';
import { checkCodeOf, looksLikeReceipt, signReceipt, verifyReceipt } from './receipt.ts';
import { exportPublicKey, newDeviceKeys, signValue } from './signing.ts';

const RECEIPT = {
  caseNo: '001013-261123-A2-0007',
  atSeconds: 1_795_396_440,
  unit: '530102001013',
  deviceId: 'd7k2m9q4',
};
let keys: CryptoKeyPair;
let device: DeviceKey;
let text: string;

const sign = (value: string): Promise<string> => signValue(value, keys.privateKey);

beforeAll(async () => {
  keys = await newDeviceKeys();
  const publicKey = await exportPublicKey(keys.publicKey);
  device = {
    deviceId: RECEIPT.deviceId,
    unit: RECEIPT.unit,
    terminal: 'A2',
    status: 'active',
    publicKey,
  };
  text = await signReceipt(RECEIPT, sign);
});

const knowing = (...devices: DeviceKey[]) => ({
  devices: new Map(devices.map((known) => [known.deviceId, known])),
});

describe('a receipt', () => {
  it('is valid at any station that knows the key, and gives back what it says', async () => {
    const verdict = await verifyReceipt(text, knowing(device));
    expect(verdict).toEqual({ kind: 'valid', receipt: RECEIPT, device });
  });

  it('fits the alphanumeric mode of a QR code and a 28 mm square', () => {
    expect(text).toMatch(/^[0-9A-Z.-]+$/);
    expect(text.length).toBeLessThanOrEqual(200);
  });

  it('survives a scanner with Caps Lock, a Chinese input method and a line end', async () => {
    const typed = `${text.toLowerCase().replaceAll('.', '。')}\r\n`;
    expect((await verifyReceipt(typed, knowing(device))).kind).toBe('valid');
  });

  it('is forged when its number, time or unit was altered', async () => {
    const altered = [
      text.replace('0007', '0008'),
      text.replace('1795396440', '1795396441'),
      text.replace('530102001013', '530102001014'),
    ];
    for (const forgery of altered) {
      expect((await verifyReceipt(forgery, knowing(device))).kind).toBe('forged');
    }
  });

  it('is forged when the signature is cut, foreign or of another paper', async () => {
    const other = await signReceipt({ ...RECEIPT, caseNo: '001013-261123-A2-0008' }, sign);
    const swapped = text.slice(0, text.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
    for (const forgery of [text.slice(0, -3), `${text}0`, `${text.slice(0, -1)}!`, swapped]) {
      expect((await verifyReceipt(forgery, knowing(device))).kind).toBe('forged');
    }
  });

  it('is forged when the key belongs to another unit than the paper says', async () => {
    const elsewhere = { ...device, unit: '530102001014' };
    expect((await verifyReceipt(text, knowing(elsewhere))).kind).toBe('forged');
  });

  it('cannot be judged when the key is not known here', async () => {
    expect(await verifyReceipt(text, knowing())).toEqual({ kind: 'unknownKey', receipt: RECEIPT });
  });

  it('is told apart when the key was revoked, unless it is forged as well', async () => {
    const revoked: DeviceKey = { ...device, status: 'revoked' };
    expect((await verifyReceipt(text, knowing(revoked))).kind).toBe('revokedKey');
    expect((await verifyReceipt(text.replace('0007', '0008'), knowing(revoked))).kind).toBe('forged');
  });

  it('is not a receipt when it is any other text', async () => {
    for (const other of [
      '',
      'SJ1',
      '001013-261123-A2-0007',
      'https://example.org/SJ1.',
      `SJ2${text.slice(3)}`,
    ]) {
      expect((await verifyReceipt(other, knowing(device))).kind).toBe('notAReceipt');
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (noise) => {
        expect((await verifyReceipt(noise, knowing(device))).kind).toBe('notAReceipt');
      }),
    );
  });

  it('is unreadable with a broken key in the catalog: forged, not a crash', async () => {
    const broken = { ...device, publicKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } };
    expect((await verifyReceipt(text, knowing(broken))).kind).toBe('forged');
  });

  it('lets no change of a single letter of its signature pass', async () => {
    const start = text.lastIndexOf('.') + 1;
    for (let i = start; i < text.length; i++) {
      const letter = text[i] === '0' ? '1' : '0';
      const forgery = text.slice(0, i) + letter + text.slice(i + 1);
      expect((await verifyReceipt(forgery, knowing(device))).kind).toBe('forged');
    }
  });

  it('is recognised by its prefix', () => {
    expect(looksLikeReceipt(' sj1.001013')).toBe(true);
    expect(looksLikeReceipt('SJ10')).toBe(false);
  });

  it('has a check code of three groups that differs from paper to paper', async () => {
    const code = await checkCodeOf(text);
    expect(code).toMatch(/^[0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4}$/);
    expect(await checkCodeOf(`${text}\n`)).toBe(code);
    expect(await checkCodeOf(await signReceipt(RECEIPT, sign))).not.toBe(code);
  });
});
