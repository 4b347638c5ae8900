/** Staff credentials, devices, enrolment codes and other small typed documents of the hub, in the database `directory`. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId, StaffId, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Store } from './store.ts';

/** A value and the revision it was read under. */
export interface Versioned<T> {
  value: T;
  /** To be handed back on the next put. Opaque. */
  rev: string;
}

/** How a member of staff logs in. Name, unit and roles are in the catalog (`staff:<id>`). */
export interface StaffCredential {
  staffId: StaffId;
  /** argon2id, in its own encoded form. */
  passwordHash: string;
  /** Wrong passwords in a row. */
  failures: number;
  /** Milliseconds since the epoch; 0 when not locked out. */
  lockedUntil: number;
  /** Milliseconds since the epoch. */
  passwordChangedAt: number;
}

/** What the hub keeps of a device beside its public entry in the catalog (`device:<id>`). */
export interface DeviceRecord {
  device: DeviceKey;
  /** Milliseconds since the epoch. */
  enrolledAt: number;
  /** Who made the enrolment code. */
  enrolledBy: StaffId;
  lastSeenAt?: number;
}

/** A one-time code, kept as its hash only. */
export interface EnrolmentCode {
  /** Hex or base64url hash; it names the document. */
  codeHash: string;
  unit: UnitCode;
  createdBy: StaffId;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt: number;
}

/** Documents of one kind, typed by their owner. Ids: any non-empty string. */
export interface TypedDocuments<T> {
  find(id: string): Promise<Versioned<T> | undefined>;
  /** Compare-and-set: no `rev` means «must not exist yet». */
  put(id: string, value: T, rev?: string): Promise<'written' | 'conflict'>;
  /** Compare-and-set. */
  remove(id: string, rev: string): Promise<'written' | 'conflict'>;
  /** All of this kind, by id. */
  list(): Promise<(Versioned<T> & { id: string })[]>;
}

export interface DirectoryStore {
  findStaffCredential(staffId: StaffId): Promise<Versioned<StaffCredential> | undefined>;
  putStaffCredential(credential: StaffCredential, rev?: string): Promise<'written' | 'conflict'>;
  findDevice(deviceId: DeviceId): Promise<Versioned<DeviceRecord> | undefined>;
  putDevice(record: DeviceRecord, rev?: string): Promise<'written' | 'conflict'>;
  listDevices(): Promise<DeviceRecord[]>;
  putEnrolmentCode(code: EnrolmentCode): Promise<'written' | 'conflict'>;
  /** Takes a code out, for one caller only, however many ask at once on however many processes. Undefined: unknown, used or expired. */
  takeEnrolmentCode(codeHash: string, nowMs: number): Promise<EnrolmentCode | undefined>;
  /** Any other kind, e.g. `documents<RuleDraft>('rule-draft')`. Kinds: `[a-z-]+`, other than staff, device and code. */
  documents<T extends object>(kind: string): TypedDocuments<T>;
}
