/** What the commands at the top share: install what is missing, build what is stale. Runs on any Node >= 20. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The project's own Node, whatever the machine has. */
export const node = join(root, 'node_modules/.bin/node');

/** Runs a command in the project; returns its exit code. The project's own binaries come first. */
export function run(command, args, options = {}) {
  return (
    spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options, env: envOf(options) }).status ?? 1
  );
}

/** As `run`, beside others: resolves with the exit code and all that it printed. */
export function runAside(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: envOf(options) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function envOf({ env }) {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, ...env };
}

/** `npm ci` when the lock file is not the one node_modules was installed from. */
export function install() {
  const stamp = join(root, 'node_modules/.installed-from');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node)) return;
  console.log('Installing packages …');
  // The machine's npm may be older than the packages' engines ask for; the project runs on its own Node.
  const code = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    console.error('npm ci did not succeed; its message is above. Is the npm registry reachable?');
    process.exit(code);
  }
  writeFileSync(stamp, lock);
}

/** Builds the client when its sources are not those of the last build. */
export function build() {
  const stamp = join(root, 'client/build/.built-from');
  const sources = hashOf(clientSources());
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  console.log('Building the client …');
  const code = run('npm', ['run', '--silent', 'build', '-w', 'client']);
  if (code !== 0) process.exit(code);
  writeFileSync(stamp, sources);
}

/** The files that the client is built from. Never one that the build itself writes: every second start would build again. */
export function clientSources() {
  return [
    'client/src',
    'client/static',
    'client/messages',
    'client/project.inlang/settings.json',
    'sync/src',
    'client/package.json',
    'client/vite.config.ts',
    'client/handbook-plugin.ts',
    'docs/handbook',
    'package-lock.json',
  ].flatMap(filesOf);
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Left out: what the build writes among its sources, and tests, which change nothing in it. */
function filesOf(path) {
  const full = join(root, path);
  if (!existsSync(full) || path.endsWith('paraglide') || path.endsWith('.test.ts')) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}
