/**
 * What was read a moment ago, so that a case that is read, ruled and written does not ask the disk three times. It decides nothing: each
 * write is compared and set on the disk, so what another tab has changed meanwhile is a conflict, and is read again.
 */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { RxDocumentData } from 'rxdb/plugins/core';
import type { CaseRecord } from './case-record.ts';

export type Stored = RxDocumentData<CaseRecord>;

/** What the lanes of a push have under way and what waits to be written, and what they take next. */
const MAX_RECORDS = 2_000;

interface Recent {
  record: Stored;
  /** The last mark of the outbox before it was read (`case-table.ts`). */
  mark?: number;
  /** Given once to `takeDocument`. */
  doc?: CaseDocument;
}

export class RecentRecords {
  readonly #recent = new Map<CaseId, Recent>();

  note(record: Stored, read: Pick<Recent, 'mark' | 'doc'> = {}): void {
    this.forget(record.caseId);
    this.#recent.set(record.caseId, { ...read, record });
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > MAX_RECORDS && oldest !== undefined) this.forget(oldest);
  }

  /** Undefined unless it was read under just this revision. */
  find(caseId: CaseId, revision: string | undefined): Omit<Recent, 'doc'> | undefined {
    const recent = this.#recent.get(caseId);
    return recent?.record._rev === revision ? recent : undefined;
  }

  /** Once: who asks again wants to know what is there now. */
  takeDocument(caseId: CaseId): { doc: CaseDocument; revision: string } | undefined {
    const recent = this.#recent.get(caseId);
    if (recent?.doc === undefined) return undefined;
    const { doc, ...rest } = recent;
    this.#recent.set(caseId, rest);
    return { doc, revision: recent.record._rev };
  }

  forget(caseId: CaseId): void {
    this.#recent.delete(caseId);
  }

  clear(): void {
    this.#recent.clear();
  }
}
