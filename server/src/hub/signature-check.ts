/** Hash and signature by Node's own cryptography, as `verifyAction` of the domain checks them. Runs on the hub's thread or on another. */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';

/** Canonical JSON, the hash and the signature it comes with (base64url), and the key it should be of (base64url halves of a point of P-256). */
export type Claim = readonly [text: string, hash: string, sig: string, x: string, y: string];

const SIGNATURE_FORM = /^[\w-]{86}$/;
/** Bytes of each half of a signature, r‖s. */
const HALF = 32;
/** More devices than a district has. */
const MAX_KEYS = 10_000;

/** Kept: importing one costs more than checking a signature with it. */
const keys = new Map<string, KeyObject>();

/** False for anything but a good signature of this very text; a key that is no point of P-256 has made none. */
export function isGenuine([text, claimed, sig, x, y]: Claim): boolean {
  const bytes = Buffer.from(text);
  if (hash('sha256', bytes, 'base64url') !== claimed || !SIGNATURE_FORM.test(sig)) return false;
  const key = keyOf(x, y);
  return key !== undefined && verify('sha256', bytes, key, derOf(Buffer.from(sig, 'base64url')));
}

function keyOf(x: string, y: string): KeyObject | undefined {
  const name = `${x} ${y}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = importKey(x, y);
  if (keys.size >= MAX_KEYS) keys.clear();
  if (key !== undefined) keys.set(name, key);
  return key;
}

function importKey(x: string, y: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** As ASN.1, the form OpenSSL checks: asked to convert by itself, Node takes the key apart each time, which doubles the cost. */
function derOf(signature: Buffer): Buffer {
  const parts = [integerOf(signature.subarray(0, HALF)), integerOf(signature.subarray(HALF))];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(0x30, length), ...parts]);
}

/** Without leading zeros, but one where the first bit would make it negative. */
function integerOf(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(first < 0 ? HALF - 1 : first);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.of(0x02, digits.length + sign.length, ...sign), digits]);
}
