/**
 * Hash and signature of pushed actions, as `verifyAction` of the domain checks them, by Node's own cryptography: a storm of pushes is a storm
 * of verifications. Signatures are checked on Node's threads; hashing so little takes less time than handing it over.
 */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { canonicalize } from '@sanji/sync/domain/signing';
import type { JudgePorts } from '@sanji/sync/replication/judge';

const SIGNATURE_FORM = /^[\w-]{86}$/;
/** Bytes of each half of a signature, r‖s. */
const HALF = 32;

/** Keys are kept: importing one costs more than checking a signature with it. */
export function actionVerifier(): JudgePorts['verify'] {
  const keys = new Map<string, KeyObject>();
  return async ({ body, hash: claimed, sig }, device) => {
    const bytes = Buffer.from(canonicalize(body));
    if (hash('sha256', bytes, 'base64url') !== claimed || !SIGNATURE_FORM.test(sig)) return false;
    const id = `${device.deviceId} ${device.publicKey.x} ${device.publicKey.y}`;
    const key = keys.get(id) ?? importKey(device);
    keys.set(id, key);
    return isSigned(bytes, key, derOf(Buffer.from(sig, 'base64url')));
  };
}

function importKey({ publicKey: { kty, crv, x, y } }: DeviceKey): KeyObject {
  return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
}

function isSigned(bytes: Buffer, key: KeyObject, signature: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', bytes, key, signature, (error, isGood) => {
      if (error === null) resolve(isGood);
      else reject(error);
    });
  });
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
