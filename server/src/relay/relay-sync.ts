/** What a street relay answers its street's stations in the hub's place. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { FeedStore } from '@sanji/sync/replication/ports';
import type { Relay } from '@sanji/sync/replication/relay';
import type { PullAnswer, PullRequest, PushAnswer, PushRequest } from '@sanji/sync/protocol/messages';
import { CATALOG_FEED } from '../hub/feed-reader.ts';
import type { PushPace } from '../hub/push-pace.ts';
import type { SyncService } from '../hub/sync-service.ts';
import { relaySnapshot } from './relay-snapshot.ts';

export interface RelaySyncDeps {
  relay: Relay;
  feeds: FeedStore;
  /** As stations know the relay and its store. */
  name: string;
  pace: PushPace;
  /** False once the relay itself was taken out of service. */
  isInService: () => boolean;
}

export class RelaySync implements SyncService {
  readonly #deps: RelaySyncDeps;

  constructor(deps: RelaySyncDeps) {
    this.#deps = deps;
  }

  feedsOf(device: DeviceKey): string[] {
    return this.#refusal(device) === undefined ? [feedOf(device.unit), CATALOG_FEED] : [];
  }

  /** Problems: out-of-scope for a terminal of another street, unavailable. */
  async push(request: PushRequest, device: DeviceKey): Promise<Result<PushAnswer>> {
    const { pace, relay } = this.#deps;
    return this.#refusal(device) ?? pace.during(request.cases.length, () => relay.push(request, device.unit));
  }

  async pull(request: PullRequest, device: DeviceKey): Promise<Result<PullAnswer>> {
    return this.#refusal(device) ?? this.#deps.relay.pull(request, device.unit);
  }

  async snapshot(feed: string, device: DeviceKey): Promise<Result<Buffer[]>> {
    const refusal = this.#refusal(device);
    if (refusal !== undefined) return refusal;
    if (feed !== feedOf(device.unit)) return refused('out-of-scope', { feed });
    return { ok: true, value: await relaySnapshot(this.#deps, device.unit) };
  }

  #refusal({ unit, kind }: DeviceKey) {
    const { relay, isInService } = this.#deps;
    // A terminal told that a device is out of service takes itself for it: the relay's own revocation is no business of theirs.
    if (!isInService() || !relay.isReady) return refused('unavailable');
    return kind === 'relay' || !relay.units().has(unit) ? refused('out-of-scope', { unit }) : undefined;
  }
}
