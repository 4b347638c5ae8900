import type { Clock, Timer } from '@sanji/sync/replication/ports';

export const MACHINE_CLOCK: Clock = { now: () => Date.now() };

/** Time that nobody sets: waiting must not depend on the date. */
export const MONOTONIC: Clock & Timer = {
  now: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
