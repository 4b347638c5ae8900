/**
 * Logging in at a street relay. While the line is up the district judges the password, and its session is kept beside the relay's, in memory
 * alone, for what only the district does. While it is down the relay judges by the hash it was given of its street's staff.
 */
import { z } from 'zod';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { sessionPair } from '../http/session-cookie.ts';
import type { Login, StaffSessions } from '../sessions/staff-sessions.ts';
import { askDistrict } from './ask-district.ts';

/** A clerk waits for it; a dead line that nobody has noticed yet must not cost more. */
const PATIENCE_MS = 3_000;
const due = z.object({ mustChange: z.boolean().optional(), factor: z.enum(['asked', 'due']).optional() });
/** Many times the people of a street; the oldest go first. */
const MAX_KEPT = 500;

export interface RelayLoginDeps {
  upstreamUrl: string;
  sessions: Pick<StaffSessions, 'login' | 'begin'>;
  /** As the catalog has them now; undefined when unknown or no longer active. */
  findStaff: (staffId: string) => Staff | undefined;
  street: () => ReadonlySet<UnitCode>;
  isLineUp: () => boolean;
  /** The district has taken a password: the hash here may be that of an older one. */
  onProven: () => void;
}

export class RelayLogin {
  readonly #deps: RelayLoginDeps;
  /** The district's cookie by the relay's session. */
  readonly #kept = new Map<string, string>();

  constructor(deps: RelayLoginDeps) {
    this.#deps = deps;
  }

  /** Problems: out-of-scope for a person of another street, those of `StaffSessions.login`. */
  async login(staffId: string, password: string): Promise<Result<Login>> {
    const { sessions, findStaff, street, isLineUp, onProven } = this.#deps;
    const staff = findStaff(staffId);
    if (staff !== undefined && !street().has(staff.unit))
      return refused('out-of-scope', { unit: staff.unit });
    if (staff === undefined || !isLineUp()) return sessions.login(staffId, password);
    const asked = await askDistrict(this.#deps.upstreamUrl, {
      method: 'POST',
      path: '/api/session',
      body: { staffId, password },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!asked.ok) {
      const isTheirWord = ['login-failed', 'locked-out'].includes(asked.problem.code);
      return isTheirWord ? asked : sessions.login(staffId, password);
    }
    const left = await stillDue(asked.value);
    const token = await sessions.begin(staffId, { mustChange: left.mustChange === true });
    this.#keep(token, asked.value.headers);
    onProven();
    return { ok: true, value: { staff, token, ...left } };
  }

  /** The district's cookie for the relay's session; undefined for one that began while the line was down. */
  districtSession(token: string): string | undefined {
    return this.#kept.get(token);
  }

  #keep(token: string, headers: Headers): void {
    const theirs = sessionPair(headers.getSetCookie());
    if (theirs === undefined) return;
    this.#kept.set(token, theirs);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** What the district wants before its session opens more. */
async function stillDue(answer: Response): Promise<Pick<Login, 'mustChange' | 'factor'>> {
  const read = due.safeParse(await answer.json().catch(() => undefined));
  if (!read.success) return {};
  const { mustChange, factor } = read.data;
  return { ...(mustChange !== undefined && { mustChange }), ...(factor !== undefined && { factor }) };
}
