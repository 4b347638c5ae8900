/**
 * First loads, built ahead and kept: per feed, blocks of packed cases in the form a station stores, compressed apart. A change costs the
 * block it is in. Every read is brought up to the feed's end first, so a case that left the unit is never handed out.
 */
import type { FeedStore, MasterStore, Clock } from '@sanji/sync/replication/ports';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import { PROTOCOL_VERSION, type SnapshotHead } from '@sanji/sync/protocol/messages';
import { packCase, packedLines } from '@sanji/sync/protocol/pack-case';
import { isParty, logOf, sealCheckpoint } from './feed-reader.ts';
import { compressBlock, joinBlocks, type Block } from './gzip-blocks.ts';

const BLOCK_CASES = 200;
const PAGE = 1_000;
/** A storm of changes costs one build, not one a change. */
const QUIET_MS = 2_000;
/** All feeds together; beyond it the feed used longest ago is dropped and built again when it is asked for. */
const MAX_BYTES = 256 * 1024 * 1024;

interface KeptBlock {
  caseIds: Set<string>;
  block: Block | undefined;
}
interface KeptFeed {
  since: string | null;
  blocks: KeptBlock[];
  blockOf: Map<string, KeptBlock>;
}

export interface SnapshotsDeps {
  master: Pick<MasterStore, 'getMany'>;
  feeds: FeedStore;
  clock: Clock;
  memory: () => HubMemory;
}

export class Snapshots {
  readonly #deps: SnapshotsDeps;
  /** In order of use, the newest last. */
  readonly #kept = new Map<string, KeptFeed>();
  readonly #planned = new Map<string, NodeJS.Timeout>();
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(deps: SnapshotsDeps) {
    this.#deps = deps;
  }

  /** The whole answer as gzip: head, two lines for each packed case, `{"end": count}`. */
  async read(feed: string): Promise<Buffer[]> {
    return this.#alone(feed, async () => {
      const kept = await this.#upToDate(feed);
      const count = kept.blockOf.size;
      const head: SnapshotHead = {
        v: PROTOCOL_VERSION,
        hubNow: this.#deps.clock.now(),
        epoch: this.#deps.memory().epoch,
        checkpoint: sealCheckpoint(this.#deps, kept.since),
        count,
      };
      const first = await compressBlock(`${JSON.stringify(head)}\n`);
      const last = await compressBlock(`${JSON.stringify({ end: count })}\n`);
      const blocks = kept.blocks.map(({ block }) => block).filter((block) => block !== undefined);
      return [...joinBlocks([first, ...blocks, last])];
    });
  }

  /** Brings a feed up to date before anybody asks. */
  async prepare(feed: string): Promise<void> {
    await this.#alone(feed, () => this.#upToDate(feed));
  }

  /** A feed that was asked for before is brought up to date once it is quiet. */
  moved(feed: string): void {
    if (!this.#kept.has(feed) || this.#planned.has(feed)) return;
    const timer = setTimeout(() => {
      this.#planned.delete(feed);
      // The next read tries again and answers for what went wrong.
      this.prepare(feed).catch(() => undefined);
    }, QUIET_MS);
    timer.unref();
    this.#planned.set(feed, timer);
  }

  /** Ends what was planned. */
  close(): void {
    for (const timer of this.#planned.values()) clearTimeout(timer);
    this.#planned.clear();
  }

  async #upToDate(feed: string): Promise<KeptFeed> {
    const kept = this.#kept.get(feed) ?? { since: null, blocks: [], blockOf: new Map<string, KeptBlock>() };
    // Taken out while it changes: a store that fails half-way must not leave a half-built feed behind.
    this.#kept.delete(feed);
    const stale = new Set<KeptBlock>();
    for (let more = true; more;) {
      const page = await this.#deps.feeds.read(feed, kept.since, PAGE);
      for (const { caseId, gone } of page.entries)
        stale.add(gone ? leave(kept, caseId) : place(kept, caseId));
      kept.since = page.last;
      more = page.more;
    }
    for (const part of stale) await this.#compress(feed, kept, part);
    kept.blocks = kept.blocks.filter(({ caseIds }) => caseIds.size > 0);
    this.#kept.set(feed, kept);
    this.#trim();
    return kept;
  }

  async #compress(feed: string, kept: KeptFeed, part: KeptBlock): Promise<void> {
    const masters = await this.#deps.master.getMany([...part.caseIds]);
    let text = '';
    const there = new Set<string>();
    for (const master of masters) {
      if (master === undefined || !isParty(master, feed)) continue;
      there.add(master._id);
      text += packedLines(packCase(master.head, logOf(master, this.#deps.memory().epoch.count)));
    }
    for (const caseId of part.caseIds) {
      if (there.has(caseId)) continue;
      part.caseIds.delete(caseId);
      kept.blockOf.delete(caseId);
    }
    part.block = await compressBlock(text);
  }

  #trim(): void {
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += sizeOf(kept);
    for (const [feed, kept] of this.#kept) {
      if (bytes <= MAX_BYTES || this.#kept.size === 1) return;
      this.#kept.delete(feed);
      bytes -= sizeOf(kept);
    }
  }

  /** One build at a time for a feed; others wait and find it done. */
  async #alone<T>(feed: string, task: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(feed) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine.catch(() => undefined);
    this.#busy.set(feed, settled);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(feed) === settled) this.#busy.delete(feed);
    }
  }
}

function place(kept: KeptFeed, caseId: string): KeptBlock {
  const known = kept.blockOf.get(caseId);
  if (known !== undefined) return known;
  let last = kept.blocks.at(-1);
  if (last === undefined || last.caseIds.size >= BLOCK_CASES) {
    last = { caseIds: new Set(), block: undefined };
    kept.blocks.push(last);
  }
  last.caseIds.add(caseId);
  kept.blockOf.set(caseId, last);
  return last;
}

function leave(kept: KeptFeed, caseId: string): KeptBlock {
  const known = kept.blockOf.get(caseId);
  known?.caseIds.delete(caseId);
  kept.blockOf.delete(caseId);
  return known ?? { caseIds: new Set(), block: undefined };
}

function sizeOf(kept: KeptFeed): number {
  return kept.blocks.reduce((sum, { block }) => sum + (block?.bytes.length ?? 0), 0);
}
