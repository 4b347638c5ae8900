/** What stays of a case that left this unit: which state of it said so, and sealed, for a while, this terminal's own work on it. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import { FIRST_EPOCH } from '@sanji/sync/domain/epoch';
import type { Gone, KeptWork } from '@sanji/sync/replication/ports';
import { GONE, type CaseRecord } from './case-record.ts';
import type { Seal } from './seal.ts';

/** The body of a tombstone: the epoch of its `n`, then since when something is kept, and that. All in digits but the last. */
const BODY = /^(\d*)(?: (\d+) (.*))?$/s;

export async function tombstoneOf(caseId: string, { n, epoch, kept }: Gone, seal: Seal): Promise<CaseRecord> {
  const sealed =
    kept === undefined ? [] : [kept.since, await seal.seal(JSON.stringify(kept.log), keptLabel(caseId))];
  return {
    caseId,
    n,
    dirty: 0,
    status: 'gone',
    holder: '',
    caseNo: '',
    matterId: '',
    queue: GONE,
    receivedAt: 0,
    body: [epoch, ...sealed].join(' '),
    problem: '',
  };
}

/** The state that the tombstone speaks of. */
export function goneOf({ n, body }: Pick<CaseRecord, 'n' | 'body'>): Pick<Gone, 'n' | 'epoch'> {
  const epoch = BODY.exec(body)?.[1] ?? '';
  return { n, epoch: epoch === '' ? FIRST_EPOCH : Number(epoch) };
}

export async function keptOf({ caseId, body }: CaseRecord, seal: Seal): Promise<KeptWork | undefined> {
  const [, , since, sealed] = BODY.exec(body) ?? [];
  if (sealed === undefined) return undefined;
  const log = JSON.parse(await seal.unseal(sealed, keptLabel(caseId))) as CaseDocument;
  return { log, since: Number(since) };
}

/** Whether it keeps what was kept before that time, milliseconds since the epoch. */
export function isOverdue({ status, body }: CaseRecord, before: number): boolean {
  const since = status === 'gone' ? BODY.exec(body)?.[2] : undefined;
  return since !== undefined && Number(since) < before;
}

/** The same without what it keeps. */
export function emptied<T extends CaseRecord>(grave: T): T {
  return { ...grave, body: String(goneOf(grave).epoch) };
}

function keptLabel(caseId: string): string {
  return `${caseId}#kept`;
}
