/**
 * Finishes a restore: the store, as the backup left it, begins a new epoch. What was given out once since the backup and is forgotten now must
 * not be given out again: terminal labels and publication numbers are skipped, one-time codes and sessions are void. To be called with no
 * hub on the store. The epoch is written last: cut off, it is called again, and what was skipped twice is a gap.
 */
import type { Epoch } from '@sanji/sync/domain/epoch';
import type { Clock } from '@sanji/sync/replication/ports';
import type { HubStores } from '../store/open-store.ts';
import { currentEpoch, newEpochId, replaceEpoch } from './hub-life.ts';

/** More than a unit enrols, or a district publishes, between two backups. */
const SKIPPED_LABELS = 20;
const SKIPPED_PUBLICATIONS = 100;

export interface RaisedEpoch {
  before: Epoch;
  after: Epoch;
}

type RestoredStores = Pick<HubStores, 'store' | 'directory' | 'catalog' | 'restores' | 'audit'>;

export async function raiseEpoch(stores: RestoredStores, clock: Clock): Promise<RaisedEpoch> {
  const { directory, restores, audit } = stores;
  const now = clock.now();
  const before = await currentEpoch({ directory, clock });
  await skipLabels(stores);
  await directory.voidEnrolmentCodes();
  await removeAll(stores, 'session');
  // Positions in the change feeds of databases that may have been made anew.
  if (stores.store.kind === 'couchdb') for (const kind of ['router', 'agenda']) await removeAll(stores, kind);
  const spokenOf = (await restores.behind()).map(({ highest }) => highest);
  // The time in seconds: two restores of one backup do not meet in one count, though neither knows of the other.
  const count = Math.max(before.count + 1, ...spokenOf.map((each) => each + 1), Math.floor(now / 1_000));
  const after = {
    count,
    id: newEpochId(),
    beganAt: now,
    seqFloor: await skippedSeq(stores, before.seqFloor),
  };
  if ((await replaceEpoch(directory, after)) === 'conflict')
    throw new Error('another process works on this store: stop every hub first');
  await audit.append({
    at: now,
    kind: 'epoch-raised',
    staffId: 'hub',
    object: `epoch:${String(count)}`,
    result: 'ok',
    details: { before: before.count },
  });
  return { before: plain(before), after: plain(after) };
}

/** A terminal that was enrolled since the backup numbers its cases with a label that must not be given to another. */
async function skipLabels({ directory }: RestoredStores): Promise<void> {
  const counters = directory.documents<{ last: number }>('terminal-counter');
  for (const { id, value, rev } of await counters.list())
    await counters.put(id, { last: value.last + SKIPPED_LABELS }, rev);
}

async function skippedSeq({ catalog }: RestoredStores, floor: number): Promise<number> {
  const known = (await catalog.all()).map(({ entry }) => {
    if (entry.kind === 'rules') return entry.publication.seq;
    return entry.kind === 'office' ? entry.office.seq : 0;
  });
  return Math.max(floor, ...known) + SKIPPED_PUBLICATIONS;
}

async function removeAll({ directory }: RestoredStores, kind: string): Promise<void> {
  const documents = directory.documents(kind);
  for (const { id, rev } of await documents.list()) await documents.remove(id, rev);
}

function plain({ count, id }: Epoch): Epoch {
  return { count, id };
}
