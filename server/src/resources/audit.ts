/** The audit log, for those who may read it, and what the hub set aside. */
import { z } from 'zod';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';

const query = z.object({
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  staffId: z.string().max(60).optional(),
  kind: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  verify: z.enum(['true', 'false']).default('false'),
});

const entry = z.object({
  id: z.string(),
  at: z.int(),
  kind: z.string(),
  staffId: z.string(),
  object: z.string(),
  result: z.enum(['ok', 'refused']),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  writer: z.string(),
  counter: z.int(),
  prev: z.string().nullable(),
  hash: z.string(),
});

export function auditRoutes({ stores, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'GET /api/audit',
      summary:
        'Entries of the audit log, newest first. `verify=true` also names entries that were tampered with.',
      query,
      answers: { schema: z.object({ entries: z.array(entry), broken: z.array(z.string()).optional() }) },
      async handle({ query: { from, to, staffId, kind, limit, verify } }, { staff }) {
        const wanted = {
          limit,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
          ...(staffId !== undefined && { staffId }),
          ...(kind !== undefined && { kind }),
        };
        const entries = await stores.audit.search(wanted);
        const broken = verify === 'true' ? await stores.audit.verify() : undefined;
        await audit({
          kind: 'audit-read',
          staffId: staff.staffId,
          object: 'audit',
          result: 'ok',
          details: { entries: entries.length },
        });
        return answered({ entries, ...(broken !== undefined && { broken }) });
      },
    }),
    forStaff({
      name: 'GET /api/quarantine',
      summary: 'Actions that were set aside, by id, device and problem; their content stays closed.',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
      answers: {
        schema: z.object({
          entries: z.array(
            z.object({
              id: z.string(),
              caseId: z.string(),
              problem: z.object({ code: z.string() }).loose(),
              filedAt: z.int(),
            }),
          ),
        }),
      },
      async handle({ query: { limit } }) {
        const entries = await stores.quarantine.entries(limit);
        return answered({
          entries: entries.map(({ id, caseId, problem, filedAt }) => ({ id, caseId, problem, filedAt })),
        });
      },
    }),
  ];
}
