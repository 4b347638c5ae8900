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
