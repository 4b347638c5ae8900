/** What crosses the wire between a station (or relay) and the hub. Validation of what comes in is in `parse-*.ts`. */
import type { CaseDocument, FormerRuling, Ruling, SignedAction } from '../domain/action.ts';
import type { CatalogDocument } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { ActionId, CaseId } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';

export const PROTOCOL_VERSION = 1;
/** A push of one case can hold many years of notes; a batch of them stays below the hub's body limit of 2 MB. */
export const MAX_PUSH_BYTES = 1_500_000;
export const MAX_PUSH_CASES = 200;
export const MAX_PUSH_ACTIONS = 1_000;
export { MAX_TEXT } from '../domain/payload-rules.ts';
export const PULL_LIMIT = 200;

/** `POST /sync/push`: all unruled actions of each case, oldest first (rule 1). */
export interface PushRequest {
  v: 1;
  cases: PushedCase[];
}
export interface PushedCase {
  caseId: CaseId;
  /** The epoch that `n` is of; absent: the first. Of no meaning when `n` is 0. */
  epoch?: number;
  /** Rulings the station holds: the hub answers with a delta when that is all that is missing. */
  n: number;
  actions: SignedAction[];
  /** What a hub of an earlier epoch said of those it had ruled. */
  former?: Record<ActionId, FormerRuling>;
}

export interface PushAnswer {
  v: 1;
  /** The hub's clock, milliseconds since the epoch: the station measures its offset by it. */
  hubNow: number;
  /** A station that knows another applies nothing of an answer before it has come to terms with it (`renew.ts`). */
  epoch: Epoch;
  /** Set when a street relay answers, which rules on nothing: how it names itself and its store. */
  relay?: string;
  results: PushResult[];
}
/** Rule 2. `refused` leaves the hub unchanged: that case cannot be taken as it is. */
export type PushResult =
  | { caseId: CaseId; kind: 'canonical'; doc: CaseDocument; aside: Aside[] }
  | DeltaResult
  | { caseId: CaseId; kind: 'gone'; n: number; rulings: Record<string, Ruling>; aside: Aside[] }
  | { caseId: CaseId; kind: 'refused'; problem: Problem };

export interface DeltaResult {
  caseId: CaseId;
  kind: 'delta';
  n: number;
  rulings: Record<string, Ruling>;
  /** Of what was pushed: what the relay has taken and the district has not ruled on. */
  relayed?: ActionId[];
}

/** Rule 3: this content came second under its id. The hub keeps it in quarantine, outside the case. */
export interface Aside {
  actionId: ActionId;
  hash: string;
  problem: Problem;
}

/** `GET /sync/pull?feed&since&limit`. `feed` is `unit_<code>` or `catalog`. */
export interface PullRequest {
  feed: string;
  since: string | null;
  limit: number;
}
export interface PullAnswer {
  v: 1;
  hubNow: number;
  epoch: Epoch;
  /** As in a `PushAnswer`. */
  relay?: string;
  /** Opaque. To be saved only after every item of the page is stored (rule 8). Good in its epoch only. */
  checkpoint: string;
  /** False when the feed has ended: a page is full or this is false (rule 9). */
  more: boolean;
  items: PullItem[];
}
export type PullItem =
  | { kind: 'case'; caseId: CaseId; n: number; doc: CaseDocument }
  | { kind: 'gone'; caseId: CaseId; n: number }
  | { kind: 'catalog'; doc: CatalogDocument };

/**
 * `POST /sync/catalog`: what a station holds of the catalog and a restored hub has forgotten. Signed by the hub, so any holder may return it.
 * Idempotent.
 */
export interface GiveBackRequest {
  v: 1;
  docs: CatalogDocument[];
}
export interface GiveBackAnswer {
  v: 1;
  hubNow: number;
  /** What the hub did not know and believes. */
  taken: number;
}
/** Bytes of one request; a publication of a whole district may be as large alone. */
export const MAX_GIVE_BACK_BYTES = 8_000_000;
/** What a station fills a request up to. */
export const GIVE_BACK_BYTES = 1_000_000;

/**
 * `GET /sync/snapshot?feed`: newline-delimited JSON, compressed. First line `SnapshotHead`, then two lines for each `PackedCase` (`packedLines`),
 * last line `{"end": count}`, so that a truncated answer is noticed.
 */
export interface SnapshotHead {
  v: 1;
  hubNow: number;
  epoch: Epoch;
  /** As in a `PushAnswer`. */
  relay?: string;
  checkpoint: string;
  count: number;
}
/** A case in the form in which a station stores it: index fields and the document as one string. */
export interface PackedCase {
  caseId: CaseId;
  n: number;
  status: string;
  holder: string;
  caseNo: string;
  matterId: string;
  receivedAt: number;
  /** JSON of the CaseDocument. */
  body: string;
  /** There are unruled actions in it, which a relay hands up. */
  isRelayed?: true;
}

/** `GET /sync/events`: server-sent events, event name `moved`, data = the feed's name. Pokes only (rule 11). */
export interface Poke {
  feed: string;
}
