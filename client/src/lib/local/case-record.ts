/**
 * A case as it lies in IndexedDB: what lists sort and filter by, and the document as one string, because deep objects
 * are slow to clone. Nothing outside `body` is personal data.
 */
import type { CaseDocument, CaseStatus } from '@sanji/sync/domain/action';
import type { ActionId, DeviceId } from '@sanji/sync/domain/identifiers';
import { fold } from '@sanji/sync/domain/fold';
import { ENDS } from '@sanji/sync/domain/lifecycle';
import { relayedOf, unsentOf } from '@sanji/sync/domain/relayed';
import { packCase } from '@sanji/sync/protocol/pack-case';
import type { Seal } from './seal.ts';

export interface CaseRecord {
  caseId: string;
  n: number;
  /**
   * 0: every action is ruled · 1: in the outbox · 2: parked, a person must act · 3: nothing to send, yet not settled: a rejection of this device,
   * or actions that wait at the street relay.
   */
  dirty: 0 | 1 | 2 | 3;
  /** `gone` marks the tombstone of a case that left this unit. */
  status: CaseStatus | 'gone';
  holder: string;
  caseNo: string;
  matterId: string;
  /** What the workbench reads first: the time of receipt while the case is open, `CLOSED` afterwards. */
  queue: number;
  receivedAt: number;
  /** The CaseDocument as JSON, sealed; in a tombstone as `tombstone.ts` has it. */
  body: string;
  /** The problem a parked case waits with as JSON, sealed; otherwise empty. */
  problem: string;
}

/** Sort after every real time, up to the largest a Date can hold. */
export const CLOSED = 8_639_999_999_999_999;
/** The tombstones, apart so that they can be found. */
export const GONE = 8_640_000_000_000_000;
const ENDED: ReadonlySet<string> = new Set<string>([...ENDS, 'gone']);

export function queueOf(status: string, receivedAt: number): number {
  return ENDED.has(status) ? CLOSED : receivedAt;
}

export function rejectedOf(doc: CaseDocument, deviceId: DeviceId): ActionId[] {
  return Object.keys(doc.rulings).filter(
    (id) => doc.rulings[id]?.verdict === 'rejected' && id.startsWith(`${deviceId}.`),
  );
}

export async function recordOf(
  doc: CaseDocument,
  { deviceId, seal }: { deviceId: DeviceId; seal: Seal },
): Promise<CaseRecord> {
  const { body, ...index } = packedOf(doc);
  return {
    ...index,
    dirty: dirtyOf(doc, deviceId),
    queue: queueOf(index.status, index.receivedAt),
    body: await seal.seal(body, doc._id),
    problem: '',
  };
}

/** As the hub packs it for a first load. */
export function packedOf(doc: CaseDocument): ReturnType<typeof packCase> {
  return packCase(fold(doc), doc);
}

export function dirtyOf(doc: CaseDocument, deviceId: DeviceId): CaseRecord['dirty'] {
  if (unsentOf(doc).length > 0) return 1;
  return relayedOf(doc).length > 0 || rejectedOf(doc, deviceId).length > 0 ? 3 : 0;
}

export async function documentOf({ caseId, body }: CaseRecord, seal: Seal): Promise<CaseDocument> {
  return JSON.parse(await seal.unseal(body, caseId)) as CaseDocument;
}

/** Under which a parked case's problem is sealed. */
export function problemLabel(caseId: string): string {
  return `${caseId}#problem`;
}
