/** Who is logged in where: the security administrator sees and ends all, everybody the own ones. */
import { z } from 'zod';
import { refused } from '@sanji/sync/domain/problem';
import { answered, forStaff, NOTHING, type Endpoint, type StaffCaller } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

const listed = z.object({
  sessions: z.array(
    z.object({
      /** Names the session; nobody gets in with it. */
      id: z.string(),
      staffId: z.string(),
      /** The terminal, where one was named at the login. */
      deviceId: z.string().optional(),
      startedAt: millis,
      seenAt: millis,
      isProven: z.boolean(),
      isOwn: z.boolean(),
    }),
  ),
});

const ended = z.object({ ended: z.int() });

export function openSessionRoutes({ catalog, sessions, audit }: Container): Endpoint[] {
  async function shown({ sessionId }: StaffCaller, staffId?: string) {
    const open = await sessions.open();
    return answered({
      sessions: open
        .filter((session) => staffId === undefined || session.staffId === staffId)
        .map((session) => ({ ...session, isOwn: session.id === sessionId })),
    });
  }

  /** @param whose undefined: anybody's */
  async function end(id: string, { staff: { staffId: by } }: StaffCaller, whose?: string) {
    const found = (await sessions.open()).find((session) => session.id === id);
    if (found === undefined || (whose !== undefined && found.staffId !== whose)) return refused('not-found');
    await sessions.end(id);
    await audit({ kind: 'session-ended', staffId: by, object: `staff:${found.staffId}`, result: 'ok' });
    return NOTHING;
  }

  /** All of a person; of the own ones this one stays open. */
  async function endAll(staffId: string, { staff: { staffId: by }, sessionId }: StaffCaller) {
    const count = await sessions.endAll(staffId, sessionId);
    await audit({
      kind: 'sessions-ended',
      staffId: by,
      object: `staff:${staffId}`,
      result: 'ok',
      details: { ended: count },
    });
    return answered({ ended: count });
  }

  return [
    forStaff({
      name: 'GET /api/session/all',
      summary: 'The own open sessions, this one marked.',
      answers: { schema: listed },
      handle: (_asked, caller) => shown(caller, caller.staff.staffId),
    }),
    forStaff({
      name: 'DELETE /api/session/all',
      summary: 'End all of the own sessions but this.',
      answers: { schema: ended },
      handle: (_asked, caller) => endAll(caller.staff.staffId, caller),
    }),
    forStaff({
      name: 'DELETE /api/session/all/:id',
      summary: 'End one of the own sessions.',
      answers: { schema: z.undefined(), status: 204 },
      handle: ({ params }, caller) => end(params['id'] ?? '', caller, caller.staff.staffId),
    }),
    forStaff({
      name: 'GET /api/sessions',
      summary: 'All open sessions, who was seen last first.',
      answers: { schema: listed },
      handle: (_asked, caller) => shown(caller),
    }),
    forStaff({
      name: 'DELETE /api/sessions/:id',
      summary:
        'End a session. The terminal it was opened at stays open for what works offline, until it is locked.',
      answers: { schema: z.undefined(), status: 204 },
      handle: ({ params }, caller) => end(params['id'] ?? '', caller),
    }),
    forStaff({
      name: 'DELETE /api/staff/:staffId/sessions',
      summary: 'End every session of a person; of the own ones all but this.',
      answers: { schema: ended },
      async handle({ params }, caller) {
        const known = catalog.current().staff.get(params['staffId'] ?? '');
        return known === undefined ? refused('not-found') : endAll(known.staffId, caller);
      },
    }),
  ];
}
