/** Holds every action of a case against the key of its maker. */
import { deviceOf, type CaseDocument } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { importPublicKey, verifyAction } from '@sanji/sync/domain/signing';

/** `unknown`: this station does not have the key (yet), which proves nothing either way. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unknown';

export async function verdictsOf(
  doc: CaseDocument,
  catalog: Catalog,
): Promise<Map<string, SignatureVerdict>> {
  const verdicts = new Map<string, SignatureVerdict>();
  for (const action of Object.values(doc.actions)) {
    const device = catalog.devices.get(deviceOf(action));
    if (device === undefined) verdicts.set(action.body.id, 'unknown');
    else {
      const isRight = await verifyAction(action, await importPublicKey(device.publicKey));
      verdicts.set(action.body.id, isRight ? 'valid' : 'invalid');
    }
  }
  return verdicts;
}
