/**
 * A life of the hub's store. Putting back a backup begins a new one: what was ruled after the backup is forgotten at the hub and known at the
 * stations, so canonical states are ordered by (epoch, n), never by n alone. See docs/decisions/0005-epochs.md.
 */
export interface Epoch {
  /** Grows with every restore. */
  count: number;
  /** Tells two restores of one backup apart, should they have been given one count. */
  id: string;
}

/**
 * How long a station keeps its own work on a case that left it, and how long after a restore a hub waits for such work: backups of a month and
 * terminals that come back from leave are worth waiting for.
 */
export const RETURN_MS = 30 * 86_400_000;

/** What a store begins with, and what a document without an epoch is of. */
export const FIRST_EPOCH = 1;

export function epochOf(doc: { epoch?: number }): number {
  return doc.epoch ?? FIRST_EPOCH;
}

/** The field as documents carry it: left out in the first epoch, which most stores never leave. */
export function inEpoch(count: number): { epoch?: number } {
  return count === FIRST_EPOCH ? {} : { epoch: count };
}

export function isSameEpoch(a: Epoch, b: Epoch): boolean {
  return a.count === b.count && a.id === b.id;
}
