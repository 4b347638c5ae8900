/**
 * A device's hash chain, held together link by link. Gaps in the counter are allowed, since a crash leaves them; gaps and forks in the
 * chain are not. Order of arrival does not count: a chain is judged as the set of its links.
 */

/** One action of a device without its content. */
export interface ChainLink {
  counter: number;
  hash: string;
  /** Hash of the device's action before; null for its first. */
  prev: string | null;
}

/** `missing`: the predecessor is not among the links. `forked`: two follow one predecessor, or carry one counter. */
export type LinkFault = 'missing' | 'forked';

export interface FaultyLink<L extends ChainLink = ChainLink> {
  link: L;
  fault: LinkFault;
}

/**
 * @param links of one device, each once, in any order
 * @param start hash of the last link verified before; null when the chain must begin here
 */
export function linkFaults<L extends ChainLink>(
  links: readonly L[],
  start: string | null = null,
): FaultyLink<L>[] {
  const known = new Set<string | null>(links.map(({ hash }) => hash));
  known.add(start);
  const followed = new Set<string | null>();
  const counters = new Set<number>();
  const faults: FaultyLink<L>[] = [];
  for (const link of [...links].sort(byCounter)) {
    const { counter, prev } = link;
    if (!known.has(prev)) faults.push({ link, fault: 'missing' });
    if (followed.has(prev) || counters.has(counter)) faults.push({ link, fault: 'forked' });
    followed.add(prev);
    counters.add(counter);
  }
  return faults;
}

function byCounter(a: ChainLink, b: ChainLink): number {
  return a.counter - b.counter || (a.hash < b.hash ? -1 : 1);
}
