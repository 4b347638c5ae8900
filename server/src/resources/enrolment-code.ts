/** One-time codes with which a terminal joins. */
import { z } from 'zod';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis, unitCode } from './schemas.ts';

export function enrolmentCodeRoutes({ enrolment, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'POST /api/enrolment-codes',
      summary:
        'Make a one-time code, valid for a day, with which one terminal joins a unit, or a relay its street.',
      body: z.object({ unit: unitCode, kind: z.literal('relay').exactOptional() }),
      answers: { schema: z.object({ code: z.string(), expiresAt: millis }), status: 201 },
      async handle({ body }, { staff }) {
        const { unit, kind } = body;
        const issued = await enrolment.issueCode(unit, staff.staffId, kind);
        await audit({
          kind: kind === 'relay' ? 'enrolment-code-relay' : 'enrolment-code',
          staffId: staff.staffId,
          object: `unit:${unit}`,
          result: issued.ok ? 'ok' : 'refused',
        });
        return issued.ok ? answered(issued.value, 201) : issued;
      },
    }),
  ];
}
