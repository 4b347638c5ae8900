/** `npm run screens`: every screen against its golden picture, at two sizes, in both languages; `-- sample` takes a few of each state. */
import { build, install, run } from './workspace.mjs';

install();
build();
process.exit(
  run('vitest', ['run', '--project', 'e2e', 'test/e2e/screen-pictures.test.ts'], {
    env: { SCREENS: process.argv[2] ?? 'all' },
  }),
);
