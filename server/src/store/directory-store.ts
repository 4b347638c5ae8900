/** Staff credentials, devices, enrolment codes and other small typed documents of the hub, in the database `directory`. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId, StaffId, UnitCode } from '@sanji/sync/domain/identifiers';
import { randomUUID } from 'node:crypto';
import { StoreError } from './store-error.ts';
import type { Database, Store, StoredDocument } from './store.ts';

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
  /** An administrator has seen the password: it only opens the way to a new one. */
  mustChange?: boolean;
  /** argon2id hashes of the passwords before, the newest first. */
  formerHashes?: string[];
}

/** When a device last had the whole catalog, and the newest publication of rules and of offices in it (0: none). */
export interface HeldCatalog {
  at: number;
  rulesSeq: number;
  /** Absent: written down before there were any. */
  officeSeq?: number;
}

/** What the hub keeps of a device beside its public entry in the catalog (`device:<id>`). */
export interface DeviceRecord {
  device: DeviceKey;
  /** Milliseconds since the epoch. */
  enrolledAt: number;
  /** Who made the enrolment code. */
  enrolledBy: StaffId;
  lastSeenAt?: number;
  catalog?: HeldCatalog;
  /** Why it was taken out of service, by whom, and when. */
  revoked?: { at: number; by: StaffId; reason: string };
  /**
   * base64url of the 32 bytes under which the terminal seals what lies on its disk. Kept here so that any clerk of the unit can unlock the
   * terminal, and so that what it hands over sealed can be read.
   */
  sealKey: string;
}

/** A one-time code, kept as its hash only. */
export interface EnrolmentCode {
  /** Hex or base64url hash; it names the document. */
  codeHash: string;
  unit: UnitCode;
  /** What joins with it. Absent: a terminal. */
  kind?: 'relay';
  createdBy: StaffId;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt: number;
}

/** Between the clocks of several hub processes. */
const CLOCK_SLACK_MS = 5 * 60_000;

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
  /** By staff id. */
  listStaffCredentials(): Promise<StaffCredential[]>;
  /** Nothing when there is none. */
  removeStaffCredential(staffId: StaffId): Promise<void>;
  findDevice(deviceId: DeviceId): Promise<Versioned<DeviceRecord> | undefined>;
  putDevice(record: DeviceRecord, rev?: string): Promise<'written' | 'conflict'>;
  listDevices(): Promise<DeviceRecord[]>;
  /** Nothing when there is none. */
  removeDevice(deviceId: DeviceId): Promise<void>;
  putEnrolmentCode(code: EnrolmentCode): Promise<'written' | 'conflict'>;
  /**
   * Takes a code out, for one caller only, however many ask at once on however many processes. Undefined: unknown, used, expired, made at a
   * time that is still to come, or for another kind of device.
   */
  takeEnrolmentCode(
    codeHash: string,
    nowMs: number,
    kind?: EnrolmentCode['kind'],
  ): Promise<EnrolmentCode | undefined>;
  /** After a restore: what was taken since the backup must not be taken again. Idempotent. */
  voidEnrolmentCodes(): Promise<void>;
  /** Any other kind, e.g. `documents<RuleDraft>('rule-draft')`. Kinds: `[a-z-]+`, other than staff, device and code. */
  documents<T extends object>(kind: string): TypedDocuments<T>;
}

interface DirectoryDocument extends StoredDocument {
  value: object;
}
/** `takenBy` is unique to one attempt: two processes that meet on one code can tell whose write it was. */
interface CodeState extends EnrolmentCode {
  takenBy?: string;
}

export async function openDirectoryStore(store: Store): Promise<DirectoryStore> {
  return new DirectoryDatabase(await store.open<DirectoryDocument>('directory', { reconcile: careful }));
}

class DirectoryDatabase implements DirectoryStore {
  readonly #database: Database<DirectoryDocument>;
  readonly #staff: TypedDocuments<StaffCredential>;
  readonly #devices: TypedDocuments<DeviceRecord>;
  readonly #codes: TypedDocuments<CodeState>;

  constructor(database: Database<DirectoryDocument>) {
    this.#database = database;
    this.#staff = new DocumentsOfKind(database, 'staff');
    this.#devices = new DocumentsOfKind(database, 'device');
    this.#codes = new DocumentsOfKind(database, 'code');
  }

  findStaffCredential(staffId: StaffId): Promise<Versioned<StaffCredential> | undefined> {
    return this.#staff.find(staffId);
  }

  putStaffCredential(credential: StaffCredential, rev?: string): Promise<'written' | 'conflict'> {
    return this.#staff.put(credential.staffId, credential, rev);
  }

  async listStaffCredentials(): Promise<StaffCredential[]> {
    return (await this.#staff.list()).map(({ value }) => value);
  }

  removeStaffCredential(staffId: StaffId): Promise<void> {
    return removeWhole(this.#staff, staffId);
  }

  findDevice(deviceId: DeviceId): Promise<Versioned<DeviceRecord> | undefined> {
    return this.#devices.find(deviceId);
  }

  putDevice(record: DeviceRecord, rev?: string): Promise<'written' | 'conflict'> {
    return this.#devices.put(record.device.deviceId, record, rev);
  }

  async listDevices(): Promise<DeviceRecord[]> {
    return (await this.#devices.list()).map(({ value }) => value);
  }

  removeDevice(deviceId: DeviceId): Promise<void> {
    return removeWhole(this.#devices, deviceId);
  }

  putEnrolmentCode(code: EnrolmentCode): Promise<'written' | 'conflict'> {
    return this.#codes.put(code.codeHash, code);
  }

  async takeEnrolmentCode(
    codeHash: string,
    nowMs: number,
    kind?: EnrolmentCode['kind'],
  ): Promise<EnrolmentCode | undefined> {
    const found = await this.#codes.find(codeHash);
    if (found === undefined || found.value.takenBy !== undefined) return undefined;
    const { createdAt, expiresAt } = found.value;
    // Made while the clock was ahead, it would be good for as long as that and its day.
    if (expiresAt <= nowMs || createdAt - nowMs > CLOCK_SLACK_MS) return undefined;
    if (found.value.kind !== kind) return undefined;
    const verdict = await this.#codes.put(codeHash, { ...found.value, takenBy: randomUUID() }, found.rev);
    return verdict === 'written' ? found.value : undefined;
  }

  async voidEnrolmentCodes(): Promise<void> {
    for (const { id, rev } of await this.#codes.list()) await this.#codes.remove(id, rev);
  }

  documents<T extends object>(kind: string): TypedDocuments<T> {
    if (!/^[a-z-]+$/.test(kind) || ['staff', 'device', 'code'].includes(kind)) {
      throw new StoreError('misuse', `not a kind of document: ${kind}`);
    }
    return new DocumentsOfKind<T>(this.#database, kind);
  }
}

class DocumentsOfKind<T extends object> implements TypedDocuments<T> {
  readonly #database: Database<DirectoryDocument>;
  readonly #prefix: string;

  constructor(database: Database<DirectoryDocument>, kind: string) {
    this.#database = database;
    this.#prefix = `${kind}:`;
  }

  async find(id: string): Promise<Versioned<T> | undefined> {
    const doc = await this.#database.get(this.#prefix + id);
    return doc === undefined ? undefined : { value: doc.value as T, rev: doc._rev };
  }

  async put(id: string, value: T, rev?: string): Promise<'written' | 'conflict'> {
    const doc: DirectoryDocument = { _id: this.#prefix + id, value };
    const { kind } = await this.#database.put(rev === undefined ? doc : { ...doc, _rev: rev });
    return kind;
  }

  async remove(id: string, rev: string): Promise<'written' | 'conflict'> {
    const { kind } = await this.#database.remove(this.#prefix + id, rev);
    return kind;
  }

  async list(): Promise<(Versioned<T> & { id: string })[]> {
    const docs = await this.#database.range({ startkey: this.#prefix, endkey: `${this.#prefix}\uffff` });
    return docs.map((doc) => ({
      id: doc._id.slice(this.#prefix.length),
      value: doc.value as T,
      rev: doc._rev,
    }));
  }
}

/** Whoever writes meanwhile: it goes all the same. */
async function removeWhole(documents: TypedDocuments<object>, id: string): Promise<void> {
  for (;;) {
    const found = await documents.find(id);
    if (found === undefined || (await documents.remove(id, found.rev)) === 'written') return;
  }
}

/** After a partition the branch that allows less wins: a code once taken stays taken, a device once revoked stays revoked. */
function careful(winner: DirectoryDocument, rivals: DirectoryDocument[]): DirectoryDocument {
  return [winner, ...rivals].find(forbids) ?? winner;
}

function forbids({ value }: DirectoryDocument): boolean {
  if ('takenBy' in value) return true;
  return 'device' in value && (value as DeviceRecord).device.status === 'revoked';
}
