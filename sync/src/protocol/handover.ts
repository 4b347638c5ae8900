/**
 * The end of a terminal that was taken out of service: it hands over what is unsent in bundles, and deletes everything once the hub has
 * signed for each of them. An answer that somebody else made up must not delete a day's work.
 */
import type { DeviceKey } from '../domain/catalog.ts';
import type { DeviceId } from '../domain/identifiers.ts';
import { importPublicKey, verifyValue } from '../domain/signing.ts';
import type { Bundle } from './bundle.ts';

export interface HandoverReceipt {
  kind: 'sanji-handover-receipt';
  v: 1;
  deviceId: DeviceId;
  /** The bundle's hash. */
  bundle: string;
  /** The hub's clock, milliseconds since the epoch. */
  at: number;
  /** base64url, by the hub, over all other fields. */
  sig: string;
}

export async function makeReceipt(
  { deviceId, hash }: Pick<Bundle, 'deviceId' | 'hash'>,
  at: number,
  sign: (value: unknown) => Promise<string>,
): Promise<HandoverReceipt> {
  const unsigned = { kind: 'sanji-handover-receipt', v: 1, deviceId, bundle: hash, at } as const;
  return { ...unsigned, sig: await sign(unsigned) };
}

/** @param keys of every hub the terminal knows */
export async function isReceiptFor(
  bundle: Pick<Bundle, 'deviceId' | 'hash'>,
  { sig, ...signed }: HandoverReceipt,
  keys: readonly DeviceKey['publicKey'][],
): Promise<boolean> {
  if (signed.bundle !== bundle.hash || signed.deviceId !== bundle.deviceId) return false;
  for (const key of keys) if (await verifyValue(signed, sig, await importPublicKey(key))) return true;
  return false;
}

/** A hub's devices are named so by the hub alone; their keys sign rulings of its own, answers and receipts. */
export function hubKeys(devices: ReadonlyMap<DeviceId, DeviceKey>): DeviceKey['publicKey'][] {
  return [...devices.values()]
    .filter(({ deviceId }) => deviceId.startsWith('hub'))
    .map((hub) => hub.publicKey);
}
