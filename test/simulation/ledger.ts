/** Every action that ever stood in a store or was sent, by id and content: what must not be lost, and what must not get in. */
import type { SignedAction } from '@sanji/sync/domain/action';

/**
 * `made`: a station showed it as saved. `answered`: sent past every station, and the hub answered it. Both must be found again. `sent`: it may
 * have arrived. `forged`: not of the device whose name it bears.
 */
export type Standing = 'made' | 'answered' | 'sent' | 'forged';

const RANK: Record<Standing, number> = { made: 3, answered: 2, sent: 1, forged: 0 };

interface LedgerEntry {
  action: SignedAction;
  standing: Standing;
  /** The station that made it, of two with one profile the very one. */
  maker: string;
}

export class Ledger {
  readonly entries = new Map<string, LedgerEntry>();

  /** What the hub alone had is lost with it: its own acts, and what came past every station. It may come back. */
  forgottenByHub(): void {
    for (const [key, entry] of this.entries)
      if (entry.maker === '' && entry.standing !== 'forged')
        this.entries.set(key, { ...entry, standing: 'sent' });
  }

  /** What was made stays made, whatever becomes of other copies. */
  add(action: SignedAction, standing: Standing, maker = ''): void {
    const key = keyOf(action);
    const known = this.entries.get(key);
    if (known === undefined || RANK[known.standing] < RANK[standing])
      this.entries.set(key, { action, standing, maker });
  }
}

export function keyOf({ body, hash }: SignedAction): string {
  return `${body.id} ${hash}`;
}
