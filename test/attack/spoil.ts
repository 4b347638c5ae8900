/** One thing wrong with a value that was right: each spoiler returns the JSON text of a spoilt copy. */
import type { SeededRandom } from '@sanji/sync/testing/fake-time';

const DEPTH = 20_000;
/** Stand for texts that JSON.stringify would not write. */
const DEEP = '\u0001deep';
const HUGE = '\u0001huge';

const WRONG: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '\ud800',
  '\u0000',
  '1'.repeat(12),
  '\u202e../../etc/passwd',
  '{{7*7}}',
  "' or '1'='1",
  '中'.repeat(3_000),
  [],
  {},
  [[]],
  { $ne: null },
  { length: 1e9 },
  { toString: 'x', valueOf: 'y', toJSON: 'z', then: 'w' },
  HUGE,
];
const POLLUTING = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '_id',
  '_rev',
  '_deleted',
];

/** A place inside of a value, and what stands there. */
interface Place {
  holder: Record<string, unknown> | unknown[];
  key: string;
}

export const SPOILERS = {
  'wrong type': (value: unknown, random: SeededRandom) => replaceAt(value, random, random.pick(WRONG)),
  'missing field': (value: unknown, random: SeededRandom) => {
    const { holder, key } = placeIn(value, random);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  },
  'extra field': (value: unknown, random: SeededRandom) => {
    set(
      objectIn(value, random),
      random.pick(['isAdmin', 'roles', 'unit', 'rulings', 'staffId', '']) ?? '',
      'x',
    );
  },
  'polluting key': (value: unknown, random: SeededRandom) => {
    const reach = { polluted: 1, roles: ['systemAdmin'], status: 'active' };
    const key = random.pick(POLLUTING) ?? '';
    set(objectIn(value, random), key, key === 'constructor' ? { prototype: reach } : reach);
  },
  'deep JSON': (value: unknown, random: SeededRandom) => replaceAt(value, random, DEEP),
  'long list': (value: unknown, random: SeededRandom) => {
    const { holder, key } = placeIn(value, random);
    const there = get(holder, key);
    set(
      holder,
      key,
      Array.from({ length: 2_500 }, () => there),
    );
  },
  'a value of elsewhere': (value: unknown, random: SeededRandom) => {
    const from = placeIn(value, random);
    replaceAt(value, random, structuredClone(get(from.holder, from.key)));
  },
} as const satisfies Record<string, (value: unknown, random: SeededRandom) => void>;

export type Spoiler = keyof typeof SPOILERS;
export const SPOILER_NAMES = Object.keys(SPOILERS) as Spoiler[];

/** A spoilt copy; `value` stays as it is. */
export function spoiltCopy(value: unknown, spoiler: Spoiler, random: SeededRandom): unknown {
  const root = { value: structuredClone(value) };
  SPOILERS[spoiler](root, random);
  return root.value;
}

/** As it goes over the wire. */
export function textOf(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? '';
  return text
    .replaceAll(JSON.stringify(DEEP), () => '['.repeat(DEPTH) + ']'.repeat(DEPTH))
    .replaceAll(JSON.stringify(HUGE), '1e999');
}

function replaceAt(value: unknown, random: SeededRandom, by: unknown): void {
  const { holder, key } = placeIn(value, random);
  set(holder, key, by);
}

function placeIn(value: unknown, random: SeededRandom): Place {
  const places: Place[] = [];
  const walk = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      walk(get(holder as Record<string, unknown>, key));
    }
  };
  walk(value);
  const found = random.pick(places);
  if (found === undefined) throw new Error('nothing to spoil');
  return found;
}

/** Some object in it, or else a fresh one in the place of the whole. */
function objectIn(value: unknown, random: SeededRandom): Record<string, unknown> {
  for (let tries = 0; tries < 20; tries++) {
    const { holder, key } = placeIn(value, random);
    const there = get(holder, key);
    if (typeof there === 'object' && there !== null && !Array.isArray(there))
      return there as Record<string, unknown>;
  }
  const fresh = {};
  set(value as Record<string, unknown>, 'value', fresh);
  return fresh;
}

function get(holder: Record<string, unknown> | unknown[], key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

/** An own key, also where its name is `__proto__`. */
function set(holder: Record<string, unknown> | unknown[], key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
