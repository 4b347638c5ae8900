/**
 * The QR text of a printed paper: what it says, how it is signed and how any station verifies it without a network.
 * It carries no personal data. Upper case letters, digits, `-` and `.` only, so that it fits a small QR code and survives
 * scanners that type like a keyboard with Caps Lock on or a Chinese input method active.
 */
import type { CaseDocument } from './action.ts';
import { fromBase32, toBase32 } from './base32.ts';
import type { Catalog, DeviceKey } from './catalog.ts';
import { type DeviceId, UNIT_CODE, DEVICE_ID, type UnitCode } from './identifiers.ts';
import { allPapers, digestOf, numberOn, PAPER_KINDS, PAPERS, type Paper, type PaperKind } from './papers.ts';
import { fromBase64Url, importPublicKey, toBase64Url, verifyValue } from './signing.ts';

/** What a scanner burst starts with; the digit is the version of the form. */
export const PAPER_PREFIX = 'SJ2';

export interface PaperCode {
  kind: PaperKind;
  /** The case's number, or its id before it has one. */
  number: string;
  /** When what the paper attests was done, whole seconds since the epoch: what the paper shows. */
  atSeconds: number;
  /** The unit of the terminal that signed. */
  unit: UnitCode;
  /** The device whose key signed: also the id of the key. */
  deviceId: DeviceId;
  /** `digestOf` the paper. */
  digest: string;
}

/** `signValue` with the device's key. */
export type SignCode = (value: string) => Promise<string>;

/** What this station's copy of the case says to a paper that is genuine. */
export type Comparison =
  | { kind: 'same'; paper: Paper }
  /** It was right when it was printed; the case has gone on since. */
  | { kind: 'lapsed'; paper: Paper }
  | { kind: 'notHere' };

export type PaperVerdict =
  | { kind: 'valid'; code: PaperCode; device: DeviceKey; comparison: Comparison }
  /** The signature is right, but the case held here has no such paper, or one with another content. */
  | { kind: 'otherContent'; code: PaperCode; device: DeviceKey }
  /** The text was altered, or the key belongs to another unit. */
  | { kind: 'forged'; code: PaperCode }
  /** This station does not know the key: it may be newer than the station's catalog. */
  | { kind: 'unknownKey'; code: PaperCode }
  /** The signature is right, but the key was withdrawn: ask the issuing unit. */
  | { kind: 'revokedKey'; code: PaperCode; device: DeviceKey }
  | { kind: 'notAPaper' };

const NUMBER = /^[0-9A-Z-]{8,26}$/;
const DIGEST = /^[0-9A-Z]{16}$/;
const SIGNATURE_BYTES = 64;

/** What is signed is a JSON string, never an object: it cannot be mistaken for an action or a login. Rejects when `sign` does. */
export async function signPaper(code: PaperCode, sign: SignCode): Promise<string> {
  const body = bodyOf(code);
  const signature = fromBase64Url(await sign(body));
  if (signature === undefined) throw new TypeError('a signature is base64url');
  return `${body}.${toBase32(signature)}`;
}

/** The code of a paper as this device would sign it. */
export async function codeOf(paper: Paper, device: Pick<DeviceKey, 'deviceId' | 'unit'>): Promise<PaperCode> {
  const { at, offsetMs } = paper.action.body;
  return {
    kind: paper.kind,
    number: numberOn(paper),
    atSeconds: Math.floor((at + offsetMs) / 1000),
    unit: device.unit,
    deviceId: device.deviceId,
    digest: await digestOf(paper),
  };
}

/**
 * Tells what a scanned or pasted text is worth to this station. Needs no network.
 * @param findCase the case of that number, where this station holds it
 */
export async function verifyPaper(
  text: string,
  catalog: Catalog,
  findCase: (number: string) => CaseDocument | undefined,
): Promise<PaperVerdict> {
  const parsed = parsePaper(text);
  if (parsed === undefined) return { kind: 'notAPaper' };
  const { code, signature } = parsed;
  const device = catalog.devices.get(code.deviceId);
  if (device === undefined) return { kind: 'unknownKey', code };
  if (device.unit !== code.unit || signature === undefined) return { kind: 'forged', code };
  const right = await isSignedBy(device, bodyOf(code), signature);
  if (!right) return { kind: 'forged', code };
  if (device.status === 'revoked') return { kind: 'revokedKey', code, device };
  const doc = findCase(code.number);
  if (doc === undefined) return { kind: 'valid', code, device, comparison: { kind: 'notHere' } };
  const comparison = await compare(code, doc, catalog);
  return comparison === undefined
    ? { kind: 'otherContent', code, device }
    : { kind: 'valid', code, device, comparison };
}

async function compare(
  code: PaperCode,
  doc: CaseDocument,
  catalog: Catalog,
): Promise<Comparison | undefined> {
  for (const paper of allPapers(doc, catalog)) {
    if (paper.kind !== code.kind || paper.isDraft || (await digestOf(paper)) !== code.digest) continue;
    return { kind: paper.stands ? 'same' : 'lapsed', paper };
  }
  return undefined;
}

/** Takes the text apart; undefined when it is no paper's at all. A damaged signature is left undefined. */
export function parsePaper(
  text: string,
): { code: PaperCode; signature?: Uint8Array<ArrayBuffer> } | undefined {
  const parts = tidy(text).split('.');
  const [prefix, letter, number, seconds, unit, device, digest, signature] = parts;
  if (prefix !== PAPER_PREFIX || parts.length !== 8) return undefined;
  const kind = PAPER_KINDS.find((known) => PAPERS[known].letter === letter);
  if (kind === undefined || number === undefined || !NUMBER.test(number)) return undefined;
  if (seconds === undefined || !/^\d{1,11}$/.test(seconds)) return undefined;
  if (unit === undefined || !UNIT_CODE.test(unit)) return undefined;
  if (digest === undefined || !DIGEST.test(digest)) return undefined;
  const deviceId = device?.toLowerCase() ?? '';
  if (!DEVICE_ID.test(deviceId)) return undefined;
  const code = { kind, number, atSeconds: Number(seconds), unit, deviceId, digest };
  const bytes = signature === undefined ? undefined : fromBase32(signature);
  // One text per signature: the last letter has spare bits, which must be zero.
  const whole = bytes?.length === SIGNATURE_BYTES && toBase32(bytes) === signature;
  return bytes !== undefined && whole ? { code, signature: bytes } : { code };
}

/** Whether typed or scanned text should be read as a paper's. */
export function looksLikePaper(text: string): boolean {
  return tidy(text).startsWith(`${PAPER_PREFIX}.`);
}

/** 核验码: twelve hexadecimal digits of the whole text's hash, to compare a paper by voice with what a station shows. */
export async function checkCodeOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tidy(text))));
  const hex = Array.from(hash.slice(0, 6), (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(
    '',
  );
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)} ${hex.slice(8)}`;
}

function bodyOf(code: PaperCode): string {
  return [
    PAPER_PREFIX,
    PAPERS[code.kind].letter,
    code.number,
    String(code.atSeconds),
    code.unit,
    code.deviceId.toUpperCase(),
    code.digest,
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
