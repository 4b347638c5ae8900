/** Brings what the relay wrote in its own audit log to the district's, as soon as there is a line. */
import type { AuditEntry } from '@sanji/sync/audit/log-entry';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import type { RelayLogEntry, RelayLogRequest } from '../hub/take-relay-log.ts';
import { MAX_LOG_ENTRIES } from '../resources/relay-log.ts';
import type { AuditStore } from '../store/audit-store.ts';

export interface LogReportDeps {
  log: Pick<AuditStore, 'following'>;
  send: (request: RelayLogRequest) => Promise<Result<{ taken: number }>>;
}

export class LogReport {
  readonly #deps: LogReportDeps;
  /** What the district has; it is the district that says so. */
  #taken = 0;
  /** What was written before this start may wait too. */
  #isDue = true;

  constructor(deps: LogReportDeps) {
    this.#deps = deps;
  }

  /** To be called when something was written. */
  soon(): void {
    this.#isDue = true;
  }

  /** The problem that keeps it here: tried again in the next round. */
  async now(): Promise<Problem | undefined> {
    while (this.#isDue) {
      this.#isDue = false;
      const entries = await this.#deps.log.following(this.#taken, MAX_LOG_ENTRIES);
      if (entries.length === 0) return undefined;
      const answer = await this.#deps.send({ after: this.#taken, entries: entries.map(reported) });
      this.#isDue = true;
      if (!answer.ok) return answer.problem;
      this.#taken = answer.value.taken;
    }
    return undefined;
  }
}

function reported({ seq, at, kind, staffId, object, result, details }: AuditEntry): RelayLogEntry {
  const code = details?.['code'];
  return {
    seq,
    at,
    // A relay writes down nothing else; the district checks.
    kind: kind as RelayLogEntry['kind'],
    staffId,
    object,
    result,
    ...(typeof code === 'string' && { code }),
  };
}
