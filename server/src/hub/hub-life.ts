/**
 * The hub's memory of itself: the epoch of its store, and until when it remembers having been alive. It writes down every minute that it is,
 * so that a checkpoint from a minute it does not remember shows that a backup was put back without the restore command.
 */
import { randomBytes } from 'node:crypto';
import { FIRST_EPOCH, RETURN_MS, isSameEpoch, type Epoch } from '@sanji/sync/domain/epoch';
import type { HubMemory } from '@sanji/sync/replication/checkpoint';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';

export const BEAT_MS = 60_000;
/** What a crash may leave unwritten, and a little for clocks of several machines. */
const SLACK_MS = 3 * BEAT_MS;

export interface StoredEpoch extends Epoch {
  /** Milliseconds since the epoch of time. */
  beganAt: number;
  /** Rule publications are numbered above this: what was lost may come back under the numbers below. */
  seqFloor: number;
}

interface Pulse {
  at: number;
}

export interface HubLifeDeps {
  directory: Pick<DirectoryStore, 'documents'>;
  clock: Clock;
}

export class HubLife {
  readonly #pulses: TypedDocuments<Pulse>;
  readonly #directory: HubLifeDeps['directory'];
  readonly #clock: Clock;
  #memory: HubMemory;
  readonly epoch: StoredEpoch;

  private constructor({ directory, clock }: HubLifeDeps, epoch: StoredEpoch, rememberedUntil: number) {
    this.#directory = directory;
    this.#pulses = directory.documents<Pulse>('pulse');
    this.#clock = clock;
    this.epoch = epoch;
    const { count, id } = epoch;
    this.#memory = { epoch: { count, id }, rememberedUntil, awakeSince: clock.now() };
  }

  /** Begins the first epoch in a store that has none. */
  static async open(deps: HubLifeDeps): Promise<HubLife> {
    const epoch = await currentEpoch(deps);
    const pulse = await deps.directory.documents<Pulse>('pulse').find('own');
    return new HubLife(deps, epoch, (pulse?.value.at ?? deps.clock.now()) + SLACK_MS);
  }

  memory(): HubMemory {
    const now = this.#clock.now();
    // It began with a clock that was ahead: what it gives out since that was put right is not from before it woke.
    if (now < this.#memory.awakeSince) this.#memory = { ...this.#memory, awakeSince: now };
    return this.#memory;
  }

  /** After a restore: stations may still hold what this store has forgotten. */
  awaitsReturn(): boolean {
    const { count, beganAt } = this.epoch;
    return count > FIRST_EPOCH && this.#clock.now() < beganAt + RETURN_MS;
  }

  /** To be called every `BEAT_MS` and at the end. False: the store was put back under this process, which must not go on. */
  async beat(): Promise<boolean> {
    const found = await epochs(this.#directory).find('current');
    if (found === undefined || !isSameEpoch(found.value, this.epoch)) return false;
    const last = await this.#pulses.find('own');
    // A conflict is another process, which is as alive.
    await this.#pulses.put('own', { at: this.#clock.now() }, last?.rev);
    return true;
  }
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

/** When the last process on this store said that it was alive; 0: never. */
export async function lastPulse(directory: Pick<DirectoryStore, 'documents'>): Promise<number> {
  return (await directory.documents<Pulse>('pulse').find('own'))?.value.at ?? 0;
}

/** Fits into a device id, which the hub's own of each epoch is made of. */
export function newEpochId(): string {
  return randomBytes(6).toString('hex');
}
