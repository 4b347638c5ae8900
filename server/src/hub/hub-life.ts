/**
 * The hub's memory of itself: the epoch of its store, and how far it remembers having been alive. Every minute it writes a pulse down, and what
 * it gives out bears the last one written. So a checkpoint bears no pulse that the store does not remember, unless the store is an older one:
 * a backup was put back without the restore command. Pulses are ordered as they were written, by whatever process and under whatever clock
 * (a hybrid logical clock), so a clock that jumps makes nobody doubt what was given out.
 */
import { randomBytes } from 'node:crypto';
import { FIRST_EPOCH, RETURN_MS, isSameEpoch, type Epoch } from '@sanji/sync/domain/epoch';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';

export const BEAT_MS = 60_000;
/** What passes between two pulses counts as a day at most: it may be a clock put right. */
const MAX_PASSED_MS = 86_400_000;

export interface StoredEpoch extends Epoch {
  /** Milliseconds since the epoch of time. */
  beganAt: number;
  /** Rule publications are numbered above this: what was lost may come back under the numbers below. */
  seqFloor: number;
}

/** A sign of life, as it is written. */
export interface Pulse {
  /** By the clock of whoever wrote it, which may be off. */
  at: number;
  /** Above all that were written before: the time, as long as clocks are right. */
  mark: number;
  /** Milliseconds that the hub has lived in the epoch of this id. */
  lived: { epoch: string; ms: number };
}

/** As it lies in the store: earlier versions wrote the time alone. */
type StoredPulse = Pick<Pulse, 'at'> & Partial<Pulse>;

export interface HubLifeDeps {
  directory: Pick<DirectoryStore, 'documents'>;
  clock: Clock;
}

export class HubLife {
  readonly #pulses: TypedDocuments<StoredPulse>;
  readonly #directory: HubLifeDeps['directory'];
  readonly #clock: Clock;
  #memory: HubMemory;
  #livedMs: number;
  readonly epoch: StoredEpoch;

  private constructor(
    { directory, clock }: HubLifeDeps,
    epoch: StoredEpoch,
    { before, first }: { before: StoredPulse | undefined; first: Pulse },
  ) {
    this.#directory = directory;
    this.#pulses = pulsesIn(directory);
    this.#clock = clock;
    this.epoch = epoch;
    const { count, id } = epoch;
    const { mark } = first;
    const rememberedUntil = before === undefined ? mark : markOf(before);
    this.#memory = { epoch: { count, id }, rememberedUntil, awakeSince: mark, pulse: mark };
    this.#livedMs = first.lived.ms;
  }

  /** Begins the first epoch in a store that has none, and writes the first pulse of this process. */
  static async open(deps: HubLifeDeps): Promise<HubLife> {
    const epoch = await currentEpoch(deps);
    const pulses = pulsesIn(deps.directory);
    for (;;) {
      const last = await pulses.find('own');
      const first = pulseAfter(last?.value, epoch, deps.clock.now());
      // A conflict is another process: its pulse is remembered too.
      if ((await pulses.put('own', first, last?.rev)) === 'written')
        return new HubLife(deps, epoch, { before: last?.value, first });
    }
  }

  memory(): HubMemory {
    return this.#memory;
  }

  /**
   * After a restore: stations may still hold what this store has forgotten. Counted in the time that the hub has lived, since a clock that
   * was off at the restore would end the wait at once, or in years.
   */
  awaitsReturn(): boolean {
    return this.epoch.count > FIRST_EPOCH && this.#livedMs < RETURN_MS;
  }

  /** To be called every `BEAT_MS` and at the end. False: the store was put back under this process, which must not go on. */
  async beat(): Promise<boolean> {
    const found = await epochs(this.#directory).find('current');
    if (found === undefined || !isSameEpoch(found.value, this.epoch)) return false;
    const last = await this.#pulses.find('own');
    const next = pulseAfter(last?.value, this.epoch, this.#clock.now());
    // A conflict is another process, which is as alive: what is given out here bears an older pulse for a minute more.
    if ((await this.#pulses.put('own', next, last?.rev)) === 'conflict') return true;
    this.#memory = { ...this.#memory, pulse: next.mark };
    this.#livedMs = next.lived.ms;
    return true;
  }
}

/** Marks are whole: they travel in checkpoints. */
function pulseAfter(last: StoredPulse | undefined, { id }: Epoch, time: number): Pulse {
  const now = Math.floor(time);
  if (last === undefined) return { at: now, mark: now, lived: { epoch: id, ms: 0 } };
  const passedMs = Math.min(Math.max(now - last.at, 0), MAX_PASSED_MS);
  const ms = last.lived?.epoch === id ? last.lived.ms + passedMs : 0;
  return { at: now, mark: Math.max(now, markOf(last) + 1), lived: { epoch: id, ms } };
}

function markOf({ mark, at }: StoredPulse): number {
  return mark ?? at;
}

function pulsesIn(directory: Pick<DirectoryStore, 'documents'>): TypedDocuments<StoredPulse> {
  return directory.documents<StoredPulse>('pulse');
}

function epochs(directory: Pick<DirectoryStore, 'documents'>): TypedDocuments<StoredEpoch> {
  return directory.documents<StoredEpoch>('epoch');
}

export async function currentEpoch({ directory, clock }: HubLifeDeps): Promise<StoredEpoch> {
  const documents = epochs(directory);
  const first = { count: FIRST_EPOCH, id: newEpochId(), beganAt: clock.now(), seqFloor: 0 };
  const known = await documents.find('current');
  if (known !== undefined) return known.value;
  await documents.put('current', first);
  const stored = await documents.find('current');
  if (stored === undefined) throw new Error('the epoch of the store cannot be read back');
  return stored.value;
}

/** Compare-and-set; 'conflict' when another has done so meanwhile. */
export async function replaceEpoch(
  directory: Pick<DirectoryStore, 'documents'>,
  next: StoredEpoch,
): Promise<'written' | 'conflict'> {
  const documents = epochs(directory);
  const known = await documents.find('current');
  return documents.put('current', next, known?.rev);
}

/** When the last process on this store said that it was alive, by its own clock; 0: never. */
export async function lastPulse(directory: Pick<DirectoryStore, 'documents'>): Promise<number> {
  return (await pulsesIn(directory).find('own'))?.value.at ?? 0;
}

/** Fits into a device id, which the hub's own of each epoch is made of. */
export function newEpochId(): string {
  return randomBytes(6).toString('hex');
}
