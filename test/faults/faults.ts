/** What breaks, and on which stores. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { Fault } from './district-under-fault.ts';

const wait = (random: SeededRandom, most: number) =>
  new Promise((resolve) => setTimeout(resolve, random.below(most)));

export const FAULTS: readonly Fault[] = [
  {
    name: 'the hub is killed',
    stores: ['embedded'],
    hubs: 1,
    async strike({ hubs }) {
      for (const hub of hubs) {
        await hub.kill();
        await hub.start();
      }
    },
  },
  {
    name: 'the line is cut, slow, and breaks off in answers',
    stores: ['embedded', 'compatible'],
    hubs: 1,
    async strike({ line, random }) {
      const kind = random.below(3);
      if (kind === 0) line.cut();
      else if (kind === 1) line.truncate(random.below(3_000), 1 + random.below(4));
      else {
        line.delay(20 + random.below(200));
        await wait(random, 800);
        line.delay(0);
      }
    },
  },
];
