/** The part of the directory that a street relay gets: how its street's staff log in, and what its street's terminals seal with. Nothing else. */
import { createHash } from 'node:crypto';
import type { Catalog, DeviceKey } from '@sanji/sync/domain/catalog';
import { scopeOf } from '@sanji/sync/domain/scope';
import { canonicalize } from '@sanji/sync/domain/signing';
import type { DeviceRecord, DirectoryStore, StaffCredential } from '../store/directory-store.ts';

export interface DirectoryPart {
  v: 1;
  /** Of the content: a relay that names it is told only that nothing has changed. */
  digest: string;
  /** argon2id hashes, of active staff. */
  staff: Pick<StaffCredential, 'staffId' | 'passwordHash' | 'passwordChangedAt' | 'mustChange'>[];
  /** Of active terminals; the relay's own is not among them. */
  devices: Pick<DeviceRecord, 'device' | 'enrolledAt' | 'enrolledBy' | 'sealKey'>[];
}
export interface DirectoryUnchanged {
  v: 1;
  digest: string;
}

export async function directoryPart(
  directory: Pick<DirectoryStore, 'listStaffCredentials' | 'listDevices'>,
  catalog: Catalog,
  relay: DeviceKey,
): Promise<DirectoryPart> {
  const street = new Set(scopeOf(catalog, relay));
  const [credentials, records] = await Promise.all([
    directory.listStaffCredentials(),
    directory.listDevices(),
  ]);
  const staff = credentials
    .filter(({ staffId }) => {
      const person = catalog.staff.get(staffId);
      return person?.active === true && street.has(person.unit);
    })
    .map(({ staffId, passwordHash, passwordChangedAt, mustChange }) => ({
      staffId,
      passwordHash,
      passwordChangedAt,
      ...(mustChange === true && { mustChange }),
    }));
  const devices = records.flatMap(({ device: { deviceId }, enrolledAt, enrolledBy, sealKey }) => {
    const device = catalog.devices.get(deviceId);
    const isServed = device?.status === 'active' && device.kind !== 'relay' && street.has(device.unit);
    return isServed ? [{ device, enrolledAt, enrolledBy, sealKey }] : [];
  });
  const digest = createHash('sha256').update(canonicalize({ staff, devices })).digest('base64url');
  return { v: 1, digest, staff, devices };
}
