/** The four calls of replication, and the session they run under. Whoever answers, hub or relay, decides what a device may see. */
import type { Response } from 'express';
import { z } from 'zod';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { refused } from '@sanji/sync/domain/problem';
import { MAX_PUSH_BYTES, PULL_LIMIT } from '@sanji/sync/protocol/messages';
import { answered, forAnyone, forDevice, type Endpoint } from '../http/endpoint.ts';
import type { Ground } from '../ground.ts';
import { MonotonicWindows } from '../http/monotonic-windows.ts';
import { OpenStreams } from '../http/open-streams.ts';
import { CATALOG_FEED } from '../hub/feed-reader.ts';
import type { SyncService } from '../hub/sync-service.ts';
import { streamEvents } from './event-stream.ts';
import { parsePushRequest, pushEnvelope } from './push-request.ts';
import { epochShape } from './restore.ts';
import { deviceId, millis, signature } from './schemas.ts';

/**
 * A terminal listens with one, whatever the number of its windows, and a copy of its profile with another; the rest is room for lines that
 * have died and are not known to be dead.
 */
export const STREAMS_A_DEVICE = 6;

/** A line that dies as soon as it is there is tried again after half a second and more, by a terminal and by its copy. */
export const STREAMS_OPENED_A_MINUTE = 120;
const MINUTE_MS = 60_000;

const feedName = z.string().max(40);
const pulled = z.object({
  v: z.literal(1),
  hubNow: millis,
  epoch: epochShape,
  relay: z.string().exactOptional(),
  checkpoint: z.string(),
  more: z.boolean(),
  items: z.array(z.unknown()),
});

type Parts = Pick<Ground, 'tokens' | 'clock' | 'metrics' | 'catalog' | 'pokes' | 'presence'> & {
  sync: SyncService;
};

export function syncRoutes({ tokens, clock, metrics, catalog, pokes, presence, sync }: Parts): Endpoint[] {
  const streams = new OpenStreams(STREAMS_A_DEVICE);
  const openings = new MonotonicWindows(MINUTE_MS);
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
          relay: z.string().exactOptional(),
          results: z.array(z.unknown()),
        }),
      },
      async handle({ body }, { device }) {
        const request = parsePushRequest(body);
        if (!request.ok) return request;
        const answer = await sync.push(request.value, device);
        if (!answer.ok) return answer;
        for (const { kind } of answer.value.results) metrics.pushed(kind);
        return answered(answer.value);
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
        const from = since === undefined || since === '' ? null : since;
        const page = await sync.pull({ feed, since: from, limit }, device);
        if (!page.ok) return page;
        if (feed === CATALOG_FEED && !page.value.more)
          presence.holdsCatalog(device.deviceId, newestIn(catalog.current()));
        return answered(page.value);
      },
    }),
    forDevice({
      name: 'GET /sync/snapshot',
      summary: 'First load of a unit’s feed: gzip, newline-delimited JSON, in the form a station stores.',
      query: z.object({ feed: feedName }),
      answers: { schema: z.string(), mediaType: 'application/x-ndjson' },
      async handle({ query: { feed } }, { device }) {
        const parts = await sync.snapshot(feed, device);
        if (!parts.ok) return parts;
        return {
          ok: true,
          value: {
            stream: (response) => {
              response.type('application/x-ndjson').setHeader('content-encoding', 'gzip');
              // Already compressed: no other hand may do so again.
              response.setHeader('cache-control', 'no-store, no-transform');
              response.end(Buffer.concat(parts.value));
              return Promise.resolve();
            },
          },
        };
      },
    }),
    forDevice({
      name: 'GET /sync/events',
      isEndless: true,
      summary: 'Server-sent events named `moved` with the feed’s name: pokes only, no data.',
      answers: { schema: z.string(), mediaType: 'text/event-stream' },
      handle: (_asked, { device }) => {
        if (openings.increment(device.deviceId).totalHits > STREAMS_OPENED_A_MINUTE)
          return Promise.resolve(refused('rate-limited', { retryAfterS: MINUTE_MS / 1_000 }));
        const stream = async (response: Response, signal: AbortSignal) => {
          const { ended, leave } = streams.enter(device.deviceId);
          try {
            await streamEvents(response, {
              signal: AbortSignal.any([signal, ended]),
              feeds: sync.feedsOf(device),
              pokes,
              isWelcome: () => catalog.current().devices.get(device.deviceId)?.status === 'active',
              opened: () => metrics.streamOpened(),
            });
          } finally {
            leave();
          }
        };
        return Promise.resolve({ ok: true, value: { stream } });
      },
    }),
  ];
}

/** What a terminal holds that has been given the last page. */
function newestIn({ publications, offices }: Catalog): { rulesSeq: number; officeSeq: number } {
  const seqs = [...offices.values()].flat().map(({ seq }) => seq);
  return { rulesSeq: publications.at(-1)?.seq ?? 0, officeSeq: Math.max(0, ...seqs) };
}
