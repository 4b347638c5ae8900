/** That this terminal's store does not take or give anything: said on every page, since a clerk must not go on as if it did. */
import type { Problem } from '@sanji/sync/domain/problem';
import { haveCasesBeenLost, noteLossKnown } from '#lib/local/lost-cases.ts';
import type { StationDatabase } from '#lib/local/station-database.ts';
import { storeProblem } from '#lib/local/store-problem.ts';
import { faults } from './faults.svelte.ts';

class StoreTrouble {
  problem: Problem | undefined = $state.raw();

  note(error: unknown): Problem {
    faults.note(error);
    const found = storeProblem(error);
    // What is gone does not come back by another failure.
    if (this.problem?.code !== 'store-lost') this.problem = found;
    return found;
  }

  lose(): void {
    this.problem = { code: 'store-lost' };
  }

  /** Something was stored. */
  passed(): void {
    const isOver = this.problem?.code !== 'store-lost' && this.problem?.code !== 'cases-lost';
    if (isOver) this.problem = undefined;
  }

  /** What was lost before this start is said until somebody knows. */
  async recall(database: StationDatabase): Promise<void> {
    if (await haveCasesBeenLost(database)) this.problem ??= { code: 'cases-lost' };
  }

  /** Somebody has read that cases were lost. */
  async acknowledge(database: StationDatabase): Promise<void> {
    await noteLossKnown(database);
    if (this.problem?.code === 'cases-lost') this.problem = undefined;
  }
}

export const storeTrouble = new StoreTrouble();
