/** `npm start`: installs what is missing, builds what is stale, then runs the hub on the project's own Node. Runs on any Node >= 20. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, node, root } from './workspace.mjs';

install();
build();

// A street relay is a small machine: it collects its garbage sooner, and stays under 200 MB (`npm run bench`).
const isRelay = (process.env.UPSTREAM_URL ?? '') !== '';
const flags = isRelay ? JSON.parse(readFileSync(join(root, 'deploy/relay-node-flags.json'), 'utf8')) : [];

const hub = spawn(node, [...flags, join(root, 'server/src/main.ts')], {
  cwd: root,
  stdio: 'inherit',
  // Type stripping needs no flag; its warning would only worry whoever reads the terminal.
  env: { ...process.env, NODE_NO_WARNINGS: '1' },
});
// A terminal sends Ctrl+C to the whole group, a supervisor to this process alone: pass it on and wait for the hub either way.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => hub.kill(signal));
hub.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
