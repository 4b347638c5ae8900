/** What breaks, and where. Each strikes once; when it resolves, everything works again. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { Couch } from './couch.ts';
import type { Happening, Happenings } from './happenings.ts';
import type { HubChild } from './hub-child.ts';
import type { Line } from './line.ts';

export interface Scene {
  hubs: readonly HubChild[];
  /** Of the stations, one to each hub. */
  lines: readonly Line[];
  /** Undefined: the hub keeps its own file. */
  couch: Couch | undefined;
  happenings: Happenings;
  random: SeededRandom;
}

export interface Fault {
  name: string;
  /** Only where there is a CouchDB. */
  needsCouch: boolean;
  /** Takes half a minute: for the whole run. */
  isLong?: true;
  strike(scene: Scene): Promise<void>;
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'hub killed',
    needsCouch: false,
    async strike(scene) {
      const hub = scene.random.pick(scene.hubs);
      await inTheMidst(scene, ['request', 'answer', 'store', 'store']);
      await hub?.kill();
      await hub?.start();
    },
  },
  {
    name: 'line cut',
    needsCouch: false,
    async strike(scene) {
      await inTheMidst(scene, ['request', 'answer']);
      for (const line of scene.lines) line.cut();
    },
  },
  {
    name: 'answers broken off',
    needsCouch: false,
    async strike(scene) {
      await inTheMidst(scene, ['request', 'answer']);
      for (const line of scene.lines) line.truncate(scene.random.below(3_000), 1 + scene.random.below(4));
    },
  },
  {
    name: 'line slow',
    needsCouch: false,
    async strike(scene) {
      await inTheMidst(scene, ['request', 'answer']);
      for (const line of scene.lines) line.delay(20 + scene.random.below(100));
      await scene.happenings.nth('answer', 1 + scene.random.below(10));
      for (const line of scene.lines) line.delay(0);
    },
  },
  {
    name: 'CouchDB killed',
    needsCouch: true,
    async strike(scene) {
      await inTheMidst(scene, ['store']);
      await scene.couch?.kill();
      await lasting(scene.random.below(500));
      await scene.couch?.revive();
    },
  },
  {
    name: 'CouchDB paused',
    needsCouch: true,
    async strike(scene) {
      await inTheMidst(scene, ['store']);
      scene.couch?.pause();
      await lasting(scene.random.below(1_500));
      scene.couch?.resume();
    },
  },
  {
    name: 'CouchDB paused for longer than the hub waits',
    needsCouch: true,
    isLong: true,
    async strike(scene) {
      await inTheMidst(scene, ['store']);
      scene.couch?.pause();
      await lasting(16_000 + scene.random.below(20_000));
      scene.couch?.resume();
    },
  },
];

/** A moment when something of this kind is under way. */
async function inTheMidst({ random, happenings }: Scene, kinds: readonly Happening[]): Promise<void> {
  await happenings.nth(random.pick(kinds) ?? 'request', 1 + random.below(60));
}

/** How long it lasts is part of a fault. */
function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
