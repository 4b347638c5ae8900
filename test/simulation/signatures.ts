/**
 * Who signs in a simulation. Ids, canonical JSON, SHA-256 and with them the hash chains are always the real ones. In most seeds the signature
 * itself is a stand-in: a hash under the device's secret, of the same form, verified on every push like the real one, so any change of the
 * body and any other key shows; ECDSA would take two thirds of the time. In the seeds that are true to the byte it is the product's own
 * signing of a station and verifying of a hub, over WebCrypto, with keys made once a process.
 */
import { hash as digest } from 'node:crypto';
import type { AnyActionBody, SignedAction } from '@sanji/sync/domain/action';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { canonicalize, exportPublicKey, newDeviceKeys, signAction } from '@sanji/sync/domain/signing';
import { frozen } from '@sanji/sync/testing/frozen';
import { actionVerifier } from '@sanji/server/hub/action-verifier';
import type { Schedule } from './schedule.ts';

export interface Signatures {
  /** @param deviceId whose key: not always the one that the body names */
  sign(body: AnyActionBody, deviceId: DeviceId): Promise<SignedAction>;
  verify(action: SignedAction, device: DeviceKey): Promise<boolean>;
  publicKeyOf(deviceId: DeviceId): DeviceKey['publicKey'];
}

/** The public key says which secret; nobody in a simulation is curious. */
export const STAND_IN: Signatures = {
  sign: async (body, deviceId) => {
    const { hash, sig } = sealOf(frozen(body), deviceId);
    return frozen({ body, hash, sig });
  },
  verify: async ({ body, hash, sig }, { publicKey }) => {
    const seal = sealOf(body, publicKey.x);
    return seal.hash === hash && seal.sig === sig;
  },
  publicKeyOf: (deviceId) => ({ kty: 'EC', crv: 'P-256', x: deviceId, y: '' }),
};

interface Seal {
  secret: string;
  hash: string;
  sig: string;
}

/** A frozen body cannot change, so what was computed over it once holds. */
const seals = new WeakMap<AnyActionBody, Seal>();

function sealOf(body: AnyActionBody, secret: string): Seal {
  const known = seals.get(body);
  if (known?.secret === secret) return known;
  const text = canonicalize(body);
  const hash = digest('sha256', text, 'base64url');
  const seal = { secret, hash, sig: digest('sha512', `${secret} ${hash}`, 'base64url') };
  if (Object.isFrozen(body)) seals.set(body, seal);
  return seal;
}

interface Keys {
  pair: CryptoKeyPair;
  publicKey: DeviceKey['publicKey'];
}

const pool = new Map<DeviceId, Keys>();

/** The product's own signatures. Threads compute them; `schedule` hands them on in the order asked for. */
export async function realSignatures(
  deviceIds: readonly DeviceId[],
  schedule: Schedule,
): Promise<Signatures> {
  for (const deviceId of deviceIds) {
    if (pool.has(deviceId)) continue;
    const pair = await newDeviceKeys();
    pool.set(deviceId, { pair, publicKey: await exportPublicKey(pair.publicKey) });
  }
  const keysOf = (deviceId: DeviceId): Keys => {
    const keys = pool.get(deviceId);
    if (keys === undefined) throw new Error(`no keys were made for ${deviceId}`);
    return keys;
  };
  const verify = actionVerifier();
  return {
    sign: (body, deviceId) => schedule.outside(signAction(body, keysOf(deviceId).pair.privateKey)),
    verify: (action, device) => schedule.outside(verify(action, device)),
    publicKeyOf: (deviceId) => keysOf(deviceId).publicKey,
  };
}
