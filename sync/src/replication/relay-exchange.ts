/**
 * The relay's round with the district: it hands up what waits and takes what moved, by the very push and pull of a station. Every feed of the
 * street is pulled; the catalog comes first, since by it the relay knows which units are its street and whose signatures count.
 */
import { epochOf } from '../domain/epoch.ts';
import type { UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import type { Problem } from '../domain/problem.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { PushedCase } from '../protocol/messages.ts';
import { applyPushResults } from './apply.ts';
import type { Answered } from './apply.ts';
import { CATALOG, pullFeed } from './pull-feed.ts';
import { pushBatch, pushDirty, pushedOf } from './push-dirty.ts';
import type { PushContext } from './push-dirty.ts';
import { isTombstone, logOf, unruledOf } from './relay-case.ts';
import type { RelayStore } from './relay-store.ts';
import { renew } from './renew.ts';

export interface RelayExchangePorts {
  store: RelayStore;
  /** The units of the street, as of now. */
  street: () => ReadonlySet<UnitCode>;
  /** Takes the street's part of the directory: who may log in, and the keys of its terminals. */
  takeDirectory: () => Promise<Problem | undefined>;
}

/** The problem that ended the round early, undefined when nothing is left to do. */
export async function exchangeWithDistrict(
  context: PushContext,
  ports: RelayExchangePorts,
): Promise<Problem | undefined> {
  for (;;) {
    const found =
      (await pullFeed(context, CATALOG)) ??
      (await ports.takeDirectory()) ??
      (await pushDirty(context)) ??
      (await pullStreet(context, ports));
    if (found?.code !== 'epoch-changed') return found;
    const problem = await renew(context, feedsOf(ports));
    if (problem !== undefined) return problem;
  }
}

/**
 * For actions whose id is taken here by other content: the district hears them now, and says which content counts. What waits of those cases
 * goes first. Resolves false when the district does not answer.
 */
export async function handUp(context: PushContext, store: RelayStore, cases: PushedCase[]): Promise<boolean> {
  const known = await store.find(cases.map(({ caseId }) => caseId));
  const waiting = known.flatMap((found) =>
    found !== undefined && unruledOf(found).length > 0 ? [pushedOf(logOf(found))] : [],
  );
  if (waiting.length > 0 && (await pushBatch(context, waiting, new Set())) !== undefined) return false;
  const answer = await context.hub.push({ v: PROTOCOL_VERSION, cases });
  if (!answer.ok || (await context.known.meet(answer.value)) !== undefined) return false;
  const sent = new Map(cases.map((pushed) => [pushed.caseId, pushed]));
  const answered = answer.value.results.flatMap((result): Answered[] => {
    const pushed = sent.get(result.caseId);
    return pushed === undefined || result.kind === 'refused' ? [] : [{ sent: pushed, result }];
  });
  await applyPushResults(context, answered, answer.value.epoch.count);
  for (const { result } of answered)
    if ('aside' in result && result.aside.length > 0) await store.noteAside(result.caseId, result.aside);
  return true;
}

/**
 * «Nothing beyond its street»: after a unit has gone to another street, its cases go. Resolves false when some are still here, since something
 * in them waits to be handed up.
 */
export async function sweepStreet({
  store,
  street,
}: Pick<RelayExchangePorts, 'store' | 'street'>): Promise<boolean> {
  const units = street();
  let isSwept = true;
  for (const caseId of await store.allIds()) {
    const [found] = await store.find([caseId]);
    if (found === undefined || isTombstone(found)) continue;
    if (found.head.parties.some((unit) => units.has(unit))) continue;
    const gone = { n: found.n, epoch: epochOf(found) };
    const isBuried = unruledOf(found).length === 0 && (await store.bury(caseId, gone, found.rev ?? ''));
    isSwept &&= isBuried;
  }
  return isSwept;
}

async function pullStreet(context: PushContext, ports: RelayExchangePorts): Promise<Problem | undefined> {
  for (const feed of feedsOf(ports)) {
    const problem = await pullFeed(context, feed);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function feedsOf({ street }: Pick<RelayExchangePorts, 'street'>): string[] {
  return [...street()].map(feedOf);
}
