/** The end of this terminal, for the page that is shown instead of everything else. */
import type { Problem } from '@sanji/sync/domain/problem';

class Retirement {
  /** `waiting`: nothing was deleted yet · `handing-over`: the hub is being told · `done`: nothing is left here. */
  step: 'waiting' | 'handing-over' | 'done' = $state('waiting');
  /** Cases with unsent work, while they are here. */
  unsent = $state(0);
  /** What stands in the way of handing over. */
  problem: Problem | undefined = $state.raw();
  /** Set while there is something to try again. */
  retry: () => void = $state.raw(() => undefined);
}

export const retirement = new Retirement();
