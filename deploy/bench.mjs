/** `npm run bench`: installs what is missing, builds what is stale, then measures. Arguments are passed on. */
import { build, install, node, run } from './workspace.mjs';

install();
build();
process.exit(run(node, ['test/bench/run.ts', ...process.argv.slice(2)]));
