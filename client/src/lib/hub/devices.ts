/** The terminals of the district as the hub knows them, for its administrators. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

/** Times are milliseconds since the epoch, by the hub's clock. */
export interface HubDevice {
  device: DeviceKey;
  enrolledAt?: number;
  enrolledBy?: string;
  lastSeenAt?: number;
  /** The whole catalog as of `at`; `rulesSeq`: the newest publication of rules in it. */
  catalog?: { at: number; rulesSeq: number };
  revoked?: { at: number; by: string; reason: string };
  /** Actions others build on and the hub has not got. */
  missing: number;
  /** What the hub noticed: codes of problems. */
  marks: string[];
}

export interface EnrolmentCode {
  code: string;
  expiresAt: number;
}

export function listDevices(): Promise<Result<HubDevice[]>> {
  return askJson({ path: '/api/devices' });
}

/** Good once, for one device of the kind. */
export function issueEnrolmentCode(request: {
  unit: UnitCode;
  kind?: 'relay';
}): Promise<Result<EnrolmentCode>> {
  return askJson({ method: 'POST', path: '/api/enrolment-codes', body: request });
}

/** Idempotent; the first reason stays. */
export function revokeDevice(deviceId: DeviceId, reason: string): Promise<Result<undefined>> {
  const path = `/api/devices/${encodeURIComponent(deviceId)}/revoke`;
  return askJson({ method: 'POST', path, body: { reason } });
}
