/** Finds out who calls, and whether the access table lets them. Runs before any input is read. */
import type { Request } from 'express';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { DeviceTokens } from '../sessions/device-tokens.ts';
import type { Presence } from '../sessions/presence.ts';
import type { FactorGate } from '../sessions/second-factors.ts';
import type { StaffSessions } from '../sessions/staff-sessions.ts';
import { accessOf, mayCall } from './access.ts';
import type { Caller, DeviceCaller } from './endpoint.ts';
import { presentedSession } from './session-cookie.ts';

/** All that a password opens which somebody else has seen. */
const WITH_A_GIVEN_PASSWORD = ['GET /api/session', 'DELETE /api/session', 'POST /api/session/password'];

export interface AuthoriseDeps {
  sessions: StaffSessions;
  tokens: DeviceTokens;
  presence: Presence;
  factors: FactorGate;
}

export async function authorise(
  deps: AuthoriseDeps,
  route: string,
  request: Request,
): Promise<Result<Caller>> {
  const access = accessOf(route);
  if (access === undefined) return refused('forbidden');
  if (access === 'public') return { ok: true, value: { kind: 'nobody' } };
  if (access === 'device') return deviceCaller(deps, request);
  if (access === 'relay') {
    const caller = await deviceCaller(deps, request);
    return !caller.ok || caller.value.device.kind === 'relay' ? caller : refused('forbidden');
  }
  const cookie = presentedSession(request);
  const found = cookie === undefined ? undefined : await deps.sessions.find(cookie);
  if (found === undefined) return refused('login-required');
  if (!mayCall(access, found.staff.roles)) return refused('forbidden');
  const { staff, sessionId, mustChange, isProven } = found;
  if (mustChange && !WITH_A_GIVEN_PASSWORD.includes(route)) return refused('password-expired');
  // What takes a role is administering.
  if (access !== 'staff' && !isProven) {
    const missing = await deps.factors.needed(staff);
    if (missing !== undefined) return refused(missing === 'asked' ? 'factor-required' : 'factor-due');
  }
  return { ok: true, value: { kind: 'staff', staff, sessionId, isProven } };
}

async function deviceCaller(
  { tokens, presence }: AuthoriseDeps,
  request: Request,
): Promise<Result<DeviceCaller>> {
  const token = /^Bearer ([\w.-]+)$/i.exec(request.get('authorization') ?? '')?.[1];
  if (token === undefined) return refused('login-required');
  const device = await tokens.verify(token);
  if (!device.ok) return device;
  presence.seen(device.value.deviceId);
  return { ok: true, value: { kind: 'device', device: device.value } };
}
