import { describe, expect, test } from 'vitest';
import { ACTION_KINDS } from '@sanji/sync/domain/lifecycle';
import { FAULTS } from './faults.ts';
import { keep, regressions } from './regressions.ts';
import { shrunk } from './shrink.ts';
import { tell } from './simulate.ts';
import type { Report } from './simulate.ts';
import { storyOf } from './story.ts';

describe('what was found before stays mended', () => {
  test('there is a place to keep it', () => expect(regressions()).toBeDefined());
  test.for(regressions())('$name', async ({ story }) => {
    expect((await tell(story)).findings).toEqual([]);
  });
});

const told = new Map<number, Promise<Report>>();

/** Each story is told once, whoever asks about it. */
function reportOf(seed: number): Promise<Report> {
  const known = told.get(seed) ?? tell(storyOf({ seed }));
  told.set(seed, known);
  return known;
}

/** Keeps a story that ends badly, cut short, so that it is told first from now on. */
async function explore(seed: number): Promise<string[]> {
  if ((await reportOf(seed)).findings.length === 0) return [];
  const worst = await shrunk(storyOf({ seed }), tell);
  return worst === undefined ? ['not found again'] : [`kept in ${keep(worst)}`, ...worst.findings];
}

/** What of `all` never happens in the first stories. */
async function missing<K extends string>(
  all: readonly K[],
  seeds: number,
  countsIn: (report: Report) => Partial<Record<K, number>>,
): Promise<K[]> {
  const seen = new Set<K>();
  for (let seed = 1; seed <= seeds; seed++) {
    const counts = countsIn(await reportOf(seed));
    for (const kind of all) if ((counts[kind] ?? 0) > 0) seen.add(kind);
  }
  return all.filter((kind) => !seen.has(kind));
}

describe('nothing is lost, doubled or leaked', () => {
  test.for([1, 51, 101, 151])('50 seeds from %i', async (first) => {
    for (let seed = first; seed < first + 50; seed++)
      expect({ seed, found: await explore(seed) }).toEqual({ seed, found: [] });
  });

  test('one seed tells one story', async () => {
    for (const seed of [7, 32]) expect(await tell(storyOf({ seed }))).toEqual(await reportOf(seed));
  });

  test('every kind of fault happens', async () => {
    expect(await missing(FAULTS, 60, ({ faults }) => faults)).toEqual([]);
  });

  test('every kind of action of the lifecycle is taken and accepted', async () => {
    expect(await missing(ACTION_KINDS, 400, ({ kinds }) => kinds)).toEqual([]);
  });
});
