/** What the replication code needs from its surroundings. Adapters: RxDB, the hub's store, and in-memory ones for the tests. */
import type { CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import type { CaseHead } from '../domain/state.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import type { LinkFault } from '../domain/chain.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { ActionId, CaseId, DeviceId, UnitCode } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import type {
  DeltaResult,
  GiveBackAnswer,
  GiveBackRequest,
  PackedCase,
  PullAnswer,
  PullRequest,
  PushAnswer,
  PushRequest,
  SnapshotHead,
} from '../protocol/messages.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
export interface Random {
  bytes(length: number): Uint8Array;
}
export interface Timer {
  /** Runs `task` once after `ms`; the answer calls it off. */
  after(ms: number, task: () => void): () => void;
}

/** A station's own database. Every method may reject (quota, closed database); nothing is half done then. */
export interface LocalStore {
  /** Undefined when the case is not here; `goneN` when it left. `revision` is opaque. */
  read(caseId: CaseId): Promise<LocalCase | undefined>;
  /** Compare-and-set: `revision` is what `read` gave, undefined for «not there yet». Resolves false on a conflict, nothing written. */
  write(doc: CaseDocument, revision: string | undefined): Promise<boolean>;
  /** As `read`, one answer per id in order: a page of cases costs one trip to the store. */
  readMany(caseIds: CaseId[]): Promise<(LocalCase | undefined)[]>;
  /** As `write` for each, one verdict per row in order; a conflict stops no other. Each case at most once. */
  writeMany(rows: LocalWrite[]): Promise<boolean[]>;
  /** Absent: answers go into the cases at once. */
  readonly answers?: AnswerJournal;
  /** Inserts packed cases that are not here; returns the ids that were (the caller unions those). One bulk write. */
  insertPacked(rows: PackedCase[]): Promise<CaseId[]>;
  /** Replaces the case by a tombstone that holds `goneN`, its epoch, and what is `kept`. Compare-and-set like `write`. */
  bury(caseId: CaseId, gone: Gone, revision: string): Promise<boolean>;
  /** Every case here, parked ones too, and the logs that tombstones keep, in pieces. What is written during the walk may or may not be seen. */
  walk(): AsyncIterable<CaseDocument[]>;
  /** Cases that hold an unruled action which no relay has taken (`relayed`), and are not parked, oldest first; without `except`. */
  dirty(limit: number, except?: ReadonlySet<CaseId>): Promise<CaseDocument[]>;
  /** Parks a case out of the push queue with its problem, until a person acts or the case changes (rule 7). */
  park(caseId: CaseId, problem: Problem): Promise<void>;
  /** Puts actions in the tray a person empties (rule 13). Idempotent by action id. */
  addStrays(strays: Stray[]): Promise<void>;
  /** Upserts; a document that does not outrank the stored one (epoch, then `n`) is left out. */
  writeCatalog(docs: CatalogDocument[]): Promise<void>;
  /** All of it, as it was written. */
  readCatalog(): Promise<CatalogDocument[]>;
  /** The hub's epoch this station has come to terms with; null before the first contact. */
  epoch(): Promise<Epoch | null>;
  saveEpoch(epoch: Epoch): Promise<void>;
  /** The relay that was spoken to last; null: the hub itself, or nobody yet. */
  relay(): Promise<string | null>;
  /** Another is spoken to now: nothing counts as `relayed` any more, so every unruled action is to be pushed again. Idempotent. */
  moveTo(relay: string | null): Promise<void>;
  checkpoint(feed: string): Promise<string | null>;
  saveCheckpoint(feed: string, checkpoint: string): Promise<void>;
}
/** The canonical state that said so. */
export interface Gone {
  n: number;
  epoch: number;
  /** What became of what was handed in last. A station has no use for it; a relay must tell its stations. */
  rulings?: Record<ActionId, Ruling>;
  kept?: KeptWork;
}
/** What a station keeps of a case that left its unit: the work of its own, should the hub forget it (`kept-work.ts`). */
export interface KeptWork {
  /** Its own accepted actions with their rulings, and the bare rulings of what was rejected. */
  log: CaseDocument;
  /** Milliseconds since the epoch, the station's clock. */
  since: number;
}
/**
 * What the hub has answered to pushes and is not in the cases yet: on a fast line the answers to many cases go into them together, which costs
 * less than batch by batch. Durable; to lose it would cost a second push.
 */
export interface AnswerJournal {
  /** Of fewer cases at once an answer goes into them directly: to write it down twice would cost more than it saves. At least 1. */
  readonly worthFrom: number;
  /** The answer names what was added, for `forget`. */
  add(answers: NotedAnswer[]): Promise<number>;
  /** What is left of before a crash. */
  read(): Promise<{ entry: number; answers: NotedAnswer[] }[]>;
  forget(entries: number[]): Promise<void>;
}
export interface NotedAnswer {
  /** Of the hub that answered. */
  epoch: number;
  /** Hashes of what was handed in: only rulings on that very content count. */
  offered: string[];
  result: DeltaResult;
}
export interface LocalWrite {
  doc: CaseDocument;
  revision: string | undefined;
}
export type LocalCase =
  | { kind: 'case'; doc: CaseDocument; revision: string }
  | { kind: 'tombstone'; goneN: number; goneEpoch?: number; kept?: KeptWork; revision: string };

/** What the sync badge counts: unruled actions, those a relay has apart; rejected ones, in a case or in the tray, nobody has looked at; parked cases. */
export interface LocalCounts {
  pending: number;
  relayed: number;
  rejected: number;
  parked: number;
}

/**
 * What a device must never forget: how far its counters were raised and where its hash chain stands (rule 20). `intent` is an append
 * that was announced and may or may not have reached the case.
 */
export interface DeviceState {
  counter: number;
  /** Hash of the last action known to be in its case; null before the first. */
  tip: string | null;
  intent: Intent | null;
  /** Counters of case numbers and the like, by series, e.g. `caseNo:261123`. */
  numbers: Record<string, number>;
}
export interface Intent {
  caseId: CaseId;
  lastId: ActionId;
  tip: string;
  /** The actions themselves, where nobody else would hand them in again after a crash: at the hub. */
  actions?: Record<ActionId, SignedAction>;
}
export interface DeviceStore {
  read(): Promise<DeviceState>;
  /** Durable when it resolves. Called inside `exclusive` only. */
  save(state: DeviceState): Promise<void>;
  /** One at a time for all tabs of the profile (Web Locks in a browser). Not re-entrant. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export interface Stray {
  caseId: CaseId;
  action: SignedAction;
  problem?: Problem;
  /** The hub's number of the rejected action in the log of its case, where the unit that holds it reads it. Absent: it is in no log. */
  seq?: number;
  /** Of a case that left. */
  caseNo?: string;
  /** Milliseconds since the epoch. */
  strayedAt: number;
}

/** The hub as a station sees it. A refusal comes back as `{ok: false}`; a lost line as problem `offline`. */
export interface HubPort {
  push(request: PushRequest): Promise<{ ok: true; value: PushAnswer } | { ok: false; problem: Problem }>;
  pull(request: PullRequest): Promise<{ ok: true; value: PullAnswer } | { ok: false; problem: Problem }>;
  snapshot(feed: string): Promise<{ ok: true; value: Snapshot } | { ok: false; problem: Problem }>;
  giveBack(
    request: GiveBackRequest,
  ): Promise<{ ok: true; value: GiveBackAnswer } | { ok: false; problem: Problem }>;
}
export interface Snapshot {
  head: SnapshotHead;
  /** Batches of packed cases; throws when the answer was cut. */
  batches: AsyncIterable<PackedCase[]>;
}

/** What the hub keeps of a case: the log, and its head as a cache. `rev` is the store's. */
export interface MasterCase extends CaseDocument {
  head: CaseHead;
  rev?: string;
}

/** The hub's master copy. Compare-and-set per document; a rejected promise means the store did not answer. */
export interface MasterStore {
  /**
   * @param seen what `changes` said of them: a copy of such a revision may be answered from memory (rule 18). Without it they are read as they
   * are now.
   */
  getMany(ids: CaseId[], seen?: SeenRevisions): Promise<(MasterCase | undefined)[]>;
  /** One verdict per document in order: 'written', or 'conflict' when `rev` was not the stored one. */
  putMany(docs: MasterCase[]): Promise<('written' | 'conflict')[]>;
  /** The cases changed after `since`, each once, in any order. A repetition is possible, a gap is not. */
  changes(since: string | null, limit: number): Promise<ChangedCases>;
}
export interface ChangedCases {
  ids: CaseId[];
  last: string;
  /** Absent where the store keeps no copies that it would have to hold against a revision. */
  seen?: SeenRevisions;
}
/** The revision in which each changed case was, those left out whose copies differ. Opaque. */
export type SeenRevisions = ReadonlyMap<CaseId, string>;

/** A unit's thin feed (rules 15, 16). */
export interface FeedEntry {
  caseId: CaseId;
  /** Absent: the first. */
  epoch?: number;
  n: number;
  gone: boolean;
}
export interface FeedStore {
  /** Puts each entry that says something new and outranks the stored one (`outranksEntry`); true when anything moved. */
  raise(feed: string, entries: FeedEntry[]): Promise<boolean>;
  read(
    feed: string,
    since: string | null,
    limit: number,
  ): Promise<{ entries: FeedEntry[]; last: string; more: boolean }>;
}

/** Where a router stands in `MasterStore.changes`. Losing it only costs a second fan-out. */
export interface RouterCheckpoint {
  read(): Promise<string | null>;
  save(checkpoint: string): Promise<void>;
}

/** The hub's word on an action that stays outside its case: it has no place among the case's rulings. */
export type AsideRuling = Omit<Ruling, 'seq'>;

export interface SetAside {
  /** An id of its own, made of the content: `<actionId>~<hash>`. */
  id: string;
  caseId: CaseId;
  action: SignedAction;
  /** Null while a person must say what becomes of it. */
  ruling: AsideRuling | null;
  /** Why it is here. */
  problem: Problem;
  filedAt: number;
}

/** A second action under a known id, or an action of a device that must not act (rule 3). */
export interface Quarantine {
  /** Idempotent: gives back what was filed first under this id. */
  file(entry: SetAside): Promise<SetAside>;
  /** For an administrator; each reason once. */
  markDevice(deviceId: DeviceId, reason: string): Promise<void>;
  /** Something of this device's chain came out of order: it is to be held together as a whole. Idempotent. */
  suspectChain(deviceId: DeviceId): Promise<void>;
  /** Every device whose chain was suspect once. `rev` is opaque. */
  chains(): Promise<{ finding: ChainFinding; rev: string }[]>;
  /** Compare-and-set: something may have come in during the audit. */
  noteChain(finding: ChainFinding, rev: string): Promise<'written' | 'conflict'>;
}

/** What was found when a device's chain was last held together. */
export interface ChainFinding {
  deviceId: DeviceId;
  /** Something came out of order since. */
  isDue: boolean;
  /** To be looked at once more a while after `checkedAt`: a page of the chain may not have been seen yet. */
  again?: true;
  /** Milliseconds since the epoch; 0: never. */
  checkedAt: number;
  faults: ChainFaultSince[];
}
export interface ChainFaultSince {
  actionId: ActionId;
  fault: LinkFault;
  /** When the action came in, milliseconds since the epoch. */
  since: number;
}

/** Whoever stands at a place, by the hash of the content. */
export interface Holder {
  hash: string;
  prev: string | null;
  /** When it came, milliseconds since the epoch, the hub's clock. */
  at: number;
}
/** Neighbouring places of one series. Who stands first at a place holds it; the others came later, with other content. */
export interface RegisterPage {
  _id: string;
  places: Record<number, Holder[]>;
  rev?: string;
}
/** What may be used once only (`register.ts`). Compare-and-set per page, like `MasterStore`. */
export interface Register {
  getMany(ids: string[]): Promise<(RegisterPage | undefined)[]>;
  putMany(pages: RegisterPage[]): Promise<('written' | 'conflict')[]>;
  /** The ids of a series' pages. May lag: where a cluster holds the register, a page written just now may be missing. */
  pageIdsOf(series: string): Promise<string[]>;
}

/** What the hub remembers of its restores, for an administrator. */
export interface RestoreLog {
  /** These cases hold actions that were ruled before. To be called before the case is written; idempotent by case. */
  cameBack(cases: { caseId: CaseId; unit: UnitCode }[]): Promise<void>;
  /** A station knows more than this store: a backup was put back and the restore not finished. */
  noticeBehind(evidence: BehindEvidence): Promise<void>;
}
/** `n` rulings, or a checkpoint given out at `at`, that the hub knows nothing of; or an epoch that it has not reached. */
export type BehindEvidence =
  | { kind: 'case'; caseId: CaseId; theirs: number; ours: number }
  | { kind: 'checkpoint'; feed: string; at: number }
  | { kind: 'epoch'; theirs: number; ours: number };
