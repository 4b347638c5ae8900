/** For whoever operates the hub: is it alive, and how busy. */
import { z } from 'zod';
import { answered, forAnyone, type Endpoint } from '../http/endpoint.ts';
import { refused } from '@sanji/sync/domain/problem';
import type { Ground } from '../ground.ts';
import { unitCode } from './schemas.ts';

/** Of a street relay: how much waits for the district, and whether the line is up. */
export interface RelayHealth {
  street: string;
  line: 'up' | 'down' | 'revoked';
  /** Actions. */
  pending: number;
  /** Cases that the district cannot take as they are. */
  parked: number;
}
const health = z.object({
  status: z.enum(['ok', 'impaired']),
  store: z.enum(['embedded', 'couchdb']),
  failing: z.array(z.string()),
  relay: z
    .object({
      street: unitCode,
      line: z.enum(['up', 'down', 'revoked']),
      pending: z.int(),
      parked: z.int(),
    })
    .exactOptional(),
});

export function healthRoutes(
  { stores, metrics, config, failing }: Pick<Ground, 'stores' | 'metrics' | 'config' | 'failing'>,
  relay?: () => RelayHealth,
): Endpoint[] {
  return [
    forAnyone({
      name: 'GET /healthz',
      summary:
        'Whether the hub and its store answer. «impaired»: requests are served, but what `failing` names failed and is tried again. A street relay says how it stands with the district.',
      answers: { schema: health },
      async handle() {
        await stores.store.ping();
        const now = failing();
        return answered({
          status: now.length === 0 ? 'ok' : 'impaired',
          store: stores.store.kind,
          failing: now,
          ...(relay !== undefined && { relay: relay() }),
        });
      },
    }),
    forAnyone({
      name: 'GET /metrics',
      summary: 'Figures in the Prometheus text format. Off with METRICS=off.',
      answers: { schema: z.string(), mediaType: 'text/plain' },
      async handle() {
        if (!config.metrics) return refused('not-found');
        const text = await metrics.text();
        return {
          ok: true,
          value: {
            stream: (response) => {
              response.type('text/plain; version=0.0.4').send(text);
              return Promise.resolve();
            },
          },
        };
      },
    }),
  ];
}
