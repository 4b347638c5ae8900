/** The files that leave and reach this terminal on a stick: what is under way, and what became of the last one. */
import type { Problem } from '@sanji/sync/domain/problem';
import { exportBundle, type BundleFile } from '#lib/commands/export-bundle.ts';
import { importBundle, type Imported } from '#lib/commands/import-bundle.ts';
import { readBundleLog, type BundleLog } from '#lib/local/bundle-log.ts';
import { openStation } from '#lib/local/station.ts';

type Outcome = { kind: 'exported'; files: number; cases: number } | Imported;

export class BundleDesk {
  isBusy = $state(false);
  outcome: Outcome | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  log: BundleLog = $state.raw({ seq: 0 });

  async start(): Promise<void> {
    this.log = await readBundleLog((await openStation()).database);
  }

  /** The files to be saved; none when it was refused. */
  async export(): Promise<BundleFile[]> {
    const made = await this.#run(exportBundle);
    if (made === undefined) return [];
    this.outcome = { kind: 'exported', files: made.files.length, cases: made.cases };
    return made.files;
  }

  async import(file: File): Promise<void> {
    this.outcome = await this.#run(() => importBundle(file));
  }

  async #run<T>(
    work: () => Promise<{ ok: true; value: T } | { ok: false; problem: Problem }>,
  ): Promise<T | undefined> {
    if (this.isBusy) return undefined;
    this.isBusy = true;
    this.outcome = undefined;
    this.problem = undefined;
    try {
      const done = await work();
      if (done.ok) return done.value;
      this.problem = done.problem;
    } finally {
      this.isBusy = false;
      await this.start();
    }
    return undefined;
  }
}
