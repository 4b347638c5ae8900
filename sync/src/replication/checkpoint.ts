/**
 * What a hub gives out as the opaque checkpoint of a feed: where the store stands, in which epoch, and under which pulse it was said. A
 * checkpoint of another epoch means nothing any more; a pulse the hub does not remember shows that a backup was put back.
 */
import type { Epoch } from '../domain/epoch.ts';
import { isSameEpoch } from '../domain/epoch.ts';
import type { BehindEvidence } from './ports.ts';

export interface Checkpoint {
  epoch: Epoch;
  /** The hub's pulse when it was given out: the time in milliseconds to a minute, if the hub's clock was right. */
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

/** What a hub process remembers of itself. Pulses are numbers that grow with every one that is written, whoever writes it. */
export interface HubMemory {
  epoch: Epoch;
  /** The last pulse that was in the store when this process began: others up to it are remembered too. */
  rememberedUntil: number;
  /** The first pulse of this process, which forgets nothing. */
  awakeSince: number;
  /** Its latest: in the store, and in what is given out. */
  pulse: number;
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
