/** First load of a unit at its street relay: built when it is asked for, since few stations ask and the relay is a small machine. */
import { feedOf, type CaseId, type UnitCode } from '@sanji/sync/domain/identifiers';
import type { FeedStore } from '@sanji/sync/replication/ports';
import type { Relay } from '@sanji/sync/replication/relay';
import { packedAtRelay, sealRelayCheckpoint } from '@sanji/sync/replication/relay-feed';
import { packedLines } from '@sanji/sync/protocol/pack-case';
import { PROTOCOL_VERSION, type SnapshotHead } from '@sanji/sync/protocol/messages';
import { compressBlock, joinBlocks, type Block } from '../hub/gzip-blocks.ts';

const BLOCK_CASES = 100;
const PAGE = 1_000;

export interface RelaySnapshotPorts {
  relay: Pick<Relay, 'store' | 'now' | 'epoch'>;
  feeds: FeedStore;
  /** As stations know the relay and its store. */
  name: string;
}

/** A whole gzip stream in pieces, of the cases the unit is a party of. */
export async function relaySnapshot(
  { relay, feeds, name }: RelaySnapshotPorts,
  unit: UnitCode,
): Promise<Buffer[]> {
  // The feed first, then the cases as they are now: what moves meanwhile comes after the checkpoint.
  const { ids, last } = await entriesOf(feeds, unit);
  const blocks: Block[] = [];
  let count = 0;
  for (let i = 0; i < ids.length; i += BLOCK_CASES) {
    const found = await relay.store.find(ids.slice(i, i + BLOCK_CASES));
    const rows = found.flatMap((each) =>
      each?.head.parties.includes(unit) === true ? [packedAtRelay(each)] : [],
    );
    count += rows.length;
    blocks.push(await compressBlock(rows.map(packedLines).join('')));
  }
  const head: SnapshotHead = {
    v: PROTOCOL_VERSION,
    hubNow: relay.now(),
    epoch: relay.epoch(),
    relay: name,
    checkpoint: sealRelayCheckpoint(name, last),
    count,
  };
  const first = await compressBlock(`${JSON.stringify(head)}\n`);
  const end = await compressBlock(`${JSON.stringify({ end: count })}\n`);
  return [...joinBlocks([first, ...blocks, end])];
}

async function entriesOf(feeds: FeedStore, unit: UnitCode): Promise<{ ids: CaseId[]; last: string }> {
  const ids = new Set<CaseId>();
  for (let since: string | null = null; ;) {
    const { entries, last, more } = await feeds.read(feedOf(unit), since, PAGE);
    for (const { caseId, gone } of entries)
      if (gone) ids.delete(caseId);
      else ids.add(caseId);
    if (!more) return { ids: [...ids], last };
    since = last;
  }
}
