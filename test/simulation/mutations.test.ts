import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { MUTATIONS } from './mutations.ts';

interface Outcome {
  name: string;
  caught: { seeds: number; finding: string } | null;
}

const outcomes = new Map<string, Outcome['caught']>();

beforeAll(async () => {
  const script = fileURLToPath(new URL('mutants.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=32', script]);
  for (const line of stdout.trim().split('\n')) {
    const { name, caught } = JSON.parse(line) as Outcome;
    outcomes.set(name, caught);
  }
}, 600_000);

describe('the simulation finds a mistake when there is one', () => {
  test('in at least twenty-five places', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
  });
  test.for(MUTATIONS.map(({ name }) => name))('%s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ finding: expect.any(String) as string });
  });
});
