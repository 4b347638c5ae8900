/** What the screens read of the cases: the open ones first, then everything in pieces, then each change. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import type { DexieStorageInternals } from 'rxdb';
import type { CaseCollection } from './case-database.ts';
import { CLOSED, documentOf, type CaseRecord } from './case-record.ts';

/** `doc` is undefined when the case has left this unit. */
export interface StoredCase {
  caseId: CaseId;
  doc?: CaseDocument;
  /** The problem a parked case waits with. */
  parked?: Problem;
}

function storedOf(record: CaseRecord): StoredCase {
  if (record.status === 'gone') return { caseId: record.caseId };
  const stored: StoredCase = { caseId: record.caseId, doc: documentOf(record) };
  if (record.problem !== '') stored.parked = JSON.parse(record.problem) as Problem;
  return stored;
}

export class CaseReader {
  readonly #cases: CaseCollection;

  constructor(cases: CaseCollection) {
    this.#cases = cases;
  }

  async find(caseId: CaseId): Promise<StoredCase | undefined> {
    const found = await this.#cases.findOne(caseId).exec();
    return found === null ? undefined : storedOf(found);
  }

  /** The oldest open cases, the unsent ones before them: what the first screen shows while the rest is read. */
  async firstPage(limit: number): Promise<StoredCase[]> {
    const pages = await Promise.all(
      ([2, 3, 1, 0] as const).map((dirty) =>
        this.#cases
          .find({
            selector: { dirty, queue: { $lt: CLOSED } },
            sort: [{ dirty: 'asc' }, { queue: 'asc' }],
            index: ['dirty', 'queue'],
            limit,
          })
          .exec(),
      ),
    );
    return pages.flat().map(storedOf);
  }

  /**
   * Every case, `size` at a time in the order of their ids. Reads the table under RxDB: its queries walk a cursor record by record,
   * 28 s for 10,000 cases against less than one in pieces.
   */
  async *all(size: number): AsyncGenerator<StoredCase[]> {
    const { dexieTable } = await (this.#cases.storageInstance.internals as DexieStorageInternals);
    let last = '';
    for (;;) {
      const page = (await dexieTable.where('caseId').above(last).limit(size).toArray()) as CaseRecord[];
      if (page.length > 0) yield page.map(storedOf);
      if (page.length < size) return;
      last = page.at(-1)?.caseId ?? last;
    }
  }

  /** Calls back after each write of any tab. Returns how to stop. */
  watch(changed: (stored: StoredCase) => void): () => void {
    const subscription = this.#cases.$.subscribe(({ documentData }) => {
      changed(storedOf(documentData));
    });
    return () => {
      subscription.unsubscribe();
    };
  }
}
