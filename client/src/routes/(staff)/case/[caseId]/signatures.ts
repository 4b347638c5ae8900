/** Holds every action of a case against the key of its maker. */
import { deviceOf, type CaseDocument } from '@sanji/sync/domain/action';
import type { Catalog, DeviceKey } from '@sanji/sync/domain/catalog';
import { importPublicKey, verifyAction } from '@sanji/sync/domain/signing';

/** `unknown`: this station does not have the key (yet), which proves nothing either way. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unknown';

export async function verdictsOf(
  doc: CaseDocument,
  catalog: Catalog,
): Promise<Map<string, SignatureVerdict>> {
  const keys = new Map<string, Promise<CryptoKey>>();
  const keyOf = (device: DeviceKey): Promise<CryptoKey> => {
    const key = keys.get(device.deviceId) ?? importPublicKey(device.publicKey);
    keys.set(device.deviceId, key);
    return key;
  };
  const entries = Object.values(doc.actions).map(async (action): Promise<[string, SignatureVerdict]> => {
    const device = catalog.devices.get(deviceOf(action));
    if (device === undefined) return [action.body.id, 'unknown'];
    return [action.body.id, (await verifyAction(action, await keyOf(device))) ? 'valid' : 'invalid'];
  });
  return new Map(await Promise.all(entries));
}
