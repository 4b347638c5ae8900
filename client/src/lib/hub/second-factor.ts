/** The own second factor at the hub: setting it up and showing it. */
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

/** `asked`: there is one, to be shown; `due`: one is to be set up. */
export type FactorNeed = 'asked' | 'due';

export interface OwnFactor {
  /** Absent: nothing stands in the way of administering. */
  needed?: FactorNeed;
  /** Milliseconds since the epoch; absent: there is none. */
  enrolledAt?: number;
  recoveryLeft?: number;
}

const PATH = '/api/session/factor';

export function findOwnFactor(): Promise<Result<OwnFactor>> {
  return askJson({ path: PATH });
}

export function showFactor(code: string): Promise<Result<undefined>> {
  return askJson({ method: 'POST', path: PATH, body: { code } });
}

/** `uri`: for the app, as a QR code. Both are told this once. */
export function beginSetup(): Promise<Result<{ secret: string; uri: string }>> {
  return askJson({ method: 'POST', path: `${PATH}/setup` });
}

/** @param code the first one the app shows */
export function confirmSetup(code: string): Promise<Result<{ recoveryCodes: string[] }>> {
  return askJson({ method: 'POST', path: `${PATH}/confirm`, body: { code } });
}
