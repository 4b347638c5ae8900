/** What a station pulls at a relay: a page of its unit's feed, joined with the cases, or of the catalog. */
import type { CatalogDocument } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import { feedOf } from '../domain/identifiers.ts';
import type { UnitCode } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import type { Result } from '../domain/problem.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { PackedCase, PullAnswer, PullItem, PullRequest } from '../protocol/messages.ts';
import { packCase } from '../protocol/pack-case.ts';
import type { Clock, FeedStore } from './ports.ts';
import { CATALOG } from './pull-feed.ts';
import { relayItem, servedLog, unruledOf } from './relay-case.ts';
import type { RelayCase } from './relay-case.ts';
import type { RelayStore } from './relay-store.ts';

export interface RelayFeedPorts {
  store: Pick<RelayStore, 'find'>;
  feeds: FeedStore;
  catalog: {
    changes(
      since: string | null,
      limit: number,
    ): Promise<{ docs: CatalogDocument[]; last: string; more: boolean }>;
  };
  /** The district's, as last measured. */
  clock: Clock;
  epoch: () => Epoch;
  /** As stations know this relay and its store. */
  relay: string;
}

/** @param unit of the station. Problems: out-of-scope, checkpoint-unknown. */
export async function readRelayFeed(
  ports: RelayFeedPorts,
  { feed, since, limit }: PullRequest,
  unit: UnitCode,
): Promise<Result<PullAnswer>> {
  if (feed !== CATALOG && feed !== feedOf(unit)) return refused('out-of-scope', { feed });
  const { clock, epoch, relay } = ports;
  const from = since === null ? null : openRelayCheckpoint(relay, since);
  if (from === undefined) return refused('checkpoint-unknown');
  const asked = { since: from, limit };
  const { items, last, more } =
    feed === CATALOG ? await catalogPage(ports, asked) : await casePage(ports, asked, unit);
  const checkpoint = sealRelayCheckpoint(relay, last);
  return {
    ok: true,
    value: { v: PROTOCOL_VERSION, hubNow: clock.now(), epoch: epoch(), relay, checkpoint, more, items },
  };
}

/** No hub takes it for its own, nor another relay. */
export function sealRelayCheckpoint(relay: string, since: string): string {
  return `${relay}/${since}`;
}

/** In the form in which a station stores it. Index fields as the pending result shows. */
export function packedAtRelay(found: RelayCase): PackedCase {
  return {
    ...packCase(found.head, servedLog(found)),
    ...(unruledOf(found).length > 0 && { isRelayed: true }),
  };
}

function openRelayCheckpoint(relay: string, checkpoint: string): string | undefined {
  return checkpoint.startsWith(`${relay}/`) ? checkpoint.slice(relay.length + 1) : undefined;
}

interface Page {
  items: PullItem[];
  last: string;
  more: boolean;
}

async function catalogPage(
  { catalog }: RelayFeedPorts,
  { since, limit }: Pick<PullRequest, 'since' | 'limit'>,
): Promise<Page> {
  const { docs, last, more } = await catalog.changes(since, limit);
  return { items: docs.map((doc) => ({ kind: 'catalog', doc })), last, more };
}

/** Each case is read after its entry, and what the unit may see is decided by the case. */
async function casePage(
  { store, feeds }: RelayFeedPorts,
  { since, limit }: Pick<PullRequest, 'since' | 'limit'>,
  unit: UnitCode,
): Promise<Page> {
  const { entries, last, more } = await feeds.read(feedOf(unit), since, limit);
  const found = await store.find(entries.map(({ caseId }) => caseId));
  const items = found.flatMap((each) => (each === undefined ? [] : (relayItem(each, unit) ?? [])));
  return { items, last, more };
}
