/** `npm run sim -- --seeds N --seed S --json`: more seeds than the tests have time for. Exit code 1 when something was found. */
import { parseArgs } from 'node:util';
import { BREAKAGES } from './breakages.ts';
import { shrunk } from './shrink.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    breakage: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const breakage = BREAKAGES.find((name) => name === values.breakage);
const first = Number(values.seed);
const total = { seeds: 0, actions: 0, cases: 0, crashes: 0, rejected: 0 };
const failures = [];
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const options = { seed, steps: Number(values.steps), ...(breakage === undefined ? {} : { breakage }) };
  const report = await simulate(options);
  total.seeds += 1;
  for (const key of ['actions', 'cases', 'crashes', 'rejected'] as const) total[key] += report[key];
  if (report.violations.length === 0) continue;
  const small = await shrunk(options);
  failures.push(small);
  if (!values.json)
    console.log(`seed ${String(seed)}, ${String(small.steps)} steps:\n  ${small.violations.join('\n  ')}`);
}
console.log(
  values.json
    ? JSON.stringify({ ...total, failures })
    : `${JSON.stringify(total)}, ${String(failures.length)} seeds found something`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
