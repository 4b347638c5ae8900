/** For whoever operates the hub: is it alive, and how busy. */
import { z } from 'zod';
import { answered, forAnyone, type Endpoint } from '../http/endpoint.ts';
import { refused } from '@sanji/sync/domain/problem';
import type { Ground } from '../ground.ts';

export function healthRoutes({
  stores,
  metrics,
  config,
}: Pick<Ground, 'stores' | 'metrics' | 'config'>): Endpoint[] {
  return [
    forAnyone({
      name: 'GET /healthz',
      summary: 'Whether the hub and its store answer.',
      answers: { schema: z.object({ status: z.literal('ok'), store: z.enum(['embedded', 'couchdb']) }) },
      async handle() {
        await stores.store.ping();
        return answered({ status: 'ok', store: stores.store.kind });
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
