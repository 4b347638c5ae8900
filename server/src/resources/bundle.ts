/** Work that comes without a line of its own: carried in on a stick, or handed over by a terminal that was taken out of service. */
import { z } from 'zod';
import { bundleSchema, MAX_BUNDLE_BYTES, MAX_BUNDLE_VALUES } from '@sanji/sync/protocol/bundle';
import { answered, forAnyone, forDevice, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { handOver } from '../hub/handover.ts';
import { takeBundle } from '../hub/take-bundle.ts';
import { deviceId, millis, signature } from './schemas.ts';

const count = z.int().min(0);
/** What is said of a bundle that was handed in. */
export const bundleTaken = z.object({
  v: z.literal(1),
  hubNow: millis,
  deviceId,
  cases: count,
  outcome: z.object({ accepted: count, rejected: count, refused: count }),
  unreadable: z.array(z.string()),
  answer: bundleSchema,
});
const handedOver = z.object({
  v: z.literal(1),
  hubNow: millis,
  filed: count,
  receipt: z.object({
    kind: z.literal('sanji-handover-receipt'),
    v: z.literal(1),
    deviceId,
    bundle: z.string(),
    at: millis,
    sig: signature,
  }),
});

export function bundleRoutes(container: Container): Endpoint[] {
  const { audit, catalog, clock, stores } = container;
  const deps = {
    ...container,
    directory: stores.directory,
    findDevice: (id: string) => catalog.current().devices.get(id),
  };
  return [
    forDevice({
      name: 'POST /sync/bundle',
      summary:
        'Hand in a bundle that another terminal made: the maker’s signature counts, each action is ruled once, and the answer opens for the maker alone.',
      body: bundleSchema,
      maxBytes: MAX_BUNDLE_BYTES,
      maxValues: MAX_BUNDLE_VALUES,
      answers: { schema: bundleTaken },
      async handle({ body }, { device: carrier }) {
        const done = await takeBundle(deps, body);
        await audit({
          kind: 'bundle-imported',
          staffId: '-',
          object: `device:${body.deviceId}`,
          result: done.ok ? 'ok' : 'refused',
          details: {
            carrier: carrier.deviceId,
            bundle: body.hash,
            ...(done.ok ? { cases: done.value.cases, ...done.value.outcome } : { code: done.problem.code }),
          },
        });
        if (!done.ok) return done;
        return answered({ v: 1, hubNow: clock.now(), deviceId: body.deviceId, ...done.value });
      },
    }),
    forAnyone({
      name: 'POST /sync/handover',
      summary:
        'The last words of a terminal that was taken out of service, proven by its key: kept for an administrator, never ruled. Idempotent; the receipt is the hub’s signature.',
      body: bundleSchema,
      maxBytes: MAX_BUNDLE_BYTES,
      maxValues: MAX_BUNDLE_VALUES,
      answers: { schema: handedOver },
      async handle({ body }) {
        const done = await handOver(deps, body);
        // A replay changes nothing, so it does not fill the log either.
        if (!done.ok || done.value.isNew)
          await audit({
            kind: 'device-handed-over',
            staffId: '-',
            object: catalog.current().devices.has(body.deviceId) ? `device:${body.deviceId}` : 'device',
            result: done.ok ? 'ok' : 'refused',
            details: {
              bundle: body.hash,
              ...(done.ok ? { filed: done.value.filed } : { code: done.problem.code }),
            },
          });
        if (!done.ok) return done;
        const { filed, receipt } = done.value;
        return answered({ v: 1, hubNow: clock.now(), filed, receipt });
      },
    }),
  ];
}
