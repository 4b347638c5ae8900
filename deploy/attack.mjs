/**
 * `npm run attack`: the attack tests whole, thousands of bytes of an audit export changed one by one, a fuzz of at least 10,000 requests, and what a
 * neighbour notices of it all: its p95 with and without attack. Arguments go to the fuzz: `-- --requests N --seed S --json`. All parts are
 * run; the last line says what was found, and the exit code is 1 when anything was.
 */
import { install, node, run } from './workspace.mjs';

install();
const files = ['access', 'bodies', 'paths', 'slow'].map((name) => `test/integration/attack-${name}.test.ts`);
const tests = [
  'run',
  '--project',
  'integration',
  '--testTimeout=1800000',
  ...files,
  'test/integration/event-streams.test.ts',
  'test/integration/web-security.test.ts',
  'test/integration/audit-export.test.ts',
];
const parts = {
  'attack tests': () => run('vitest', tests, { env: { ATTACK_SHARE: '1' } }),
  fuzz: () => run(node, ['test/attack/run.ts', ...process.argv.slice(2)]),
  neighbour: () => run(node, ['test/attack/neighbour.ts']),
};
const found = Object.entries(parts)
  .filter(([, part]) => part() !== 0)
  .map(([name]) => name);
const said = Object.keys(parts)
  .map((name) => `${name} ${found.includes(name) ? 'FAILED' : 'ok'}`)
  .join(', ');
console.log(`\nattack: ${found.length === 0 ? 'no finding' : 'FINDINGS, see above'} (${said})`);
process.exit(found.length === 0 ? 0 : 1);
