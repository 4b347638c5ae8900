/** Who did what, when, to what, and how it ended: append-only entries, chained by hash, in the database `audit`. */
import type { Store } from './store.ts';

export interface NewAuditEntry {
  /** Milliseconds since the epoch, the hub's clock. */
  at: number;
  /** E.g. `login`, `login-failed`, `reveal`, `rules-published`, `device-enrolled`. */
  kind: string;
  /** Who; `hub` for its own acts, `-` when nobody is known. */
  staffId: string;
  /** What was acted on, e.g. `case:<id>`, `rules:12`. No personal data. */
  object: string;
  result: 'ok' | 'refused';
  /** More, without personal data: a reason, counts, codes. */
  details?: Record<string, string | number | boolean>;
}

/** `hash` covers everything else; `prev` is the hash of the same writer's previous entry, or for its first of the newest entry it found. */
export interface AuditEntry extends NewAuditEntry {
  id: string;
  /** One start of one hub process. */
  writer: string;
  /** 1, 2, 3 … per writer. */
  counter: number;
  prev: string | null;
  hash: string;
}

export interface AuditQuery {
  /** Milliseconds since the epoch, inclusive. */
  from?: number;
  to?: number;
  staffId?: string;
  kind?: string;
  /** At most this many. */
  limit: number;
}

export interface AuditStore {
  /** Durable when it resolves. Entries of one process are chained in the order of the calls. */
  append(entry: NewAuditEntry): Promise<AuditEntry>;
  /** Newest first. */
  search(query: AuditQuery): Promise<AuditEntry[]>;
  /** The ids of entries that were changed, or whose predecessor is missing; empty when the log is whole. */
  verify(): Promise<string[]>;
}
