/** The audit log, for those who may read it, and what the hub set aside. */
import { z } from 'zod';
import { deviceOf } from '@sanji/sync/domain/action';
import { ACTION_KINDS } from '@sanji/sync/domain/lifecycle';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

const query = z.object({
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  staffId: z.string().max(60).optional(),
  kind: z.string().max(60).optional(),
  text: z.string().trim().min(1).max(100).optional(),
  /** The number of the last entry of the page before. */
  before: z.coerce.number().int().min(1).optional(),
  /** Why so many are asked for: `file` is written down as an export. */
  purpose: z.enum(['view', 'file']).default('view'),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  verify: z.enum(['true', 'false']).default('false'),
});

const entry = z.object({
  seq: z.int(),
  at: z.int(),
  kind: z.string(),
  staffId: z.string(),
  object: z.string(),
  result: z.enum(['ok', 'refused']),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  prev: z.string().nullable(),
  hash: z.string(),
});

const fault = z.object({
  seq: z.int(),
  fault: z.enum(['altered', 'missing', 'unlinked']),
  expected: z.string(),
  found: z.string(),
});

const reason = z.object({ code: z.string() }).loose();
const setAside = z.object({
  id: z.string(),
  caseId: z.string(),
  deviceId: z.string(),
  kind: z.enum(ACTION_KINDS),
  problem: reason,
  ruling: z
    .object({ verdict: z.enum(['accepted', 'rejected']), receivedAt: millis, problem: reason.optional() })
    .nullable(),
  filedAt: millis,
});
const brokenChain = z.object({
  deviceId: z.string(),
  checkedAt: millis,
  faults: z.array(z.object({ actionId: z.string(), fault: z.enum(['missing', 'forked']), since: millis })),
});

export const setAsideShape = z.object({ entries: z.array(setAside), chains: z.array(brokenChain) });

/** Everything an administrator has to look at: the content stays closed. */
export async function setAsideAt({ quarantine }: Container['stores'], limit: number) {
  const [entries, chains] = await Promise.all([quarantine.entries(limit), quarantine.chains()]);
  return {
    entries: entries.map(({ action, ...entry }) => ({
      ...entry,
      deviceId: deviceOf(action),
      kind: action.body.kind,
    })),
    chains: chains
      .map(({ finding: { deviceId, checkedAt, faults } }) => ({ deviceId, checkedAt, faults }))
      .filter(({ faults }) => faults.length > 0),
  };
}

export function auditRoutes({ stores, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'GET /api/audit',
      summary:
        'Entries of the audit log, newest first. `verify=true` also names what was changed, taken out or put in.',
      query,
      answers: { schema: z.object({ entries: z.array(entry), broken: z.array(fault).optional() }) },
      async handle({ query: { from, to, staffId, kind, text, before, purpose, limit, verify } }, { staff }) {
        const wanted = {
          limit,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
          ...(staffId !== undefined && { staffId }),
          ...(kind !== undefined && { kind }),
          ...(text !== undefined && { text }),
          ...(before !== undefined && { before }),
        };
        const entries = await stores.audit.search(wanted);
        const broken = verify === 'true' ? await stores.audit.verify() : undefined;
        await audit({
          kind: purpose === 'file' ? 'audit-file' : 'audit-read',
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
      summary:
        'What was set aside, and the hash chains that do not hold together: by id, device and problem; the content stays closed.',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
      answers: { schema: setAsideShape },
      async handle({ query: { limit } }) {
        return answered(await setAsideAt(stores, limit));
      },
    }),
  ];
}
