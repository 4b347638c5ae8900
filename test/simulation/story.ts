/**
 * A story: who takes part and what happens, written down in full, so that it can be cut shorter and kept. It follows from its seed. Each story
 * draws its own mix of faults (a swarm finds more than one mix of everything); what chance decides in between has a stream for each
 * line and process, so that an event taken out disturbs the others as little as it can.
 */
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { BLOWS, COMMON_FAULTS, RELAY_BLOWS, RELAY_FAULTS } from './faults.ts';
import type { FaultKind } from './faults.ts';

/** What people and machines do anyway. */
const DEEDS = ['work', 'crowd', 'burst', 'poke', 'duties', 'carry', 'enrol', 'backup'] as const;
/** A process is told to die, apart from dying by chance. */
const DEATHS = ['station-crash', 'hub-crash', 'router-crash'] as const;

const EVENTS = [...DEEDS, ...DEATHS, ...BLOWS] as const;
/** Where a street has a relay. */
const RELAY_EVENTS = ['relay-crash', ...RELAY_BLOWS] as const;
export type RelayEventKind = (typeof RELAY_EVENTS)[number];
export type EventKind = (typeof EVENTS)[number] | RelayEventKind;

export interface StoryEvent {
  kind: EventKind;
  /** All that is left open about it follows from this number. */
  dice: number;
  /** Time before it, milliseconds. */
  gapMs: number;
}

export interface Story {
  seed: number;
  hubs: number;
  stations: string[];
  /** Street relays, by name; of their streets' stations most begin there. */
  relays?: string[];
  /** Real signatures and real parsers; in the others the signature is a stand-in and messages are handed over as they are. */
  isTrueToTheByte: boolean;
  without: FaultKind[];
  /** Each act ends in a quiet point. */
  acts: StoryEvent[][];
}

export interface StoryOptions {
  seed: number;
  /** Events of a story. */
  steps?: number;
}

/** One seed in so many is true to the byte: WebCrypto takes four times the time of all the rest. */
const TRUE_EVERY = 32;
const STEPS = 36;

const WEIGHTS: Record<(typeof EVENTS)[number], number> = {
  work: 46,
  crowd: 12,
  burst: 6,
  poke: 10,
  duties: 8,
  carry: 3,
  enrol: 7,
  backup: 3,
  'station-crash': 3,
  'hub-crash': 2,
  'router-crash': 2,
  'line-cut': 5,
  'line-cut-for-days': 2,
  'everybody-asleep': 4,
  'clock-off': 2,
  'clock-jump': 2,
  'hub-clock-jump': 2.5,
  'permissions-changed': 3,
  'matter-changed': 1,
  'rules-published': 2,
  'unit-changed': 1,
  'unit-merged': 0.7,
  'device-revoked': 1,
  'profile-cloned': 3,
  'id-reused': 2,
  'signature-forged': 2.5,
  'hub-restored': 2.5,
};

const RELAY_WEIGHTS: Record<RelayEventKind, number> = {
  'relay-crash': 2,
  'relay-line-cut': 3,
  'relay-line-cut-for-days': 2,
  'relay-replaced': 1,
  'relay-clock-off': 0.5,
  'relay-clock-jump': 1,
  'station-moved': 4,
};
/** One story in so many has relays, and so many events more. */
export const RELAYS_EVERY = 3;
const RELAY_STEPS = 6;

const STATIONS = ['wenlin1', 'wenlin2', 'cuihu1', 'street1', 'street2', 'district1', 'westgate1'];

export function storyOf({ seed, steps = STEPS }: StoryOptions): Story {
  const story = districtStory(seed, steps);
  return seed % RELAYS_EVERY === 0 ? withRelays(story) : story;
}

function districtStory(seed: number, steps: number): Story {
  const random = randomOf(seed, 'story');
  const without = COMMON_FAULTS.filter(() => random.chance(0.35));
  const event = drawing(EVENTS, WEIGHTS, without, random);
  // Some are there from the start, others are enrolled in the midst of it, or never.
  const absent = STATIONS.filter(() => random.chance(0.25));
  const acts = random.chance(0.4) ? 2 : 1;
  return {
    seed,
    hubs: random.chance(0.6) ? 2 : 1,
    stations: STATIONS.filter((name) => !absent.includes(name)),
    isTrueToTheByte: seed % TRUE_EVERY === 0,
    without,
    acts: Array.from({ length: acts }, () => Array.from({ length: Math.ceil(steps / acts) }, event)),
  };
}

/** The same story in a district some of whose streets have a relay; more happens in it, and in between. */
function withRelays(story: Story): Story {
  const random = randomOf(story.seed, 'relays');
  const without = RELAY_FAULTS.filter(() => random.chance(0.25));
  const event = drawing(RELAY_EVENTS, RELAY_WEIGHTS, without, random);
  const acts = story.acts.map((act) => [...act]);
  for (let i = 0; i < RELAY_STEPS; i++) {
    const act = random.pick(acts) ?? [];
    act.splice(random.below(act.length + 1), 0, event());
  }
  const relays = random.pick([['relay1'], ['relay1'], ['relay1', 'relay2']]) ?? [];
  return { ...story, relays, without: [...story.without, ...without], acts };
}

function drawing<K extends EventKind>(
  all: readonly K[],
  weights: Record<K, number>,
  without: readonly FaultKind[],
  random: SeededRandom,
): () => StoryEvent {
  const kinds = all.filter((kind) => !(without as readonly string[]).includes(kind));
  const total = kinds.reduce((sum, kind) => sum + weights[kind], 0);
  return () => {
    let left = random.next() * total;
    const kind = kinds.find((each) => (left -= weights[each]) < 0) ?? 'work';
    return { kind, dice: Math.floor(random.next() * 2 ** 32), gapMs: random.below(120) };
  };
}

/** A stream of its own for each name (FNV-1a over it). */
export function randomOf(seed: number, name: string): SeededRandom {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return new SeededRandom(hash ^ Math.imul(seed, 0x9e3779b1));
}
