/**
 * What was read a moment ago, so that a case that is read, ruled and written does not ask the disk three times. It decides nothing: each
 * write is compared and set on the disk, so what another tab has changed meanwhile is a conflict, and is read again.
 */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { RxDocumentData } from 'rxdb/plugins/core';
import type { CaseRecord } from './case-record.ts';

export type Stored = RxDocumentData<CaseRecord>;

/** What the lanes of a push have under way, and what they take next. */
const MAX_RECORDS = 1_000;

export class RecentRecords {
  readonly #records = new Map<CaseId, Stored>();
  readonly #documents = new Map<CaseId, CaseDocument>();

  /** @param doc given once to `takeDocument` */
  note(record: Stored, doc?: CaseDocument): void {
    this.forget(record.caseId);
    this.#records.set(record.caseId, record);
    if (doc !== undefined) this.#documents.set(record.caseId, doc);
    const [oldest] = this.#records.keys();
    if (this.#records.size > MAX_RECORDS && oldest !== undefined) this.forget(oldest);
  }

  /** Undefined unless it was read under just this revision. */
  record(caseId: CaseId, revision: string | undefined): Stored | undefined {
    const record = this.#records.get(caseId);
    return record?._rev === revision ? record : undefined;
  }

  /** Once: who asks again wants to know what is there now. */
  takeDocument(caseId: CaseId): { doc: CaseDocument; revision: string } | undefined {
    const [record, doc] = [this.#records.get(caseId), this.#documents.get(caseId)];
    if (record === undefined || doc === undefined) return undefined;
    this.#documents.delete(caseId);
    return { doc, revision: record._rev };
  }

  forget(caseId: CaseId): void {
    this.#records.delete(caseId);
    this.#documents.delete(caseId);
  }

  clear(): void {
    this.#records.clear();
    this.#documents.clear();
  }
}
