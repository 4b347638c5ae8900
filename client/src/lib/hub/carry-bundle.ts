/** Bundles on their way to the hub: another terminal's, carried in by this one, and this terminal's own last one. */
import type { Result } from '@sanji/sync/domain/problem';
import type { Bundle } from '@sanji/sync/protocol/bundle';
import type { HandoverReceipt } from '@sanji/sync/protocol/handover';
import type { Outcome } from '@sanji/sync/replication/record-answer';
import type { DeviceSession } from './device-session.ts';
import { askJson } from './http.ts';

export interface BundleTaken {
  deviceId: string;
  cases: number;
  outcome: Outcome;
  /** Labels of parts that nobody can open. */
  unreadable: string[];
  answer: Bundle;
}

/** A few megabytes over a street's line, and as much back. */
const TIMEOUT_MS = 120_000;

export async function carryBundle(session: DeviceSession, bundle: Bundle): Promise<Result<BundleTaken>> {
  const token = await session.token();
  if (!token.ok) return token;
  return askJson({
    method: 'POST',
    path: '/sync/bundle',
    body: bundle,
    token: token.value,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** No token: a terminal that is out of service gets none. Its signature is all that speaks for it. */
export function handOver(bundle: Bundle): Promise<Result<{ filed: number; receipt: HandoverReceipt }>> {
  return askJson({
    method: 'POST',
    path: '/sync/handover',
    body: bundle,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
