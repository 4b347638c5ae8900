/** `npm run audit`: installs what is missing, then exports or verifies the record of the hub. Arguments are passed on. */
import { install, node, run } from './workspace.mjs';

install();
process.exit(run(node, ['server/src/audit-command.ts', ...process.argv.slice(2)]));
