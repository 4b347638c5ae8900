/**
 * `npm run attack`: the attack tests whole, every byte of an audit export changed once, and a fuzz of at least 10,000 requests. Arguments go
 * to the fuzz: `-- --requests N --seed S --json`.
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
process.exit(tests === 0 ? fuzz : tests);
