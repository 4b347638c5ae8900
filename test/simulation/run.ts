/**
 * `npm run sim -- --seeds N --seed S --json`: what was kept first, then seeds S, S+1, …; more of them than the tests have time for. What is found is
 * cut short and kept. The last line is one object; exit code 1 when something was found.
 */
import { parseArgs } from 'node:util';
import { FAULTS, noFaults } from './faults.ts';
import { keep, regressions } from './regressions.ts';
import { shrunk } from './shrink.ts';
import { tell } from './simulate.ts';
import { storyOf } from './story.ts';

/** What is broken throughout is broken in every seed: the first few tell it. */
const MAX_KEPT = 10;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const total = { seeds: 0, steps: 0, faults: noFaults(), findings: [] as unknown[] };
const [first, count] = [whole(values.seed), whole(values.seeds)];
for (const { name, story } of regressions()) {
  const { findings } = await tell(story);
  if (findings.length > 0) total.findings.push({ seed: story.seed, kept: name, findings });
}
for (let seed = first; seed < first + count; seed++) {
  const report = await tell(storyOf({ seed }));
  total.seeds += 1;
  total.steps += report.steps;
  for (const kind of FAULTS) total.faults[kind] += report.faults[kind];
  if (report.findings.length === 0) continue;
  const worst = total.findings.length < MAX_KEPT ? await shrunk(storyOf({ seed }), tell) : undefined;
  const kept = worst === undefined ? null : keep(worst);
  total.findings.push({ seed, kept, findings: worst?.findings ?? report.findings });
  if (!values.json)
    console.log(`seed ${String(seed)}, kept in ${kept ?? 'nothing'}:\n  ${report.findings.join('\n  ')}`);
}
console.log(JSON.stringify(total));
process.exitCode = total.findings.length === 0 ? 0 : 1;

/** A mistyped number must not look like a run without findings. */
function whole(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  console.error(`«${text}» is not a number of seeds: npm run sim -- --seeds N [--seed S] [--json]`);
  process.exit(2);
}
