/** Somebody looked at masked data: who, what group of fields, of which case, and why. Stations hand in offline reveals later. */
import { z } from 'zod';
import { CASE_ID } from '@sanji/sync/domain/identifiers';
import { forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Ground } from '../ground.ts';
import { deviceId, millis } from './schemas.ts';

/** A field group such as `applicant`, never its content. */
export const REVEALED_GROUP = /^[A-Za-z][\w.-]{0,39}$/;
/** One of the reasons offered, as a code. */
export const REVEAL_REASON = /^[a-z][a-z0-9-]{0,39}$/;

const reveal = z.object({
  caseId: z.string().regex(CASE_ID),
  group: z.string().regex(REVEALED_GROUP),
  reason: z.string().regex(REVEAL_REASON),
  at: millis.optional(),
  deviceId: deviceId.optional(),
});

export function revealRoutes({ audit }: Pick<Ground, 'audit'>): Endpoint[] {
  return [
    forStaff({
      name: 'POST /api/reveals',
      summary: 'Record that masked data was shown, with the reason.',
      body: reveal,
      answers: { schema: z.undefined(), status: 204 },
      async handle({ body }, { staff }) {
        const { caseId, group, reason, at, deviceId: where } = body;
        const details = {
          group,
          reason,
          ...(at !== undefined && { at }),
          ...(where !== undefined && { device: where }),
        };
        await audit({
          kind: 'reveal',
          staffId: staff.staffId,
          object: `case:${caseId}`,
          result: 'ok',
          details,
        });
        return NOTHING;
      },
    }),
  ];
}
