/** The shortest story that still ends badly: the same seed with fewer steps. */
import { simulate } from './simulate.ts';
import type { SimulationOptions, SimulationReport } from './simulate.ts';

export async function shrunk(options: SimulationOptions): Promise<SimulationReport> {
  let worst = await simulate(options);
  for (let steps = 2; steps < worst.steps; steps++) {
    const report = await simulate({ ...options, steps });
    if (report.violations.length > 0) worst = report;
  }
  return worst;
}
