/** The second factor of an administrator: set up by the person, shown at the login, and taken away by another administrator when the phone is lost. */
import { z } from 'zod';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { isAdministrator } from '@sanji/sync/domain/security-policy';
import { answered, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

/** Six digits, or a recovery code; people type spaces and hyphens. */
const shown = z.object({ code: z.string().trim().min(1).max(40) });
const state = z.object({
  needed: z.enum(['asked', 'due']).optional(),
  enrolledAt: millis.optional(),
  recoveryLeft: z.int().optional(),
});

export function secondFactorRoutes({ catalog, factors, sessions, audit }: Container): Endpoint[] {
  async function note(
    {
      kind,
      by,
      about = by,
      more,
    }: { kind: AuditKind; by: string; about?: string; more?: Record<string, string> },
    result: Result<unknown>,
  ): Promise<void> {
    await audit({
      kind,
      staffId: by,
      object: `staff:${about}`,
      result: result.ok ? 'ok' : 'refused',
      details: { ...more, ...(!result.ok && { code: result.problem.code }) },
    });
  }

  return [
    forStaff({
      name: 'GET /api/session/factor',
      summary: 'How the own second factor stands.',
      answers: { schema: state },
      async handle(_asked, { staff, isProven }) {
        const own = (await factors.list()).find(({ staffId }) => staffId === staff.staffId);
        const needed = isProven ? undefined : await factors.needed(staff);
        return answered({
          ...(needed !== undefined && { needed }),
          ...(own !== undefined && { enrolledAt: own.enrolledAt, recoveryLeft: own.recoveryLeft }),
        });
      },
    }),
    forStaff({
      name: 'POST /api/session/factor',
      summary:
        'Show the second factor: the code of the app, or a recovery code. Each opens once; wrong ones lock as with passwords.',
      body: shown,
      answers: { schema: z.undefined(), status: 204 },
      async handle({ body: { code } }, { staff: { staffId }, sessionId }) {
        const proven = await factors.prove(staffId, code);
        const more = proven.ok ? { by: proven.value.by } : {};
        await note({ kind: 'factor-shown', by: staffId, more }, proven);
        if (!proven.ok) return proven;
        return (await sessions.noteProven(sessionId)) ? NOTHING : refused('login-required');
      },
    }),
    forStaff({
      name: 'POST /api/session/factor/setup',
      summary:
        'Begin to set up a second factor, or another one. The secret is shown this once; it counts when the first code has confirmed it.',
      answers: { schema: z.object({ secret: z.string(), uri: z.string() }), status: 201 },
      async handle(_asked, { staff, isProven }) {
        if (!isAdministrator(staff.roles)) return refused('forbidden');
        // A password alone must not put another phone in the place of the present one.
        if (!isProven && (await factors.needed(staff)) === 'asked') return refused('factor-required');
        return answered(await factors.setUp(staff.staffId), 201);
      },
    }),
    forStaff({
      name: 'POST /api/session/factor/confirm',
      summary:
        'Finish setting up with the first code. Gives ten recovery codes, shown once; others no longer count.',
      body: shown,
      answers: { schema: z.object({ recoveryCodes: z.array(z.string()) }) },
      async handle({ body: { code } }, { staff, sessionId, isProven }) {
        const { staffId } = staff;
        if (!isProven && (await factors.needed(staff)) === 'asked') return refused('factor-required');
        const confirmed = await factors.confirm(staffId, code);
        await note({ kind: 'factor-set-up', by: staffId }, confirmed);
        if (!confirmed.ok) return confirmed;
        await sessions.noteProven(sessionId);
        return answered({ recoveryCodes: confirmed.value });
      },
    }),
    forStaff({
      name: 'DELETE /api/staff/:staffId/factor',
      summary:
        'Take away a second factor that its owner has lost, never the own one; that of a security administrator by any of the two others. Ends the person’s sessions.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, { staff: { staffId: by, roles } }) {
        const known = catalog.current().staff.get(params['staffId'] ?? '');
        if (known === undefined) return refused('not-found');
        const mayReset = roles.includes('securityAdmin') || known.roles.includes('securityAdmin');
        const done: Result<undefined> =
          known.staffId === by
            ? refused('own-account')
            : !mayReset
              ? refused('forbidden')
              : (await factors.reset(known.staffId))
                ? { ok: true, value: undefined }
                : refused('no-change');
        await note({ kind: 'factor-reset', by, about: known.staffId }, done);
        if (!done.ok) return done;
        await sessions.endAll(known.staffId);
        return NOTHING;
      },
    }),
  ];
}
