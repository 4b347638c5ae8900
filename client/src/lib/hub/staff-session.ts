/** The session of the person at the terminal. The cookie is the hub's; what comes back lets the terminal unlock offline. */
import type { Staff } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import { ask, askJson } from './http.ts';
import type { FactorNeed } from './second-factor.ts';

export interface StaffLogin {
  staff: Staff;
  /** Milliseconds since the epoch: until when this person may unlock this terminal without the hub. */
  offlineUntil: number;
  /** Of the terminal named at the login: 32 bytes, base64url. */
  sealKey?: string;
  /** The password was given by an administrator: it only opens the way to a new one. */
  mustChange?: boolean;
  /** Before administering: the second factor is to be shown, or one to be set up. */
  factor?: FactorNeed;
}

export function logIn(credentials: {
  staffId: string;
  password: string;
  deviceId?: string;
}): Promise<Result<StaffLogin>> {
  return askJson({ method: 'POST', path: '/api/session', body: credentials });
}

export function changePassword(change: {
  oldPassword: string;
  newPassword: string;
  deviceId?: string;
}): Promise<Result<StaffLogin>> {
  return askJson({ method: 'POST', path: '/api/session/password', body: change });
}

export async function logOut(): Promise<void> {
  await ask({ method: 'DELETE', path: '/api/session' });
}

/** Logged at the hub; offline the caller keeps it for later. */
export function reportPrint(print: {
  caseId: string;
  paper: string;
  copy: number;
  language: string;
  deviceId: string;
  at: number;
}): Promise<Result<unknown>> {
  return askJson({ method: 'POST', path: '/api/prints', body: print });
}

/** Logged at the hub with the reason; offline the caller keeps it for later. */
export function reportReveal(reveal: {
  caseId: string;
  field: string;
  reason: string;
  at: number;
}): Promise<Result<unknown>> {
  const { field: group, ...rest } = reveal;
  return askJson({ method: 'POST', path: '/api/reveals', body: { ...rest, group } });
}
