/**
 * Seeds a second that the fault simulation tells at its default size, as `npm run sim` runs it. By the processor's time: a machine that does
 * other things beside it does not change the figure. `node test/bench/simulation-speed.ts`, or `measureSimulation` from the bench.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tell } from '../simulation/simulate.ts';
import { storyOf } from '../simulation/story.ts';

/** Told first and not counted: the code is not compiled yet. */
const WARM_UP = 100;
const SEEDS = 500;

export interface SimulationSpeed {
  seeds: number;
  seedsPerSecond: number;
}

/** In a process of its own, with the memory that `npm run sim` has. */
export async function measureSimulation(): Promise<SimulationSpeed> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=32', script]);
  return JSON.parse(stdout) as SimulationSpeed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (let seed = 1; seed <= WARM_UP; seed++) await tell(storyOf({ seed }));
  const begun = process.cpuUsage();
  for (let seed = WARM_UP + 1; seed <= WARM_UP + SEEDS; seed++) await tell(storyOf({ seed }));
  const { user, system } = process.cpuUsage(begun);
  const seedsPerSecond = Number(((SEEDS * 1e6) / (user + system)).toFixed(1));
  process.stdout.write(`${JSON.stringify({ seeds: SEEDS, seedsPerSecond })}\n`);
}
