/**
 * One story told: stations of three tiers and a hub run the product's domain, protocol and replication code in one process, on a clock and a
 * random that follow from the seed, over stores in memory, while what the story says goes wrong. Each act ends in a quiet point: the
 * faults stop, everybody comes to rest, and the invariants are asked.
 */
import type { ActionKind } from '@sanji/sync/domain/action';
import type { FaultCounts } from './faults.ts';
import type { Story } from './story.ts';
import { World } from './world.ts';

export interface Report {
  seed: number;
  /** Events told. */
  steps: number;
  actions: number;
  cases: number;
  rejected: number;
  /** Accepted actions. */
  kinds: Partial<Record<ActionKind, number>>;
  faults: FaultCounts;
  findings: string[];
}

export async function tell(story: Story): Promise<Report> {
  const world = await World.open(story);
  let steps = 0;
  for (const act of story.acts) {
    for (const event of act) {
      await world.play(event);
      steps += 1;
    }
    await world.rest();
    await world.inspect();
    // What was found once is found again in every later act.
    if (world.findings.length > 0) break;
  }
  return { seed: story.seed, steps, ...world.count(), findings: world.findings };
}
