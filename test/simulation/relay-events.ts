/** What happens to a street relay, and to those whose address leads to it. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { DAY_MS, HOUR_MS, YEAR_MS, between, jumpMs } from './durations.ts';
import type { SimulatedRelay } from './simulated-relay.ts';
import type { RelayEventKind } from './story.ts';
import type { World } from './world.ts';

export const RELAY_HANDLERS: Record<RelayEventKind, (world: World, random: SeededRandom) => void> = {
  'relay-crash': (world, random) => pickRelay(world, random)?.crash(),
  'relay-line-cut': (world, random) => pickRelay(world, random)?.line.cut(between(random, 100, 4 * HOUR_MS)),
  'relay-line-cut-for-days': (world, random) => {
    const days = between(random, DAY_MS, 30 * DAY_MS);
    pickRelay(world, random)?.line.cut(days);
    // Nobody works for part of it; for the rest the street works on by itself.
    world.schedule.sleep(days * (0.2 + random.next() / 2));
  },
  'relay-replaced': (world, random) => {
    const relay = pickRelay(world, random);
    if (relay === undefined) return;
    world.faults.note('relay-replaced');
    relay.replace();
  },
  'relay-clock-off': (world, random) => {
    const relay = pickRelay(world, random);
    if (relay === undefined) return;
    world.faults.note('relay-clock-off');
    relay.skewMs = Math.round((random.next() - 0.5) * 20 * YEAR_MS);
  },
  'relay-clock-jump': (world, random) => {
    const relay = pickRelay(world, random);
    if (relay === undefined) return;
    world.faults.note('relay-clock-jump');
    relay.skewMs += jumpMs(random);
    if (random.chance(0.3)) relay.start();
  },
  'station-moved': (world, random) => {
    const station = random.pick(world.stations);
    if (station === undefined) return;
    world.faults.note('station-moved');
    world.addresses.move(station);
    if (random.chance(0.5)) station.wake();
  },
};

function pickRelay({ relays }: World, random: SeededRandom): SimulatedRelay | undefined {
  return random.pick(relays);
}
