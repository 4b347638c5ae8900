/** A bad line: requests and answers are lost, late, doubled and overtaken. */
import type { HubPort } from '@sanji/sync/replication/ports';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { Schedule } from './schedule.ts';

export interface LineOptions {
  schedule: Schedule;
  random: SeededRandom;
  isWell: () => boolean;
  /** The hub process that a message happens to reach. */
  hub: () => HubPort;
  /** Breakages of the tests of the tests. */
  hidesGone: boolean;
  breaksCheckpoint: boolean;
}

const OFFLINE = { ok: false as const, problem: { code: 'offline' as const } };

export interface Line {
  hub: HubPort;
  /** Set by the station: what it would store too early, if it were broken. */
  onCheckpoint: ((feed: string, checkpoint: string) => void) | undefined;
}

export function line(options: LineOptions): Line {
  const { schedule, random, isWell } = options;
  const send = async <A, T>(ask: A, call: (ask: A) => Promise<T>): Promise<T | typeof OFFLINE> => {
    const chance = (share: number) => !isWell() && random.chance(share);
    await schedule.delay(random.below(chance(0.2) ? 400 : 20));
    if (chance(0.08)) return OFFLINE;
    if (chance(0.12)) {
      const late = structuredClone(ask);
      schedule.after(random.below(1_500), () => void call(late).catch(() => undefined));
    }
    try {
      const answer = await call(structuredClone(ask));
      await schedule.delay(random.below(chance(0.2) ? 400 : 20));
      return chance(0.1) ? OFFLINE : answer;
    } catch {
      // The hub died over it.
      return OFFLINE;
    }
  };
  const made: Line = {
    onCheckpoint: undefined,
    hub: {
      push: (request) => send(request, (ask) => options.hub().push(ask)),
      pull: async (request) => {
        const answer = await send(request, (ask) => options.hub().pull(ask));
        if (!answer.ok) return answer;
        if (options.breaksCheckpoint) made.onCheckpoint?.(request.feed, answer.value.checkpoint);
        if (options.hidesGone) answer.value.items = answer.value.items.filter(({ kind }) => kind !== 'gone');
        return structuredClone(answer);
      },
      snapshot: (feed) => send(feed, (ask) => options.hub().snapshot(ask)),
    },
  };
  return made;
}
