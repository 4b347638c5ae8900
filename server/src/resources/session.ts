/** A person logs in and out. The cookie is for what only works online; replication runs under the device's token. */
import { z } from 'zod';
import { refused, type Problem } from '@sanji/sync/domain/problem';
import { answered, forAnyone, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import { sessionCookie } from '../http/authorise.ts';
import type { Container } from '../container.ts';
import { deviceId, millis, staff, staffId } from './schemas.ts';

const loginRequest = z.object({
  staffId,
  /** Longer ones would only cost hashing time. */
  password: z.string().min(1).max(200),
  deviceId: deviceId.optional(),
});
const session = z.object({ staff, offlineUntil: millis, hubNow: millis });
const login = session.extend({
  /** Of the terminal named in the request: 32 bytes, base64url. */
  sealKey: z.string().optional(),
});

export function sessionRoutes({ sessions, audit, catalog, clock, config, stores }: Container): Endpoint[] {
  const offlineUntil = () => clock.now() + config.offlineHours * 3_600_000;

  return [
    forAnyone({
      name: 'POST /api/session',
      summary: 'Log in. Five wrong passwords in a row lock the account for 15 minutes.',
      body: loginRequest,
      answers: { schema: login },
      async handle({ body }) {
        const misplaced = terminalProblem(catalog.current(), body);
        const result =
          misplaced === undefined
            ? await sessions.login(body.staffId, body.password)
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
        const device =
          body.deviceId === undefined ? undefined : await stores.directory.findDevice(body.deviceId);
        const answer = answered({
          staff: result.value.staff,
          offlineUntil: offlineUntil(),
          hubNow: clock.now(),
          sealKey: device?.value.sealKey,
        });
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
  { devices, staff: people }: ReturnType<Container['catalog']['current']>,
  { staffId: who, deviceId: where }: z.infer<typeof loginRequest>,
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
