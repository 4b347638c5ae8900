/**
 * A relay's cases as a station's store: so the very push, pull and renewal of stations exchange them with the district. What comes from the
 * district goes on to the street's feeds, since every write is a turn of its case and wakes the router.
 */
import type { CaseDocument } from '../domain/action.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { CaseId, UnitCode } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import type { Aside, PackedCase } from '../protocol/messages.ts';
import type { Gone, LocalCase, LocalCounts, LocalStore, LocalWrite, MasterStore, Stray } from './ports.ts';
import {
  buried,
  isRelayCase,
  isTombstone,
  logOf,
  newRelayCase,
  unruledOf,
  withAside,
  withLog,
  withPark,
} from './relay-case.ts';
import type { RelayCase } from './relay-case.ts';

/** Which cases may hold an unruled action. Entered before the case is written, so that a crash forgets none. */
export interface Outbox {
  add(caseIds: CaseId[]): Promise<void>;
  remove(caseIds: CaseId[]): Promise<void>;
  all(): Promise<CaseId[]>;
}

/** What the relay remembers beside its cases. */
export interface RelayMemory extends Pick<
  LocalStore,
  'writeCatalog' | 'readCatalog' | 'epoch' | 'saveEpoch' | 'checkpoint' | 'saveCheckpoint'
> {
  /** District clock − relay clock, milliseconds, as last saved; 0 before. */
  offset(): Promise<number>;
  saveOffset(offsetMs: number): Promise<void>;
}

export interface RelayStorePorts {
  master: MasterStore;
  outbox: Outbox;
  memory: RelayMemory;
  /** The units of the street, as of now. */
  street: () => ReadonlySet<UnitCode>;
  /** Wakes the router. Called after the write. */
  onWritten: (caseIds: CaseId[]) => void;
}

/** Of a case with unruled actions. */
interface Waiting {
  actions: number;
  isParked: boolean;
}

const PAGE = 500;
const WALK = 100;

export class RelayStore implements LocalStore {
  readonly #ports: RelayStorePorts;
  readonly #waiting = new Map<CaseId, Waiting>();
  #putting: Promise<unknown> = Promise.resolve();
  /** The district's; null before the first contact. */
  knownEpoch: Epoch | null;

  private constructor(ports: RelayStorePorts, knownEpoch: Epoch | null) {
    this.#ports = ports;
    this.knownEpoch = knownEpoch;
  }

  static async open(ports: RelayStorePorts): Promise<RelayStore> {
    const store = new RelayStore(ports, await ports.memory.epoch());
    const ids = await ports.outbox.all();
    for (let i = 0; i < ids.length; i += PAGE) {
      const page = ids.slice(i, i + PAGE);
      const found = await store.find(page);
      for (const each of found) if (each !== undefined) store.#note(each);
      await ports.outbox.remove(page.filter((id) => !store.#waiting.has(id)));
    }
    return store;
  }

  /** How much waits for the district; never rejected here, since the relay rules on nothing. */
  counts(): LocalCounts {
    const waiting = [...this.#waiting.values()];
    const pending = waiting.reduce((sum, { actions }) => sum + actions, 0);
    return { pending, relayed: 0, rejected: 0, parked: waiting.filter(({ isParked }) => isParked).length };
  }

  async find(caseIds: CaseId[]): Promise<(RelayCase | undefined)[]> {
    const found = await this.#ports.master.getMany(caseIds);
    return found.map((each) => (each !== undefined && isRelayCase(each) ? each : undefined));
  }

  /** Compare-and-set by `rev`; one verdict per case in order. One at a time, so that the outbox never lags behind the cases. */
  async put(cases: RelayCase[]): Promise<boolean[]> {
    if (cases.length === 0) return [];
    return this.#alone(() => this.#putNow(cases));
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#putting.then(work);
    this.#putting = done.catch(() => undefined);
    return done;
  }

  async #putNow(cases: RelayCase[]): Promise<boolean[]> {
    const entering = cases.filter((each) => unruledOf(each).length > 0 && !this.#waiting.has(each._id));
    if (entering.length > 0) await this.#ports.outbox.add(entering.map(({ _id }) => _id));
    // Before it is known what the store made of it: a write may have happened though its answer was lost.
    for (const each of entering) this.#note(each);
    const verdicts = (await this.#ports.master.putMany(cases)).map((verdict) => verdict === 'written');
    const written = cases.filter((_, i) => verdicts[i] === true);
    const left = written.filter((each) => !this.#note(each)).map(({ _id }) => _id);
    if (written.length > 0) this.#ports.onWritten(written.map(({ _id }) => _id));
    if (left.length > 0) await this.#ports.outbox.remove(left);
    return verdicts;
  }

  async read(caseId: CaseId): Promise<LocalCase | undefined> {
    return (await this.readMany([caseId]))[0];
  }

  async readMany(caseIds: CaseId[]): Promise<(LocalCase | undefined)[]> {
    return (await this.find(caseIds)).map((found) => (found === undefined ? undefined : localCase(found)));
  }

  async write(doc: CaseDocument, revision: string | undefined): Promise<boolean> {
    return (await this.writeMany([{ doc, revision }]))[0] === true;
  }

  async writeMany(rows: LocalWrite[]): Promise<boolean[]> {
    const known = await this.find(rows.map(({ doc }) => doc._id));
    const current = rows.flatMap((row, i) =>
      known[i]?.rev === row.revision
        ? [{ row, next: withLog(known[i] ?? newRelayCase(row.doc._id), row.doc) }]
        : [],
    );
    const verdicts = await this.put(current.map(({ next }) => next));
    const written = new Set(current.filter((_, i) => verdicts[i] === true).map(({ row }) => row));
    return rows.map((row) => written.has(row));
  }

  async insertPacked(rows: PackedCase[]): Promise<CaseId[]> {
    const writes = rows.map(({ body }) => ({ doc: JSON.parse(body) as CaseDocument, revision: undefined }));
    const verdicts = await this.writeMany(writes);
    return rows.filter((_, i) => verdicts[i] !== true).map(({ caseId }) => caseId);
  }

  async bury(caseId: CaseId, gone: Gone, revision: string): Promise<boolean> {
    const [known] = await this.find([caseId]);
    if (known?.rev !== revision) return false;
    return (await this.put([buried(known, gone, this.#ports.street())]))[0] === true;
  }

  async *walk(): AsyncGenerator<CaseDocument[]> {
    // The ids first: what is written during the walk comes anew in the changes, without end.
    const ids = await this.allIds();
    for (let i = 0; i < ids.length; i += WALK) {
      const found = await this.find(ids.slice(i, i + WALK));
      yield found.flatMap((each) => (each === undefined || isTombstone(each) ? [] : [logOf(each)]));
    }
  }

  async allIds(): Promise<CaseId[]> {
    const ids = new Set<CaseId>();
    for (let since: string | null = null; ;) {
      const page = await this.#ports.master.changes(since, PAGE);
      if (page.ids.length === 0) return [...ids];
      for (const id of page.ids) ids.add(id);
      since = page.last;
    }
  }

  async dirty(limit: number, except: ReadonlySet<CaseId> = new Set()): Promise<CaseDocument[]> {
    const open = [...this.#waiting]
      .filter(([id, { isParked }]) => !isParked && !except.has(id))
      .map(([id]) => id);
    // Case ids sort by the time at which they were made.
    const asked = open.sort().slice(0, limit);
    const found = await this.find(asked);
    const isOpen = (each: RelayCase | undefined) => each !== undefined && unruledOf(each).length > 0;
    if (!found.every(isOpen)) await this.#alone(() => this.#settle(asked));
    return found.flatMap((each) => (each === undefined || !isOpen(each) ? [] : [logOf(each)]));
  }

  /** What was taken for waiting, and is not: after a write of which nobody knows whether it happened. */
  async #settle(caseIds: CaseId[]): Promise<void> {
    const found = await this.find(caseIds);
    for (const [i, caseId] of caseIds.entries()) {
      const each = found[i];
      if (each === undefined) this.#waiting.delete(caseId);
      else this.#note(each);
    }
    await this.#ports.outbox.remove(caseIds.filter((caseId) => !this.#waiting.has(caseId)));
  }

  async park(caseId: CaseId, problem: Problem): Promise<void> {
    await this.#change(caseId, (known) =>
      unruledOf(known).length === 0 ? undefined : withPark(known, problem),
    );
  }

  /** Their content is in the district's quarantine and at the station that made them; here only the answer is kept. */
  async addStrays(strays: Stray[]): Promise<void> {
    for (const { caseId, action, problem } of strays) {
      const [known] = await this.find([caseId]);
      const why = known?.relay.parked ?? problem;
      if (why !== undefined)
        await this.noteAside(caseId, [{ actionId: action.body.id, hash: action.hash, problem: why }]);
    }
  }

  async noteAside(caseId: CaseId, aside: Aside[]): Promise<void> {
    await this.#change(caseId, (known) => withAside(known, aside));
  }

  writeCatalog(docs: CatalogDocument[]): Promise<void> {
    return this.#ports.memory.writeCatalog(docs);
  }

  readCatalog(): Promise<CatalogDocument[]> {
    return this.#ports.memory.readCatalog();
  }

  async epoch(): Promise<Epoch | null> {
    return this.knownEpoch;
  }

  async saveEpoch(epoch: Epoch): Promise<void> {
    await this.#ports.memory.saveEpoch(epoch);
    this.knownEpoch = epoch;
  }

  /** Above a relay there is the hub, and none of its actions is with anybody else. */
  async relay(): Promise<null> {
    return null;
  }

  async moveTo(relay: string | null): Promise<void> {
    if (relay !== null) throw new Error('a relay hands up to the district itself, not to another relay');
  }

  checkpoint(feed: string): Promise<string | null> {
    return this.#ports.memory.checkpoint(feed);
  }

  saveCheckpoint(feed: string, checkpoint: string): Promise<void> {
    return this.#ports.memory.saveCheckpoint(feed, checkpoint);
  }

  /** Until it is written, or `next` finds nothing to change. Nothing for a case that is not here. */
  async #change(caseId: CaseId, next: (known: RelayCase) => RelayCase | undefined): Promise<void> {
    for (;;) {
      const [known] = await this.find([caseId]);
      const changed = known === undefined ? undefined : next(known);
      if (changed === undefined || (await this.put([changed]))[0] === true) return;
    }
  }

  /** True when the case waits for the district. */
  #note(found: RelayCase): boolean {
    const actions = unruledOf(found).length;
    if (actions === 0) this.#waiting.delete(found._id);
    else this.#waiting.set(found._id, { actions, isParked: found.relay.parked !== undefined });
    return actions > 0;
  }
}

function localCase(found: RelayCase): LocalCase {
  const revision = found.rev ?? '';
  const { goneAt } = found.relay;
  if (goneAt !== undefined && isTombstone(found))
    return { kind: 'tombstone', goneN: goneAt.n, goneEpoch: goneAt.epoch, revision };
  return { kind: 'case', doc: logOf(found), revision };
}
