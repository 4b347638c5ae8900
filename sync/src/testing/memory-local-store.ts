/** A station's store in memory. Survives what the tests call a crash, as a disk would. */
import type { CaseDocument, SignedAction } from '../domain/action.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import { outranks } from '../domain/catalog-index.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import { deviceOf } from '../domain/action.ts';
import type { Problem } from '../domain/problem.ts';
import { unsentOf } from '../domain/relayed.ts';
import type { PackedCase } from '../protocol/messages.ts';
import type {
  AnswerJournal,
  DeviceState,
  DeviceStore,
  Gone,
  KeptWork,
  LocalCase,
  LocalCounts,
  LocalStore,
  LocalWrite,
  NotedAnswer,
  Stray,
} from '../replication/ports.ts';
import { takeBack } from '../replication/take-back.ts';
import { frozen } from './frozen.ts';

type Row =
  | { kind: 'case'; doc: CaseDocument; revision: number; parked?: Problem }
  | { kind: 'tombstone'; goneN: number; goneEpoch: number; kept?: KeptWork; revision: number };

/** Small, so that a walk takes several pieces. */
const WALK = 3;

export class MemoryLocalStore implements LocalStore {
  readonly rows = new Map<CaseId, Row>();
  readonly strays = new Map<string, Stray>();
  readonly catalog = new Map<string, CatalogDocument>();
  readonly checkpoints = new Map<string, string>();
  knownEpoch: Epoch | null = null;
  knownRelay: string | null = null;
  readonly answers = new MemoryAnswerJournal();
  #revision = 0;

  async read(caseId: CaseId): Promise<LocalCase | undefined> {
    const row = this.rows.get(caseId);
    if (row === undefined) return undefined;
    const revision = String(row.revision);
    if (row.kind === 'case') return { kind: 'case', doc: row.doc, revision };
    return { ...row, revision };
  }

  async write(doc: CaseDocument, revision: string | undefined): Promise<boolean> {
    const row = this.rows.get(doc._id);
    if (!isAt(row, revision)) return false;
    this.rows.set(doc._id, { kind: 'case', doc: frozen(doc), revision: ++this.#revision });
    return true;
  }

  async readMany(caseIds: CaseId[]): Promise<(LocalCase | undefined)[]> {
    return Promise.all(caseIds.map((caseId) => this.read(caseId)));
  }

  async writeMany(rows: LocalWrite[]): Promise<boolean[]> {
    return Promise.all(rows.map(({ doc, revision }) => this.write(doc, revision)));
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    const here = rows.filter(({ caseId }) => this.rows.has(caseId)).map(({ caseId }) => caseId);
    for (const { caseId, body } of rows) {
      if (this.rows.has(caseId)) continue;
      this.rows.set(caseId, {
        kind: 'case',
        doc: frozen(JSON.parse(body) as CaseDocument),
        revision: ++this.#revision,
      });
    }
    return here;
  }

  async bury(caseId: CaseId, { n, epoch, kept }: Gone, revision: string): Promise<boolean> {
    if (!isAt(this.rows.get(caseId), revision)) return false;
    const tombstone = { kind: 'tombstone' as const, goneN: n, goneEpoch: epoch, ...(kept && { kept }) };
    this.rows.set(caseId, { ...frozen(tombstone), revision: ++this.#revision });
    return true;
  }

  async *walk(): AsyncGenerator<CaseDocument[]> {
    const ids = [...this.rows.keys()].sort();
    for (let i = 0; i < ids.length; i += WALK) {
      yield ids.slice(i, i + WALK).flatMap((id) => {
        const row = this.rows.get(id);
        return row?.kind === 'case' ? [row.doc] : row?.kept === undefined ? [] : [row.kept.log];
      });
    }
  }

  async dirty(limit: number, except: ReadonlySet<CaseId> = new Set()): Promise<CaseDocument[]> {
    return [...this.rows.values()]
      .flatMap((row) =>
        row.kind === 'case' && row.parked === undefined && isDirty(row.doc) && !except.has(row.doc._id)
          ? [row.doc]
          : [],
      )
      .slice(0, limit);
  }

  async park(caseId: CaseId, problem: Problem): Promise<void> {
    const row = this.rows.get(caseId);
    if (row?.kind === 'case') this.rows.set(caseId, { ...row, parked: problem });
  }

  async addStrays(strays: Stray[]): Promise<void> {
    for (const stray of strays) this.strays.set(`${stray.action.body.id} ${stray.action.hash}`, stray);
  }

  async writeCatalog(docs: CatalogDocument[]): Promise<void> {
    for (const doc of docs) {
      const known = this.catalog.get(doc._id);
      if (known === undefined || outranks(doc, known)) this.catalog.set(doc._id, doc);
    }
  }

  async readCatalog(): Promise<CatalogDocument[]> {
    return [...this.catalog.values()];
  }

  async epoch(): Promise<Epoch | null> {
    return this.knownEpoch;
  }

  async saveEpoch(epoch: Epoch): Promise<void> {
    this.knownEpoch = epoch;
  }

  async relay(): Promise<string | null> {
    return this.knownRelay;
  }

  async moveTo(relay: string | null): Promise<void> {
    for (const caseId of this.rows.keys()) await takeBack(this, caseId);
    this.knownRelay = relay;
  }

  async checkpoint(feed: string): Promise<string | null> {
    return this.checkpoints.get(feed) ?? null;
  }

  async saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    this.checkpoints.set(feed, checkpoint);
  }

  /** The same disk a second time, as when a browser profile is cloned. */
  copy(): MemoryLocalStore {
    const made = new MemoryLocalStore();
    for (const [caseId, row] of this.rows) made.rows.set(caseId, row);
    for (const [key, stray] of this.strays) made.strays.set(key, stray);
    for (const [id, doc] of this.catalog) made.catalog.set(id, doc);
    for (const [feed, checkpoint] of this.checkpoints) made.checkpoints.set(feed, checkpoint);
    made.knownEpoch = this.knownEpoch;
    made.knownRelay = this.knownRelay;
    for (const [entry, answers] of this.answers.entries) made.answers.entries.set(entry, answers);
    made.#revision = this.#revision;
    return made;
  }

  counts(deviceId: string): LocalCounts {
    const counts = { pending: 0, relayed: 0, rejected: this.strays.size, parked: 0 };
    for (const row of this.rows.values()) {
      if (row.kind !== 'case') continue;
      if (row.parked !== undefined) counts.parked += 1;
      for (const action of Object.values(row.doc.actions)) {
        const ruling = row.doc.rulings[action.body.id];
        if (ruling === undefined) counts[isRelayed(row.doc, action) ? 'relayed' : 'pending'] += 1;
        else if (ruling.verdict === 'rejected' && deviceOf(action) === deviceId) counts.rejected += 1;
      }
    }
    return counts;
  }

  parked(caseId: CaseId): Problem | undefined {
    const row = this.rows.get(caseId);
    return row?.kind === 'case' ? row.parked : undefined;
  }
}

export class MemoryAnswerJournal implements AnswerJournal {
  /** So that small stories tell of it too. */
  worthFrom = 1;
  readonly entries = new Map<number, NotedAnswer[]>();
  #last = 0;

  async add(answers: NotedAnswer[]): Promise<number> {
    // A copy goes on where its original was.
    this.#last = Math.max(this.#last, ...this.entries.keys()) + 1;
    this.entries.set(this.#last, frozen(answers));
    return this.#last;
  }

  async read(): Promise<{ entry: number; answers: NotedAnswer[] }[]> {
    return [...this.entries].map(([entry, answers]) => ({ entry, answers }));
  }

  async forget(entries: number[]): Promise<void> {
    for (const entry of entries) this.entries.delete(entry);
  }
}

function isAt(row: Row | undefined, revision: string | undefined): boolean {
  return row === undefined ? revision === undefined : String(row.revision) === revision;
}

function isDirty(doc: CaseDocument): boolean {
  return unsentOf(doc).length > 0;
}

function isRelayed({ relayed = [] }: CaseDocument, { body }: SignedAction): boolean {
  return relayed.includes(body.id);
}

export class MemoryDeviceStore implements DeviceStore {
  state: DeviceState = { counter: 0, tip: null, intent: null, numbers: {} };
  #last: Promise<unknown> = Promise.resolve();

  async read(): Promise<DeviceState> {
    return this.state;
  }

  async save(state: DeviceState): Promise<void> {
    this.state = frozen(state);
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** A process that died holds no lock. */
  unlock(): void {
    this.#last = Promise.resolve();
  }
}
