/**
 * What the hub remembers of its restores, in the database `restores`: cases and entries of the catalog that came back, and signs that a
 * backup was put back and the restore not finished. No personal data.
 */
import type { BehindEvidence } from '@sanji/sync/replication/ports';
import type { Database, Store, StoredDocument } from './store.ts';

export interface ReturnedCase {
  caseId: string;
  /** The unit whose station brought it first. */
  unit: string;
  /** Milliseconds since the epoch. */
  at: number;
}
export interface ReturnedEntry {
  /** Id of the catalog entry, e.g. `device:d7k2m9q4`. */
  entry: string;
  at: number;
}
/** Signs in one epoch that stations know more than the store. */
export interface BehindNotice {
  epoch: number;
  firstAt: number;
  lastAt: number;
  times: number;
  /** The first few cases concerned. */
  cases: string[];
  /** The kinds of evidence seen. */
  kinds: BehindEvidence['kind'][];
  /** The highest epoch a station has spoken of. */
  highest: number;
}

export interface RestoreStore {
  /** Idempotent: the first note of a case in an epoch stays. */
  noteCases(epoch: number, cases: ReturnedCase[]): Promise<void>;
  noteEntries(epoch: number, entries: ReturnedEntry[]): Promise<void>;
  casesOf(epoch: number, limit: number): Promise<ReturnedCase[]>;
  entriesOf(epoch: number, limit: number): Promise<ReturnedEntry[]>;
  /** Adds to the notice of the epoch; true when it is the first. */
  noteBehind(epoch: number, evidence: BehindEvidence, at: number): Promise<boolean>;
  behind(): Promise<BehindNotice[]>;
}

interface RestoreDocument extends StoredDocument {
  returned?: ReturnedCase;
  entry?: ReturnedEntry;
  behind?: BehindNotice;
}

const SAMPLE_CASES = 50;

export async function openRestoreStore(store: Store): Promise<RestoreStore> {
  return new RestoreDatabase(await store.open<RestoreDocument>('restores'));
}

class RestoreDatabase implements RestoreStore {
  readonly #database: Database<RestoreDocument>;

  constructor(database: Database<RestoreDocument>) {
    this.#database = database;
  }

  async noteCases(epoch: number, cases: ReturnedCase[]): Promise<void> {
    await this.#database.putMany(
      cases.map((returned) => ({ _id: `${keyOf('case', epoch)}${returned.caseId}`, returned })),
    );
  }

  async noteEntries(epoch: number, entries: ReturnedEntry[]): Promise<void> {
    await this.#database.putMany(
      entries.map((entry) => ({ _id: `${keyOf('entry', epoch)}${entry.entry}`, entry })),
    );
  }

  async casesOf(epoch: number, limit: number): Promise<ReturnedCase[]> {
    const docs = await this.#database.range({ ...rangeOf('case', epoch), limit });
    return docs.flatMap(({ returned }) => returned ?? []);
  }

  async entriesOf(epoch: number, limit: number): Promise<ReturnedEntry[]> {
    const docs = await this.#database.range({ ...rangeOf('entry', epoch), limit });
    return docs.flatMap(({ entry }) => entry ?? []);
  }

  async noteBehind(epoch: number, evidence: BehindEvidence, at: number): Promise<boolean> {
    const _id = `behind:${pad(epoch)}`;
    for (;;) {
      const known = await this.#database.get(_id);
      const next = withEvidence(known?.behind ?? fresh(epoch, at), evidence, at);
      const doc: RestoreDocument = { _id, behind: next };
      const { kind } = await this.#database.put(known === undefined ? doc : { ...doc, _rev: known._rev });
      if (kind === 'written') return known === undefined;
    }
  }

  async behind(): Promise<BehindNotice[]> {
    const docs = await this.#database.range({ startkey: 'behind:', endkey: 'behind:\uffff' });
    return docs.flatMap(({ behind }) => behind ?? []);
  }
}

function fresh(epoch: number, at: number): BehindNotice {
  return { epoch, firstAt: at, lastAt: at, times: 0, cases: [], kinds: [], highest: epoch };
}

function withEvidence(notice: BehindNotice, evidence: BehindEvidence, at: number): BehindNotice {
  const cases = evidence.kind === 'case' ? [evidence.caseId] : [];
  const theirs = evidence.kind === 'epoch' ? evidence.theirs : notice.epoch;
  return {
    ...notice,
    lastAt: at,
    times: notice.times + 1,
    cases: [...new Set([...notice.cases, ...cases])].slice(0, SAMPLE_CASES),
    kinds: [...new Set([...notice.kinds, evidence.kind])],
    highest: Math.max(notice.highest, theirs),
  };
}

function pad(epoch: number): string {
  return String(epoch).padStart(15, '0');
}

function keyOf(kind: 'case' | 'entry', epoch: number): string {
  return `${kind}:${pad(epoch)}:`;
}

function rangeOf(kind: 'case' | 'entry', epoch: number): { startkey: string; endkey: string } {
  return { startkey: keyOf(kind, epoch), endkey: `${keyOf(kind, epoch)}\uffff` };
}
