/** For a street relay alone: who logged in there while the district could not be asked belongs in the district's log. */
import { z } from 'zod';
import type { Container } from '../container.ts';
import { answered, forDevice, type Endpoint } from '../http/endpoint.ts';
import { takeRelayLog } from '../hub/take-relay-log.ts';
import { deviceId, millis } from './schemas.ts';

/** Entries that a relay sends at once. */
export const MAX_LOG_ENTRIES = 200;
const MAX_BYTES = 256 * 1024;

const number = z.int().min(0);
const entry = z.strictObject({
  seq: number.min(1),
  at: millis,
  kind: z.enum(['login', 'login-failed', 'logout']),
  staffId: z.string().min(1).max(60),
  object: z.union([z.literal('session'), z.templateLiteral(['device:', deviceId])]),
  result: z.enum(['ok', 'refused']),
  code: z.string().max(60).exactOptional(),
});

const request = z.object({
  after: number,
  entries: z
    .array(entry)
    .max(MAX_LOG_ENTRIES)
    .refine((entries) => entries.every(({ seq }, i) => i === 0 || seq === (entries[i - 1]?.seq ?? 0) + 1)),
});

export function relayLogRoutes({ audit, clock, stores }: Container): Endpoint[] {
  const deps = { audit, clock, directory: stores.directory, log: stores.audit };
  return [
    forDevice({
      name: 'POST /sync/relay-log',
      summary:
        'For a street relay: the logins it judged by itself, by their numbers in its log. Each is written down once; the answer says up to which.',
      body: request,
      maxBytes: MAX_BYTES,
      answers: { schema: z.object({ taken: number }) },
      async handle({ body }, { device }) {
        const done = await takeRelayLog(deps, device, body);
        return done.ok ? answered(done.value) : done;
      },
    }),
  ];
}
