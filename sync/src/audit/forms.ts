/** The forms of an export's lines, but for cases (`check-case.ts`). Strict: what an export does not write has no place in it. */
import { z } from 'zod';
import { PROBLEMS } from '../domain/problem.ts';

export const problemForm = z.strictObject({
  code: z.string().refine((code) => Object.hasOwn(PROBLEMS, code)),
  params: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
});

const publicKey = z.strictObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() });
const device = z.strictObject({
  deviceId: z.string(),
  unit: z.string(),
  terminal: z.string(),
  publicKey,
  status: z.enum(['active', 'revoked']),
  kind: z.literal('relay').exactOptional(),
});
const publication = z.looseObject({ seq: z.int().min(1) });

/** Down to what ids are made of, and what is checked. */
const catalogEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unit'), unit: z.looseObject({ code: z.string() }) }),
  z.strictObject({
    kind: z.literal('matter'),
    matter: z.looseObject({ matterId: z.string(), version: z.number() }),
  }),
  z.strictObject({ kind: z.literal('rules'), publication }),
  z.strictObject({ kind: z.literal('calendar'), calendar: z.looseObject({ year: z.number() }) }),
  z.strictObject({ kind: z.literal('office'), office: z.looseObject({ seq: z.int().min(1) }) }),
  z.strictObject({ kind: z.literal('device'), device }),
  z.strictObject({ kind: z.literal('staff'), staff: z.looseObject({ staffId: z.string() }) }),
  z.strictObject({ kind: z.literal('settings'), settings: z.looseObject({}) }),
]);

export const catalogForm = z.strictObject({
  _id: z.string(),
  epoch: z.int().min(1).exactOptional(),
  n: z.int().min(1),
  entry: catalogEntry,
  sig: z.string(),
});

export const logForm = z.strictObject({
  at: z.number(),
  kind: z.string(),
  staffId: z.string(),
  object: z.string(),
  result: z.enum(['ok', 'refused']),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
  seq: z.int().min(1),
  prev: z.string().nullable(),
  hash: z.string(),
});

const holder = z.strictObject({ hash: z.string(), prev: z.string().nullable(), at: z.number() });
export const registerForm = z.strictObject({
  _id: z.string().regex(/^.+\.\d+$/),
  places: z.record(z.string().regex(/^\d+$/), z.array(holder).min(1)),
});

const setAside = z.strictObject({
  id: z.string(),
  caseId: z.string(),
  action: z.unknown(),
  ruling: z
    .strictObject({ verdict: z.literal('rejected'), problem: problemForm, receivedAt: z.number() })
    .nullable(),
  problem: problemForm,
  filedAt: z.number(),
});
const fault = z.strictObject({
  actionId: z.string(),
  fault: z.enum(['missing', 'forked']),
  since: z.number(),
});
export const quarantineForm = z.strictObject({
  _id: z.string(),
  entry: setAside.exactOptional(),
  mark: z.strictObject({ deviceId: z.string(), reasons: z.array(z.string()) }).exactOptional(),
  chain: z
    .strictObject({
      deviceId: z.string(),
      isDue: z.boolean(),
      again: z.literal(true).exactOptional(),
      checkedAt: z.number(),
      faults: z.array(fault),
    })
    .exactOptional(),
});
