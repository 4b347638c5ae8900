/** How long things take in a story, milliseconds. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;

/** Between the two, as often short as long. */
export function between(random: SeededRandom, least: number, most: number): number {
  return Math.round(least * (most / least) ** random.next());
}

/** By how much a clock jumps, forward or back: seconds when it is set by the network, years when its battery was flat. */
export function jumpMs(random: SeededRandom): number {
  const most = random.pick([10_000, 2 * HOUR_MS, 3 * DAY_MS, 10 * YEAR_MS]) ?? 0;
  return (random.chance(0.5) ? 1 : -1) * between(random, 1_000, most);
}
