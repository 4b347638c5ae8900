/** A process of the simulated hub as the session of one device sees it: a terminal, or the relay of a street. As the server's routes do it. */
import type { Catalog, CatalogDocument, DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused } from '@sanji/sync/domain/problem';
import type { Result } from '@sanji/sync/domain/problem';
import { scopeOf } from '@sanji/sync/domain/scope';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { packCase } from '@sanji/sync/protocol/pack-case';
import { judgePush } from '@sanji/sync/replication/judge';
import type { JudgePorts } from '@sanji/sync/replication/judge-ports';
import type { HubPort, Snapshot } from '@sanji/sync/replication/ports';
import { logOf, mayRead, readFeed, sealCheckpoint } from '@sanji/server/hub/feed-reader';
import type { FeedReaderDeps } from '@sanji/server/hub/feed-reader';
import type { Schedule } from './schedule.ts';

/** Small, so that a feed takes several pages and a first load several batches. */
const PAGE = 3;
const BATCH = 1;

export interface HubSession {
  judge: JudgePorts;
  reader: FeedReaderDeps;
  timer: Pick<Schedule, 'delay'>;
  /** As of when the process last heard of it. */
  catalog: Catalog;
  /** How many were taken. */
  takeBack: (docs: CatalogDocument[]) => number;
}

export function hubPort(
  { judge, reader, catalog, takeBack, timer }: HubSession,
  deviceId: DeviceId,
): HubPort {
  const admitted = async <T>(
    handle: (device: DeviceKey) => Promise<Result<T>> | Result<T>,
  ): Promise<Result<T>> => {
    const device = catalog.devices.get(deviceId);
    if (device === undefined) return refused('device-unknown', { deviceId });
    return device.status === 'revoked' ? refused('device-revoked', { deviceId }) : handle(device);
  };
  return {
    push: (request) =>
      admitted(async (device) => {
        const scope = scopeOf(catalog, device);
        return { ok: true, value: await judgePush(judge, request, device.unit, scope) };
      }),
    pull: (request) =>
      admitted((device) => {
        const scope = scopeOf(catalog, device);
        const page = { ...request, limit: Math.min(request.limit, pageOf(request.feed)) };
        return scope.some((unit) => mayRead(request.feed, unit))
          ? readFeed(reader, page, device.kind === 'relay' ? scope : [])
          : refused('out-of-scope', { feed: request.feed });
      }),
    snapshot: (feed) =>
      admitted(async (device) =>
        scopeOf(catalog, device).map(feedOf).includes(feed)
          ? { ok: true, value: await snapshotOf({ reader, timer }, feed) }
          : refused('out-of-scope', { feed }),
      ),
    giveBack: ({ docs }) =>
      admitted(() => ({ ok: true, value: { v: 1, hubNow: reader.clock.now(), taken: takeBack(docs) } })),
  };
}

/** The feed first, then the cases as they are now. */
async function snapshotOf(
  { reader, timer }: Pick<HubSession, 'reader' | 'timer'>,
  feed: string,
): Promise<Snapshot> {
  const { epoch } = reader.memory();
  const rows: PackedCase[] = [];
  let since: string | null = null;
  for (let more = true; more;) {
    const page = await reader.feeds.read(feed, since, PAGE);
    const masters = await reader.master.getMany(page.entries.map(({ caseId }) => caseId));
    for (const master of masters) {
      if (master?.head.parties.some((unit) => feedOf(unit) === feed) === true)
        rows.push(packCase(master.head, logOf(master, epoch.count)));
    }
    since = page.last;
    more = page.more;
  }
  const checkpoint = sealCheckpoint(reader, since);
  const head = { v: 1 as const, hubNow: reader.clock.now(), epoch, checkpoint, count: rows.length };
  return { head, batches: batchesOf(rows, timer) };
}

/** Whoever is asked is not there, or may not answer. */
export function refusing(refusal: ReturnType<typeof refused>): HubPort {
  const answer = () => Promise.resolve(refusal);
  return { push: answer, pull: answer, snapshot: answer, giveBack: answer };
}

/** What is asked waits in the line until somebody listens. */
export function awaited(port: Promise<HubPort>): HubPort {
  return {
    push: async (request) => (await port).push(request),
    pull: async (request) => (await port).pull(request),
    snapshot: async (feed) => (await port).snapshot(feed),
    giveBack: async (request) => (await port).giveBack(request),
  };
}

export function pageOf(feed: string): number {
  return feed === 'catalog' ? 50 : PAGE;
}

async function* batchesOf(rows: PackedCase[], timer: HubSession['timer']): AsyncGenerator<PackedCase[]> {
  for (let i = 0; i < rows.length; i += BATCH) {
    await timer.delay(1);
    yield rows.slice(i, i + BATCH);
  }
}
