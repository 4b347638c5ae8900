/** Who is logged in at the hub: the own sessions for everybody, all of them for the security administrator. */
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

/** Times are milliseconds since the epoch, by the hub's clock. */
export interface HubSession {
  id: string;
  staffId: string;
  deviceId?: string;
  startedAt: number;
  seenAt: number;
  /** The second factor was shown. */
  isProven: boolean;
  /** The one that asks. */
  isOwn: boolean;
}

export type Whose = 'own' | 'all';

const PATHS: Record<Whose, string> = { own: '/api/session/all', all: '/api/sessions' };

export function listSessions(whose: Whose): Promise<Result<{ sessions: HubSession[] }>> {
  return askJson({ path: PATHS[whose] });
}

export function endSession(whose: Whose, id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: `${PATHS[whose]}/${id}` });
}

/** All of the person but the one that asks. */
export function endSessionsOf(staffId: string): Promise<Result<{ ended: number }>> {
  return askJson({ method: 'DELETE', path: `/api/staff/${encodeURIComponent(staffId)}/sessions` });
}

/** All of the own ones but the one that asks. */
export function endOtherSessions(): Promise<Result<{ ended: number }>> {
  return askJson({ method: 'DELETE', path: PATHS.own });
}
