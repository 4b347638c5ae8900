/** Lock-outs after too many wrong tries. */

export interface Lock {
  /** Milliseconds since the epoch; 0: none. */
  lockedUntil: number;
}

/**
 * A lock with longer to run than the policy locks for was set while the hub's clock was ahead and is put right since, or under a stricter
 * policy: nobody is kept out for years, and counting begins anew.
 */
export function isLocked(
  { lockedUntil }: Lock,
  { now, lockMinutes }: { now: number; lockMinutes: number },
): boolean {
  return lockedUntil > now && lockedUntil - now <= lockMinutes * 60_000;
}
