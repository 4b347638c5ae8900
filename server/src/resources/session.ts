/** A person logs in and out. The cookie is for what only works online; replication runs under the device's token. */
import { z } from 'zod';
import { MAX_PASSWORD } from '@sanji/sync/domain/password';
import { refused, type Problem } from '@sanji/sync/domain/problem';
import { answered, forAnyone, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Ground } from '../ground.ts';
import type { Login, StaffSessions } from '../sessions/staff-sessions.ts';
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
const factorDue = z.enum(['asked', 'due']).optional();
const session = z.object({
  staff,
  offlineUntil: millis,
  hubNow: millis,
  /** Before administering: `asked`: the second factor is to be shown; `due`: one is to be set up. */
  factor: factorDue,
});
const loggedIn = session.extend({
  /** Of the terminal named in the request: 32 bytes, base64url. */
  sealKey: z.string().optional(),
  /** The password only opens the way to a new one. */
  mustChange: z.boolean().optional(),
});

/** @param login proves who somebody is; a street relay asks its district first */
export function sessionRoutes(
  { sessions, factors, audit, catalog, clock, config, stores }: Ground,
  login: StaffSessions['login'] = (...proof) => sessions.login(...proof),
): Endpoint[] {
  const offlineUntil = () => clock.now() + config.offlineHours * 3_600_000;

  /** With what lets the terminal open offline. */
  async function opened(
    person: Staff,
    where: string | undefined,
    { mustChange = false, factor }: Pick<Login, 'mustChange' | 'factor'>,
  ) {
    const device = where === undefined ? undefined : await stores.directory.findDevice(where);
    return answered({
      staff: person,
      offlineUntil: offlineUntil(),
      hubNow: clock.now(),
      sealKey: device?.value.sealKey,
      ...(mustChange && { mustChange }),
      ...(factor !== undefined && { factor }),
    });
  }

  return [
    forAnyone({
      name: 'POST /api/session',
      summary: 'Log in. Wrong passwords in a row lock the account, as the security policy says.',
      body: loginRequest,
      answers: { schema: loggedIn },
      async handle({ body, presented }) {
        const misplaced = terminalProblem(catalog.current(), body);
        const result =
          misplaced === undefined
            ? await login(body.staffId, body.password, body.deviceId)
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
        // The browser forgets it now; whoever else has it must not keep it.
        if (presented !== undefined) await sessions.endOf(presented);
        const object = body.deviceId === undefined ? 'session' : `device:${body.deviceId}`;
        await audit({ kind: 'login', staffId: body.staffId, object, result: 'ok' });
        const { staff: person, factor = await factors.needed(person), ...due } = result.value;
        const answer = await opened(person, body.deviceId, {
          ...due,
          ...(factor !== undefined && { factor }),
        });
        return { ...answer, value: { ...answer.value, session: { token: result.value.token } } };
      },
    }),
    forStaff({
      name: 'GET /api/session',
      summary: 'Who is logged in here.',
      answers: { schema: session },
      async handle(_asked, { staff: person, isProven }) {
        const factor = isProven ? undefined : await factors.needed(person);
        return answered({
          staff: person,
          offlineUntil: offlineUntil(),
          hubNow: clock.now(),
          ...(factor !== undefined && { factor }),
        });
      },
    }),
    forStaff({
      name: 'POST /api/session/password',
      summary:
        'Change the own password. The old one is asked again, a wrong one counts like a wrong login; other sessions of the person end.',
      body: passwordChange,
      answers: { schema: loggedIn },
      async handle({ body }, { staff: person, sessionId, isProven }) {
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
        if (!result.ok) return result;
        const factor = isProven ? undefined : await factors.needed(person);
        return opened(person, body.deviceId, factor === undefined ? {} : { factor });
      },
    }),
    forStaff({
      name: 'DELETE /api/session',
      summary: 'Log out.',
      answers: { schema: z.undefined(), status: 204 },
      async handle(_asked, caller) {
        await sessions.end(caller.sessionId);
        await audit({ kind: 'logout', staffId: caller.staff.staffId, object: 'session', result: 'ok' });
        return { ...NOTHING, value: { ...NOTHING.value, session: { token: undefined } } };
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
