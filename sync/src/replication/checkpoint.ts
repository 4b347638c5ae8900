/**
 * What a hub gives out as the opaque checkpoint of a feed: where the store stands, in which epoch, and when it was said. A checkpoint of
 * another epoch means nothing any more; one from a time the hub does not remember shows that a backup was put back.
 */
import type { Epoch } from '../domain/epoch.ts';
import { isSameEpoch } from '../domain/epoch.ts';
import type { BehindEvidence } from './ports.ts';

export interface Checkpoint {
  epoch: Epoch;
  /** When it was given out, milliseconds since the epoch, the hub's clock. */
  at: number;
  /** The store's own, null before the first row. */
  since: string | null;
}

/** `<count>.<id>.<at>.<since>`; ids hold no dot. */
export function writeCheckpoint({ epoch, at, since }: Checkpoint): string {
  return [epoch.count, epoch.id, Math.floor(at).toString(36), since ?? ''].join('.');
}

/** Undefined for what no hub gave out. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const found = /^(\d{1,15})\.([a-z0-9]{1,32})\.([a-z0-9]{1,11})\.(.*)$/s.exec(text);
  if (found === null) return undefined;
  const [, count = '', id = '', at = '', since = ''] = found;
  return {
    epoch: { count: Number(count), id },
    at: parseInt(at, 36),
    since: since === '' ? null : since,
  };
}

/** What the hub remembers of itself. */
export interface HubMemory {
  epoch: Epoch;
  /** It was alive until then and wrote that down; a moment more is not held against it. */
  rememberedUntil: number;
  /** Since then it is awake and forgets nothing. */
  awakeSince: number;
}

/** The evidence in a checkpoint that this store is older than what its hub has already said; undefined when there is none. */
export function evidenceIn(
  feed: string,
  { epoch, at }: Checkpoint,
  own: HubMemory,
): BehindEvidence | undefined {
  if (isSameEpoch(epoch, own.epoch))
    return at > own.rememberedUntil && at < own.awakeSince ? { kind: 'checkpoint', feed, at } : undefined;
  // Another store's of the same count, or a restore that was itself undone.
  return epoch.count >= own.epoch.count
    ? { kind: 'epoch', theirs: epoch.count, ours: own.epoch.count }
    : undefined;
}
