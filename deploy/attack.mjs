/**
 * `npm run attack`: the attack tests whole, thousands of bytes of an audit export changed one by one, a fuzz of at least 10,000 requests, and what a
 * neighbour notices of it all: its p95 with and without attack. Arguments go to the fuzz: `-- --requests N --seed S --json`.
 */
import { install, node, run } from './workspace.mjs';

install();
const files = ['access', 'bodies', 'paths', 'slow'].map((name) => `test/integration/attack-${name}.test.ts`);
const tests = run(
  'vitest',
  [
    'run',
    '--project',
    'integration',
    '--testTimeout=1800000',
    ...files,
    'test/integration/audit-export.test.ts',
  ],
  { env: { ATTACK_SHARE: '1' } },
);
const fuzz = run(node, ['test/attack/run.ts', ...process.argv.slice(2)]);
const neighbour = run(node, ['test/attack/neighbour.ts']);
process.exit([tests, fuzz, neighbour].find((code) => code !== 0) ?? 0);
