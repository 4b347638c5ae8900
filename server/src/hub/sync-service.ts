/** What answers the calls of replication: the hub, or a street relay in its place. The routes see no difference. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import type { PullAnswer, PullRequest, PushAnswer, PushRequest } from '@sanji/sync/protocol/messages';

export interface SyncService {
  /** Names of the feeds whose moves this device is told of. */
  feedsOf(device: DeviceKey): string[];
  push(request: PushRequest, device: DeviceKey): Promise<Result<PushAnswer>>;
  /** Problems: out-of-scope, checkpoint-unknown. */
  pull(request: PullRequest, device: DeviceKey): Promise<Result<PullAnswer>>;
  /** A whole gzip stream in pieces. Problems: out-of-scope. */
  snapshot(feed: string, device: DeviceKey): Promise<Result<Buffer[]>>;
}
