/**
 * The cases and what the terminal keeps beside them lie in two databases, and a browser may delete one of them alone. Checkpoints that outlive
 * their cases would hide the loss for ever: the hub would send what came later, and nothing else.
 */
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { StationDatabase } from './station-database.ts';

/** The setting that stands until a person has taken note of it. */
const LOST = 'cases-lost';

/** @param name under which IndexedDB has the cases */
export async function areCasesHere(name: string): Promise<boolean> {
  return (await indexedDB.databases()).some((database) => database.name === name);
}

/**
 * To be called where the cases are not here, and before their database is opened, which makes an empty one: every feed of cases is read from
 * the beginning. Nothing to forget on a terminal that is new. Idempotent, and all or nothing.
 */
export async function forgetFeedsOfLostCases(station: StationDatabase): Promise<void> {
  const { checkpoints, settings } = station;
  await station.transaction('rw', checkpoints, settings, async () => {
    // Where a first load was begun is remembered too.
    const forgotten = await checkpoints.where('feed').startsWith(feedOf('')).delete();
    if (forgotten > 0) await settings.put({ name: LOST, value: true });
  });
}

/** Cases were lost here, and nobody has said yet that they know: what was unsent then may be nowhere else. */
export async function haveCasesBeenLost({ settings }: StationDatabase): Promise<boolean> {
  return (await settings.get(LOST)) !== undefined;
}

export async function noteLossKnown({ settings }: StationDatabase): Promise<void> {
  await settings.delete(LOST);
}
