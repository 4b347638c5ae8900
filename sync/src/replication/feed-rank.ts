/** Which of two feed entries says more: rule 16 over restores. */
import { epochOf } from '../domain/epoch.ts';
import type { FeedEntry } from './ports.ts';

type Rank = Pick<FeedEntry, 'epoch' | 'n' | 'gone'>;

/**
 * By epoch, then `n`, then a marker over a plain entry. An entry of the same `n` says something else in a later epoch: a feed that was not put
 * back with the cases had it before the case was there again.
 */
export function outranksEntry(a: Rank, b: Rank): boolean {
  if (epochOf(a) !== epochOf(b)) return epochOf(a) > epochOf(b);
  return a.n > b.n || (a.n === b.n && a.gone && !b.gone);
}
