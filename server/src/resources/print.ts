/** A paper was printed: who, which paper of which case, the how manieth at that terminal. Stations hand in offline prints later. */
import { z } from 'zod';
import { CASE_ID } from '@sanji/sync/domain/identifiers';
import { PAPER_KINDS } from '@sanji/sync/domain/papers';
import { forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Ground } from '../ground.ts';
import { deviceId, millis } from './schemas.ts';

/** What a terminal tells of a print. */
export const printReport = z.object({
  caseId: z.string().regex(CASE_ID),
  paper: z.enum(PAPER_KINDS),
  /** From 1; 0 for a draft. */
  copy: z.int().min(0).max(1_000_000),
  language: z.enum(['zh-CN', 'en']),
  at: millis,
  deviceId,
});

export function printRoutes({ audit }: Pick<Ground, 'audit'>): Endpoint[] {
  return [
    forStaff({
      name: 'POST /api/prints',
      summary: 'Record that a paper of a case was printed.',
      body: printReport,
      answers: { schema: z.undefined(), status: 204 },
      async handle({ body }, { staff }) {
        const { caseId, deviceId: device, ...details } = body;
        await audit({
          kind: 'print',
          staffId: staff.staffId,
          object: `case:${caseId}`,
          result: 'ok',
          details: { ...details, device },
        });
        return NOTHING;
      },
    }),
  ];
}
