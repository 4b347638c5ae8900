import { defineConfig } from 'vitest/config';

/** Fast tests first; end-to-end last and two files at a time, since each starts a hub and browsers. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'sync/src/**/*.test.ts',
            'server/src/**/*.test.ts',
            'client/src/**/*.test.ts',
            'test/rules/**/*.test.ts',
          ],
          // A few try every byte or every row: a second alone, several where the machine is shared. One that hangs is found all the same.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/simulation/**/*.test.ts'],
          testTimeout: 120_000,
          // A node that hangs holds up the first database for a minute.
          hookTimeout: 120_000,
          // A condition on a cluster that has just lost a node may take some tries at its store.
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
          // A page on a machine with other browsers may take seconds to show what a second would do for alone.
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
});
