/** A start builds the client when its sources have changed: what the build writes must not be among them, or every second start builds. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const LIST = `import('./deploy/workspace.mjs').then((w) => console.log(w.clientSources().join('\\n')))`;

test('the client is built from nothing that git leaves out', () => {
  const sources = execFileSync(process.execPath, ['-e', LIST], { cwd, encoding: 'utf8' });
  expect(sources).toContain('client/project.inlang/settings.json');
  const ignored = spawnSync('git', ['check-ignore', '--stdin'], { cwd, encoding: 'utf8', input: sources });
  expect(ignored.stderr).toBe('');
  expect(ignored.stdout).toBe('');
});
