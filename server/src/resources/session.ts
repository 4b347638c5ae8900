/** A person logs in and out. The cookie is for what only works online; replication runs under the device's token. */
import { z } from 'zod';
import { MAX_PASSWORD } from '@sanji/sync/domain/password';
import { refused, type Problem } from '@sanji/sync/domain/problem';
import { answered, forAnyone, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import { sessionCookie } from '../http/authorise.ts';
import type { Ground } from '../ground.ts';
import type { StaffSessions } from '../sessions/staff-sessions.ts';
import type { Staff } from '@sanji/sync/domain/catalog';
import { deviceId, millis, staff, staffId } from './schemas.ts';

const loginRequest = z.object({
  staffId,
  password: z.string().min(1).max(MAX_PASSWORD),
  deviceId: deviceId.optional(),
});
const passwordChange = z.object({
  oldPassword: z.string().min(1).max(MAX_PASSWORD),
  newPassword: z.string().min(1).max(MAX_PASSWORD),
  deviceId: deviceId.optional(),
});
const session = z.object({ staff, offlineUntil: millis, hubNow: millis });
const loggedIn = session.extend({
  /** Of the terminal named in the request: 32 bytes, base64url. */
  sealKey: z.string().optional(),
  /** The password only opens the way to a new one. */
  mustChange: z.boolean().optional(),
});

/** @param login proves who somebody is; a street relay asks its district first */
export function sessionRoutes(
  { sessions, audit, catalog, clock, config, stores }: Ground,
  login: StaffSessions['login'] = (who, password) => sessions.login(who, password),
): Endpoint[] {
  const offlineUntil = () => clock.now() + config.offlineHours * 3_600_000;

  /** With what lets the terminal open offline. */
  async function opened(person: Staff, where: string | undefined, mustChange = false) {
    const device = where === undefined ? undefined : await stores.directory.findDevice(where);
    return answered({
      staff: person,
      offlineUntil: offlineUntil(),
      hubNow: clock.now(),
      sealKey: device?.value.sealKey,
      ...(mustChange && { mustChange }),
    });
  }

  return [
    forAnyone({
      name: 'POST /api/session',
      summary: 'Log in. Five wrong passwords in a row lock the account for 15 minutes.',
      body: loginRequest,
      answers: { schema: loggedIn },
      async handle({ body }) {
        const misplaced = terminalProblem(catalog.current(), body);
        const result =
          misplaced === undefined
            ? await login(body.staffId, body.password)
            : { ok: false as const, problem: misplaced };
        if (!result.ok) {
          // What was typed as a name may be a password typed into the wrong field: only known ids are written down.
          const who = catalog.current().staff.has(body.staffId) ? body.staffId : '-';
          await audit({
            kind: 'login-failed',
            staffId: who,
            object: 'session',
            result: 'refused',
            details: { code: result.problem.code },
          });
          return result;
        }
        const object = body.deviceId === undefined ? 'session' : `device:${body.deviceId}`;
        await audit({ kind: 'login', staffId: body.staffId, object, result: 'ok' });
        const { staff: person, mustChange } = result.value;
        const answer = await opened(person, body.deviceId, mustChange);
        return { ...answer, value: { ...answer.value, cookie: sessionCookie(result.value.token) } };
      },
    }),
    forStaff({
      name: 'GET /api/session',
      summary: 'Who is logged in here.',
      answers: { schema: session },
      handle: (_asked, caller) =>
        Promise.resolve(answered({ staff: caller.staff, offlineUntil: offlineUntil(), hubNow: clock.now() })),
    }),
    forStaff({
      name: 'POST /api/session/password',
      summary:
        'Change the own password. The old one is asked again, a wrong one counts like a wrong login; other sessions of the person end.',
      body: passwordChange,
      answers: { schema: loggedIn },
      async handle({ body }, { staff: person, sessionId }) {
        const { staffId: who } = person;
        const misplaced = terminalProblem(catalog.current(), { ...body, staffId: who });
        const result =
          misplaced === undefined
            ? await sessions.changePassword({ staffId: who, sessionId }, body)
            : { ok: false as const, problem: misplaced };
        await audit({
          kind: 'password-changed',
          staffId: who,
          object: `staff:${who}`,
          result: result.ok ? 'ok' : 'refused',
          ...(!result.ok && { details: { code: result.problem.code } }),
        });
        return result.ok ? opened(person, body.deviceId) : result;
      },
    }),
    forStaff({
      name: 'DELETE /api/session',
      summary: 'Log out.',
      answers: { schema: z.undefined(), status: 204 },
      async handle(_asked, caller) {
        await sessions.end(caller.sessionId);
        await audit({ kind: 'logout', staffId: caller.staff.staffId, object: 'session', result: 'ok' });
        return { ...NOTHING, value: { ...NOTHING.value, cookie: sessionCookie(undefined) } };
      },
    }),
  ];
}

/** A terminal serves the people of its own unit. */
function terminalProblem(
  { devices, staff: people }: ReturnType<Ground['catalog']['current']>,
  { staffId: who, deviceId: where }: Pick<z.infer<typeof loginRequest>, 'staffId' | 'deviceId'>,
): Problem | undefined {
  if (where === undefined) return undefined;
  const device = devices.get(where);
  if (device === undefined) return refused('device-unknown', { deviceId: where }).problem;
  if (device.status === 'revoked') return refused('device-revoked', { deviceId: where }).problem;
  const person = people.get(who);
  // An unknown person is told the same as a wrong password, by the login itself.
  return person === undefined || person.unit === device.unit
    ? undefined
    : refused('out-of-scope', { unit: device.unit }).problem;
}
