/** The four calls of replication, and the session they run under. A device reads its own unit's feed and the catalog, nothing else. */
import { z } from 'zod';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused } from '@sanji/sync/domain/problem';
import { judgePush } from '@sanji/sync/replication/judge';
import { MAX_PUSH_BYTES, PULL_LIMIT } from '@sanji/sync/protocol/messages';
import { answered, forAnyone, forDevice, type Endpoint } from '../http/endpoint.ts';
import { CATALOG_FEED, mayRead, readFeed } from '../hub/feed-reader.ts';
import type { Container } from '../container.ts';
import { streamEvents } from './event-stream.ts';
import { parsePushRequest, pushEnvelope } from './push-request.ts';
import { epochShape } from './restore.ts';
import { deviceId, millis, signature } from './schemas.ts';

const feedName = z.string().max(40);
const pulled = z.object({
  v: z.literal(1),
  hubNow: millis,
  epoch: epochShape,
  checkpoint: z.string(),
  more: z.boolean(),
  items: z.array(z.unknown()),
});

export function syncRoutes(container: Container): Endpoint[] {
  const { tokens, clock, judge, pace, reader, snapshots, metrics, catalog, stores } = container;
  return [
    forAnyone({
      name: 'POST /sync/session',
      summary:
        'A terminal proves that it holds its key: the signature is over the canonical JSON of {at, deviceId, nonce}.',
      body: z.object({ deviceId, at: millis, nonce: z.string().min(16).max(100), sig: signature }),
      answers: { schema: z.object({ token: z.string(), expiresAt: millis, hubNow: millis }) },
      async handle({ body }) {
        const opened = await tokens.open(body);
        if (!opened.ok) return opened;
        const { token, expiresAt } = opened.value;
        return answered({ token, expiresAt, hubNow: clock.now() });
      },
    }),
    forDevice({
      name: 'POST /sync/push',
      summary: 'Hand in the unruled actions of cases; each is ruled once. Idempotent.',
      body: pushEnvelope,
      maxBytes: MAX_PUSH_BYTES,
      answers: {
        schema: z.object({
          v: z.literal(1),
          hubNow: millis,
          epoch: epochShape,
          results: z.array(z.unknown()),
        }),
      },
      async handle({ body }, { device }) {
        const request = parsePushRequest(body);
        if (!request.ok) return request;
        // What is given back meanwhile may have come to another process: what was ruled under it must not be judged without.
        const isReturn = request.value.cases.some(({ former }) => former !== undefined);
        if (isReturn && stores.store.kind === 'couchdb') await catalog.reload();
        const answer = await pace.during(() => judgePush(judge, request.value, device.unit));
        for (const { kind } of answer.results) metrics.pushed(kind);
        return answered(answer);
      },
    }),
    forDevice({
      name: 'GET /sync/pull',
      summary: 'A page of a feed. The checkpoint is opaque, and saved only after every item is stored.',
      query: z.object({
        feed: feedName,
        since: z.string().max(2_000).optional(),
        limit: z.coerce.number().int().min(1).max(PULL_LIMIT).default(PULL_LIMIT),
      }),
      answers: { schema: pulled },
      async handle({ query: { feed, since, limit } }, { device }) {
        if (!mayRead(feed, device.unit)) return refused('out-of-scope', { feed });
        const page = await readFeed(reader, {
          feed,
          since: since === undefined || since === '' ? null : since,
          limit,
        });
        return page.ok ? answered(page.value) : page;
      },
    }),
    forDevice({
      name: 'GET /sync/snapshot',
      summary: 'First load of a unit’s feed: gzip, newline-delimited JSON, in the form a station stores.',
      query: z.object({ feed: feedName }),
      answers: { schema: z.string(), mediaType: 'application/x-ndjson' },
      async handle({ query: { feed } }, { device }) {
        if (feed === CATALOG_FEED || !mayRead(feed, device.unit)) return refused('out-of-scope', { feed });
        const parts = await snapshots.read(feed);
        return {
          ok: true,
          value: {
            stream: (response) => {
              response.type('application/x-ndjson').setHeader('content-encoding', 'gzip');
              // Already compressed: no other hand may do so again.
              response.setHeader('cache-control', 'no-store, no-transform');
              response.end(Buffer.concat(parts));
              return Promise.resolve();
            },
          },
        };
      },
    }),
    forDevice({
      name: 'GET /sync/events',
      summary: 'Server-sent events named `moved` with the feed’s name: pokes only, no data.',
      answers: { schema: z.string(), mediaType: 'text/event-stream' },
      handle: (_asked, { device }) =>
        Promise.resolve({
          ok: true,
          value: {
            stream: (response, signal) =>
              streamEvents(response, {
                signal,
                feeds: [feedOf(device.unit), CATALOG_FEED],
                pokes: container.pokes,
                isWelcome: () => catalog.current().devices.get(device.deviceId)?.status === 'active',
                opened: () => metrics.streamOpened(),
              }),
          },
        }),
    }),
  ];
}
