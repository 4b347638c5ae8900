import { expect, test } from 'vitest';
import { problem } from '../domain/problem.ts';
import { MemoryLocalStore } from '../testing/memory-local-store.ts';
import type { HubPort } from './ports.ts';
import { StationLoop } from './station-loop.ts';

const DEVICE = 'dev01';

/** A line that is down; counts how often it was tried. */
function deadLine(): HubPort & { tries: number } {
  const refused = { ok: false as const, problem: problem('offline') };
  const hub = {
    tries: 0,
    push: () => Promise.resolve(refused),
    pull: () => {
      hub.tries += 1;
      return Promise.resolve(refused);
    },
    snapshot: () => Promise.resolve(refused),
    giveBack: () => Promise.resolve(refused),
  };
  return hub;
}

test('a poke that comes in the very moment a round ends is followed by another round', async () => {
  const hub = deadLine();
  const local = new MemoryLocalStore();
  const poked: Promise<void>[] = [];
  const loop = new StationLoop({
    hub,
    local,
    clock: { now: () => 0 },
    timer: {
      // The loop sets its timer as the last thing of a run.
      after: () => {
        if (poked.length === 0) {
          queueMicrotask(() => {
            poked.push(loop.poke());
          });
        }
        return () => undefined;
      },
    },
    random: { bytes: (length) => new Uint8Array(length) },
    deviceId: DEVICE,
    unit: '530102001013',
    counts: () => Promise.resolve(local.counts(DEVICE)),
    isUnsealed: () => false,
    onOffset: () => undefined,
    onFault: (error) => {
      throw error;
    },
  });
  await loop.poke();
  expect(poked).toHaveLength(1);
  await poked[0];
  expect(hub.tries).toBe(2);
});
