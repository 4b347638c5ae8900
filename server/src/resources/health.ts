/** For whoever operates the hub: is it alive, and how busy. */
import { z } from 'zod';
import { answered, forAnyone, type Endpoint } from '../http/endpoint.ts';
import { refused } from '@sanji/sync/domain/problem';
import type { Ground } from '../ground.ts';

export function healthRoutes({
  stores,
  metrics,
  config,
  failing,
}: Pick<Ground, 'stores' | 'metrics' | 'config' | 'failing'>): Endpoint[] {
  return [
    forAnyone({
      name: 'GET /healthz',
      summary:
        'Whether the hub and its store answer. «impaired»: requests are served, but what `failing` names failed and is tried again.',
      answers: {
        schema: z.object({
          status: z.enum(['ok', 'impaired']),
          store: z.enum(['embedded', 'couchdb']),
          failing: z.array(z.string()),
        }),
      },
      async handle() {
        await stores.store.ping();
        const now = failing();
        return answered({
          status: now.length === 0 ? 'ok' : 'impaired',
          store: stores.store.kind,
          failing: now,
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
