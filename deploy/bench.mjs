/** `npm run bench`: installs what is missing, then measures. Arguments are passed on. */
import { install, node, run } from './workspace.mjs';

install();
process.exit(run(node, ['test/bench/run.ts', ...process.argv.slice(2)]));
