/** The hub's audit log, for the audit administrator. Every look at it, and every file made of it, is an entry of its own. */
import type { AuditEntry, LogFault } from '@sanji/sync/audit/log-entry';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export interface AuditSearch {
  /** Milliseconds since the epoch, inclusive. */
  from?: number;
  to?: number;
  staffId?: string;
  kind?: string;
  text?: string;
  /** Entries numbered below this. */
  before?: number;
  limit: number;
  purpose: 'view' | 'file';
  /** Also checks the whole chain. */
  verify?: boolean;
}

/** Newest first. */
export function searchAudit(
  search: AuditSearch,
): Promise<Result<{ entries: AuditEntry[]; broken?: LogFault[] }>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search) as [string, string | number | boolean][])
    query.set(name, String(value));
  return askJson({ path: `/api/audit?${query.toString()}` });
}
