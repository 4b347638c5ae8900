/**
 * Hash and signature of pushed actions, as `verifyAction` of the domain checks them, by Node's own cryptography: a storm of pushes is a storm
 * of verifications. Signatures are checked on Node's threads; hashing so little takes less time than handing it over.
 */
import { hash } from 'node:crypto';
import { canonicalize, importPublicKey } from '@sanji/sync/domain/signing';
import type { JudgePorts } from '@sanji/sync/replication/judge';

const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const SIGNATURE_FORM = /^[\w-]{86}$/;

/** Importing a key costs more than checking a signature with it, so keys are kept. */
export function actionVerifier(): JudgePorts['verify'] {
  const keys = new Map<string, Promise<CryptoKey>>();
  return async ({ body, hash: claimed, sig }, { deviceId, publicKey }) => {
    const bytes = Buffer.from(canonicalize(body));
    if (hash('sha256', bytes, 'base64url') !== claimed || !SIGNATURE_FORM.test(sig)) return false;
    const id = `${deviceId} ${publicKey.x} ${publicKey.y}`;
    const key = keys.get(id) ?? importPublicKey(publicKey);
    keys.set(id, key);
    return crypto.subtle.verify(SIGNATURE, await key, Buffer.from(sig, 'base64url'), bytes);
  };
}
