/**
 * The hub was restored from a backup and has begun a new epoch. The station takes its word from the beginning, keeps every action, and what the
 * hub does not know any more becomes pending: others' work too. The next push offers it. To be done whole; cut off, it is begun again.
 */
import { epochOf } from '../domain/epoch.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { Problem } from '../domain/problem.ts';
import { CATALOG, pullFeed } from './pull-feed.ts';
import type { LocalStore } from './ports.ts';
import type { PushContext } from './push-dirty.ts';
import { rebaseCase } from './rebase-case.ts';

/** Undefined when the station has come to terms with the epoch it met. */
export async function renew(context: PushContext, feeds: readonly string[]): Promise<Problem | undefined> {
  const epoch = context.known.met;
  if (epoch === null) return undefined;
  const renewing = { ...context, known: context.known.during(epoch) };
  // The catalog first: by what came after the backup (rules, terminals) the hub must judge what comes back.
  for (const feed of [CATALOG, ...feeds]) {
    const problem = await pullFeed(renewing, feed, { fromStart: feed !== CATALOG });
    if (problem !== undefined) return problem;
  }
  await rebaseAll(context.local, epoch);
  await context.known.adopt(epoch);
  return undefined;
}

/** Cases of which the hub said nothing: it does not know them, or not as this unit's. */
async function rebaseAll(local: LocalStore, { count }: Epoch): Promise<void> {
  for await (const docs of local.walk()) {
    const behind = docs.filter((doc) => epochOf(doc) < count && doc.n > 0);
    for (const { _id } of behind) await rebaseCase(local, _id, count);
  }
}
