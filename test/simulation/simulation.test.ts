import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { keep, regressions } from './regressions.ts';
import { shrunk } from './shrink.ts';
import { tell } from './simulate.ts';
import { storyOf } from './story.ts';

describe('what was found before stays mended', () => {
  test('there is a place to keep it', () => expect(regressions()).toBeDefined());
  test.for(regressions())('$name', async ({ story }) => {
    expect((await tell(story)).findings).toEqual([]);
  });
});

/** Keeps a story that ends badly, cut short, so that it is told first from now on. */
async function explore(seed: number): Promise<string[]> {
  const worst = await shrunk(storyOf({ seed }), tell);
  if (worst === undefined) return [];
  return [`seed ${String(seed)}, kept in ${keep(worst)}`, ...worst.findings];
}

describe('nothing is lost, doubled or leaked', () => {
  test.for([1, 51, 101, 151])('50 seeds from %i', async (first) => {
    for (let seed = first; seed < first + 50; seed++) expect(await explore(seed)).toEqual([]);
  });

  test('one seed tells one story', async () => {
    for (const seed of [7, 32]) expect(await tell(storyOf({ seed }))).toEqual(await tell(storyOf({ seed })));
  });

  test('every kind of fault happens', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const { faults } = await tell(storyOf({ seed }));
      for (const kind of FAULTS) if (faults[kind] > 0) seen.add(kind);
    }
    expect(FAULTS.filter((kind) => !seen.has(kind))).toEqual([]);
  });
});
