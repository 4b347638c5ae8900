/** The hub's side of replication: rules what is pushed, and hands out each device's feeds and the catalog, nothing else. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { scopeOf } from '@sanji/sync/domain/scope';
import { judgePush } from '@sanji/sync/replication/judge';
import type { JudgePorts } from '@sanji/sync/replication/judge-ports';
import type { PullAnswer, PullRequest, PushAnswer, PushRequest } from '@sanji/sync/protocol/messages';
import type { CatalogService } from './catalog-service.ts';
import { CATALOG_FEED, mayRead, readFeed, type FeedReaderDeps } from './feed-reader.ts';
import type { PushPace } from './push-pace.ts';
import type { Snapshots } from './snapshots.ts';
import type { SyncService } from './sync-service.ts';

export interface HubSyncDeps {
  catalog: Pick<CatalogService, 'current' | 'reload'>;
  judge: JudgePorts;
  pace: PushPace;
  reader: FeedReaderDeps;
  snapshots: Pick<Snapshots, 'read'>;
  /** Other processes write to the same store. */
  isShared: boolean;
}

export class HubSync implements SyncService {
  readonly #deps: HubSyncDeps;

  constructor(deps: HubSyncDeps) {
    this.#deps = deps;
  }

  feedsOf(device: DeviceKey): string[] {
    return [...this.#scopeOf(device).map(feedOf), CATALOG_FEED];
  }

  async push(request: PushRequest, device: DeviceKey): Promise<Result<PushAnswer>> {
    const { catalog, judge, pace, isShared } = this.#deps;
    // What is given back meanwhile may have come to another process: what was ruled under it must not be judged without.
    const isReturn = request.cases.some(({ former }) => former !== undefined);
    if (isReturn && isShared) await catalog.reload();
    const scope = this.#scopeOf(device);
    const value = await pace.during(request.cases.length, () =>
      judgePush(judge, request, device.unit, scope),
    );
    return { ok: true, value };
  }

  async pull(request: PullRequest, device: DeviceKey): Promise<Result<PullAnswer>> {
    const scope = this.#scopeOf(device);
    if (!scope.some((unit) => mayRead(request.feed, unit)))
      return refused('out-of-scope', { feed: request.feed });
    return readFeed(this.#deps.reader, request, device.kind === 'relay' ? scope : []);
  }

  async snapshot(feed: string, device: DeviceKey): Promise<Result<Buffer[]>> {
    if (!this.#scopeOf(device).map(feedOf).includes(feed)) return refused('out-of-scope', { feed });
    return { ok: true, value: await this.#deps.snapshots.read(feed) };
  }

  #scopeOf(device: DeviceKey): string[] {
    return scopeOf(this.#deps.catalog.current(), device);
  }
}
