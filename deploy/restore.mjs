/** `npm run restore`: puts a backup back, or finishes a restore done by hand; see docs/decisions/0005-epochs.md. Arguments are passed on. */
import { join } from 'node:path';
import { install, node, root, run } from './workspace.mjs';

install();
const command = [join(root, 'server/src/restore.ts'), ...process.argv.slice(2)];
process.exit(run(node, command, { env: { NODE_NO_WARNINGS: '1' } }));
