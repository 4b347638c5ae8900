/**
 * The QR text of a printed receipt: what it says, how it is signed and how any station verifies it without a network.
 * It carries no personal data. Upper case letters, digits, `-` and `.` only, so that it fits a small QR code and survives
 * scanners that type like a keyboard with Caps Lock on or a Chinese input method active.
 */
import type { Catalog, DeviceKey } from './catalog.ts';
import { type DeviceId, UNIT_CODE, DEVICE_ID, type UnitCode } from './identifiers.ts';
import { fromBase64Url, importPublicKey, toBase64Url, verifyValue } from './signing.ts';

/** What a scanner burst starts with; the digit is the version of the form. */
export const RECEIPT_PREFIX = 'SJ1';

export interface Receipt {
  caseNo: string;
  /** When the papers were received, whole seconds since the epoch: what the paper shows. */
  atSeconds: number;
  /** The unit that issued the paper. */
  unit: UnitCode;
  /** The device whose key signed: also the id of the key. */
  deviceId: DeviceId;
}

/** `signValue` with the device's key. */
export type SignReceipt = (value: string) => Promise<string>;

export type ReceiptVerdict =
  | { kind: 'valid'; receipt: Receipt; device: DeviceKey }
  /** The text was altered, or the key belongs to another unit. */
  | { kind: 'forged'; receipt: Receipt }
  /** This station does not know the key: it may be newer than the station's catalog. */
  | { kind: 'unknownKey'; receipt: Receipt }
  /** The signature is right, but the key was withdrawn: ask the issuing unit. */
  | { kind: 'revokedKey'; receipt: Receipt; device: DeviceKey }
  | { kind: 'notAReceipt' };

const CASE_NO = /^[0-9A-Z-]{8,24}$/;
const SIGNATURE_BYTES = 64;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What is signed is a JSON string, never an object: it cannot be mistaken for an action or a login. Rejects when `sign` does. */
export async function signReceipt(receipt: Receipt, sign: SignReceipt): Promise<string> {
  const body = bodyOf(receipt);
  const signature = fromBase64Url(await sign(body));
  if (signature === undefined) throw new TypeError('a signature is base64url');
  return `${body}.${toBase32(signature)}`;
}

/** Tells what a scanned or pasted text is worth to this station. Needs no network. */
export async function verifyReceipt(
  text: string,
  catalog: Pick<Catalog, 'devices'>,
): Promise<ReceiptVerdict> {
  const parsed = parseReceipt(text);
  if (parsed === undefined) return { kind: 'notAReceipt' };
  const { receipt, signature } = parsed;
  const device = catalog.devices.get(receipt.deviceId);
  if (device === undefined) return { kind: 'unknownKey', receipt };
  if (device.unit !== receipt.unit || signature === undefined) return { kind: 'forged', receipt };
  const right = await isSignedBy(device, bodyOf(receipt), signature);
  if (!right) return { kind: 'forged', receipt };
  return device.status === 'revoked'
    ? { kind: 'revokedKey', receipt, device }
    : { kind: 'valid', receipt, device };
}

/** Takes the text apart; undefined when it is no receipt at all. A damaged signature is left undefined. */
export function parseReceipt(
  text: string,
): { receipt: Receipt; signature?: Uint8Array<ArrayBuffer> } | undefined {
  const parts = tidy(text).split('.');
  const [prefix, caseNo, seconds, unit, device, signature] = parts;
  if (prefix !== RECEIPT_PREFIX || parts.length !== 6) return undefined;
  if (caseNo === undefined || seconds === undefined || unit === undefined || device === undefined)
    return undefined;
  const deviceId = device.toLowerCase();
  if (!CASE_NO.test(caseNo) || !/^\d{1,11}$/.test(seconds)) return undefined;
  if (!UNIT_CODE.test(unit) || !DEVICE_ID.test(deviceId)) return undefined;
  const receipt = { caseNo, atSeconds: Number(seconds), unit, deviceId };
  const bytes = signature === undefined ? undefined : fromBase32(signature);
  // One text per signature: the last letter has spare bits, which must be zero.
  const whole = bytes?.length === SIGNATURE_BYTES && toBase32(bytes) === signature;
  return bytes !== undefined && whole ? { receipt, signature: bytes } : { receipt };
}

/** Whether typed or scanned text should be read as a receipt. */
export function looksLikeReceipt(text: string): boolean {
  return tidy(text).startsWith(`${RECEIPT_PREFIX}.`);
}

/** 核验码: twelve hexadecimal digits of the whole text's hash, to compare a paper by voice with what a station shows. */
export async function checkCodeOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tidy(text))));
  const hex = Array.from(hash.slice(0, 6), (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(
    '',
  );
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)} ${hex.slice(8)}`;
}

function bodyOf(receipt: Receipt): string {
  return [
    RECEIPT_PREFIX,
    receipt.caseNo,
    String(receipt.atSeconds),
    receipt.unit,
    receipt.deviceId.toUpperCase(),
  ].join('.');
}

/** Full-width forms and the Chinese full stop come from an input method; line ends from the scanner. */
function tidy(text: string): string {
  return text.normalize('NFKC').replaceAll('。', '.').replace(/\s+/g, '').toUpperCase();
}

async function isSignedBy(device: DeviceKey, body: string, signature: Uint8Array): Promise<boolean> {
  try {
    return await verifyValue(body, toBase64Url(signature), await importPublicKey(device.publicKey));
  } catch {
    // A key that cannot be read proves nothing.
    return false;
  }
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31] ?? '';
  }
  return bits > 0 ? text + (ALPHABET[(held << (5 - bits)) & 31] ?? '') : text;
}

function fromBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
  }
  return new Uint8Array(bytes);
}
