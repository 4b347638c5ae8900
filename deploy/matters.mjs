/** `npm run matters`: every matter of the sample district through its whole life, received by keyboard alone. `npm test` takes a sample. */
import { build, install, run } from './workspace.mjs';

install();
build();
process.exit(
  run('vitest', ['run', '--project', 'e2e', 'test/e2e/every-matter.test.ts'], {
    env: { EVERY_MATTER: 'all' },
  }),
);
