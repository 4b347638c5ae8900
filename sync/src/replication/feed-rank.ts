/** Which of two feed entries says more: rule 16 over restores. */
import { epochOf } from '../domain/epoch.ts';
import type { FeedEntry } from './ports.ts';

type Rank = Pick<FeedEntry, 'epoch' | 'n' | 'gone'>;

/** By epoch, then `n`, then a marker over a plain entry. What says the same is not put again, whatever its epoch. */
export function outranksEntry(a: Rank, b: Rank): boolean {
  if (a.n === b.n && a.gone === b.gone) return false;
  if (epochOf(a) !== epochOf(b)) return epochOf(a) > epochOf(b);
  return a.n > b.n || (a.n === b.n && a.gone && !b.gone);
}
