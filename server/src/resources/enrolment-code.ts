/** One-time codes with which a terminal joins. */
import { z } from 'zod';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis, unitCode } from './schemas.ts';

export function enrolmentCodeRoutes({ enrolment, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'POST /api/enrolment-codes',
      summary: 'Make a one-time code, valid for a day, with which one terminal joins a unit.',
      body: z.object({ unit: unitCode }),
      answers: { schema: z.object({ code: z.string(), expiresAt: millis }), status: 201 },
      async handle({ body }, { staff }) {
        const issued = await enrolment.issueCode(body.unit, staff.staffId);
        const result = issued.ok ? 'ok' : 'refused';
        await audit({ kind: 'enrolment-code', staffId: staff.staffId, object: `unit:${body.unit}`, result });
        return issued.ok ? answered(issued.value, 201) : issued;
      },
    }),
  ];
}
