/** How a hub is restored in a story: to any backup, or to a moment ago, while something was under way. */
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { returnTargets } from '@sanji/sync/domain/payload-rules';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { deviceRevoked } from './administrator.ts';
import { stateOf } from './clerk.ts';
import { HOUR_MS, between } from './durations.ts';
import type { SimulatedStation } from './simulated-station.ts';
import type { World } from './world.ts';

/** A hub is put back before everybody comes to rest, however late in an act it was told: rest waits 2 s for what is late. */
const MAX_WAIT_MS = 1_900;

export function hubRestored(world: World, random: SeededRandom): void {
  const { hub, faults, schedule, stations } = world;
  const isLate = faults.strikes('restore-left-unfinished', 0.3, random.next());
  const withFeeds = !faults.strikes('feeds-not-put-back', 0.4, random.next());
  const putBack = (which: number) => {
    hub.putBack(which, { isFinished: !isLate, withFeeds });
    // A hub that does not know that it was put back counts its own acts a second time.
    if (isLate) world.suspects.add(hub.deviceId);
    if (isLate) schedule.after(between(random, 500, HOUR_MS), () => hub.finishRestore());
  };
  if (random.chance(0.4)) return putBack(random.below(1_000));
  const before = () => putBack(hub.backups - 1);
  hub.backup();
  const returned = random.chance(0.5) ? handedBack(world, random) : undefined;
  if (returned !== undefined) return returnedDown(world, random, { ...returned, before });
  // What everybody has done since has been answered, and not gone round yet.
  for (const station of stations) station.workOn(random.pick(station.casesHere()) ?? '', random);
  if (!random.chance(0.3)) return void schedule.after(between(random, 60, 1_500), before);
  // And whoever did it is out of service by then, as others know.
  schedule.after(between(random, 300, 900), () => {
    const entries = deviceRevoked(hub.catalog.index, random, schedule.now());
    if (entries.length > 0) faults.note('device-revoked');
    world.publish(entries);
  });
  schedule.after(between(random, 1_000, MAX_WAIT_MS), before);
}

interface HandedBack {
  caseId: CaseId;
  /** Where it is, and is to be returned from. */
  upper: SimulatedStation;
  lower: SimulatedStation;
}

/** A case that an upper unit has in hand, with a lower one that is a party. */
function handedBack({ hub, stations }: World, random: SeededRandom): HandedBack | undefined {
  const reviewed = [...hub.master.docs.values()].filter(({ doc }) => doc.head.status === 'reviewing');
  const found = reviewed.flatMap(({ doc }): HandedBack[] => {
    const state = stateOf(doc);
    const [target] = returnTargets(state, hub.catalog.index);
    const upper = stations.find(({ device }) => device.unit === state.holder);
    const lower = stations.find(({ device }) => device.unit === target);
    return upper === undefined || lower === undefined ? [] : [{ caseId: doc._id, upper, lower }];
  });
  return random.pick(found);
}

/**
 * The lower unit adds to it, the upper one to that, and returns it; then the hub is put back. So the upper unit, which the case has left, brings its
 * part first, while what that stands on is behind a line that is cut.
 */
function returnedDown(
  { schedule }: World,
  random: SeededRandom,
  { caseId, upper, lower, before }: HandedBack & { before: () => void },
): void {
  lower.workOn(caseId, random, 'note');
  schedule.after(between(random, 200, 600), () => upper.workOn(caseId, random, 'note'));
  schedule.after(between(random, 600, 900), () => upper.workOn(caseId, random, 'returnDown'));
  schedule.after(between(random, 1_300, MAX_WAIT_MS), () => {
    lower.line.cut(between(random, 100, 4_000));
    before();
    upper.poke();
  });
}
