/** How people prove who they are: rules for passwords, lock-out and the second factor, in versions that an administrator publishes (GB/T 22239, 8.1.4.1). */
import type { Role } from './action.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface PolicyRules {
  minLength: number;
  /** Of capitals, small letters, digits, marks. */
  kinds: number;
  /** So many passwords, the present one among them, may not come again. */
  history: number;
  /** Then a new one is due at the next login. */
  maxAgeDays: number;
  /** Wrong tries in a row that lock, for passwords and for the codes of the second factor. */
  tries: number;
  lockMinutes: number;
  /** Whether an administrator without a second factor has to set one up before administering anything. */
  factor: 'required' | 'offered';
}

export interface SecurityPolicy extends PolicyRules {
  /** 1, 2, 3 … */
  version: number;
  /** Milliseconds since the epoch. */
  since: number;
  by: string;
}

/** What counts until an administrator says otherwise: what assessors of level 3 look for. */
export const DEFAULT_POLICY: SecurityPolicy = {
  version: 0,
  since: 0,
  by: 'hub',
  minLength: 8,
  kinds: 3,
  history: 5,
  maxAgeDays: 90,
  tries: 5,
  lockMinutes: 15,
  factor: 'required',
};

type Counted = Exclude<keyof PolicyRules, 'factor'>;

/** Nothing weaker than level 3 is taken, and nothing that nobody could live with. */
export const POLICY_BOUNDS = {
  minLength: [8, 64],
  kinds: [3, 4],
  history: [3, 24],
  maxAgeDays: [30, 180],
  tries: [3, 10],
  lockMinutes: [10, 1_440],
} as const satisfies Record<Counted, readonly [number, number]>;

export const COUNTED_RULES = Object.keys(POLICY_BOUNDS) as Counted[];

/** Who administers; matter administrators too, since they say who may decide what. */
const ADMIN_ROLES: readonly Role[] = ['systemAdmin', 'securityAdmin', 'auditAdmin', 'matterAdmin'];

export function isAdministrator(roles: readonly Role[]): boolean {
  return roles.some((role) => ADMIN_ROLES.includes(role));
}

/** The policy in force, of the versions in the district's settings. */
export function policyOf({ security }: { security?: SecurityPolicy[] }): SecurityPolicy {
  return security?.at(-1) ?? DEFAULT_POLICY;
}

/** Problems: field-invalid {field, expected}, no-change. */
export function policyProblem(present: PolicyRules, next: PolicyRules): Problem | undefined {
  const bad = COUNTED_RULES.find((rule) => {
    const [min, max] = POLICY_BOUNDS[rule];
    return !Number.isInteger(next[rule]) || next[rule] < min || next[rule] > max;
  });
  if (bad !== undefined)
    return problem('field-invalid', { field: bad, expected: POLICY_BOUNDS[bad].join('–') });
  return changedRules(present, next).length === 0 ? problem('no-change') : undefined;
}

export function changedRules(before: PolicyRules, after: PolicyRules): (keyof PolicyRules)[] {
  return ([...COUNTED_RULES, 'factor'] as const).filter((rule) => before[rule] !== after[rule]);
}
