/** Sealed parts under this terminal's signature, in as many bundles as it takes. */
import { signValue } from '@sanji/sync/domain/signing';
import {
  groupParts,
  makeBundle,
  MAX_BUNDLE_BYTES,
  type Bundle,
  type BundleHead,
  type SealedPart,
} from '@sanji/sync/protocol/bundle';
import type { DeviceRecord } from './station-database.ts';

export type Signer = Pick<DeviceRecord, 'deviceId' | 'unit' | 'terminal' | 'privateKey'>;

/** At least one bundle, each of a size that the hub takes. */
export async function signBundles(
  { deviceId, unit, privateKey }: Signer,
  parts: readonly SealedPart[],
  head: Pick<BundleHead, 'purpose' | 'seq' | 'asks' | 'at'>,
): Promise<Bundle[]> {
  const groups = groupParts(parts, MAX_BUNDLE_BYTES);
  return Promise.all(
    (groups.length === 0 ? [[]] : groups).map((group) =>
      makeBundle({ ...head, deviceId, unit, to: null }, group, (value) => signValue(value, privateKey)),
    ),
  );
}

/** Plain characters only: sticks are formatted by all sorts of machines. */
export function bundleName({ unit, terminal }: Signer, { seq }: Bundle, i: number): string {
  const part = i === 0 ? '' : `-${String(i + 1)}`;
  return `sanji-${unit.slice(6)}-${terminal}-${String(seq).padStart(4, '0')}${part}.json`;
}
