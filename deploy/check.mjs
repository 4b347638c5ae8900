/**
 * `npm test`: format, lint, types, then unit, property, integration and end-to-end tests. Everything is run even when an
 * early check fails, so that one run tells all; the last line counts checks and tests together.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, run, runAside } from './workspace.mjs';

install();
build();
let passed = 0;
let failed = 0;

/** One after the other; what each has to say comes when it has ended. */
async function check(...checks) {
  for (const [name, command, args, env = {}] of checks) {
    const { code, output } = await runAside(command, args, { env });
    console.log(`\n── ${name}\n${output}`);
    if (code === 0) passed += 1;
    else failed += 1;
  }
}

// Each of these keeps one core busy, and reads what the build has made.
await Promise.all([
  check(['lint', 'eslint', ['.', '--max-warnings=0'], { NODE_OPTIONS: '--max-old-space-size=6144' }]),
  check(
    ['format', 'prettier', ['--check', '--log-level=warn', '.']],
    ['types', 'tsc', ['-p', 'tsconfig.json']],
    ['types of the client', 'npm', ['run', '--silent', 'check:types', '-w', 'client']],
  ),
]);

const scratch = mkdtempSync(join(tmpdir(), 'sanji-test-'));
for (const project of ['unit', 'integration', 'e2e']) {
  console.log(`\n── ${project} tests`);
  const report = join(scratch, `${project}.json`);
  const code = run('vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  passed += counts?.numPassedTests ?? 0;
  // A suite that dies before its first test counts as one failure: it must not pass as «no tests».
  const bad = counts?.numFailedTests ?? 0;
  failed += code !== 0 && bad === 0 ? 1 : bad;
}
rmSync(scratch, { recursive: true, force: true });

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
